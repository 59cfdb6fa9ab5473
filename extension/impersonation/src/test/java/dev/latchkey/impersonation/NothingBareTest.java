package dev.latchkey.impersonation;

import static org.assertj.core.api.Assertions.assertThat;

import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.util.Arrays;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executor;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Future;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;

/** Whatever a future or an executor of ours hands out carries identities too, on each Java's own list of methods. */
@Timeout(60)
class NothingBareTest {
    /** Answers of their own, which are given nothing to run; the rest is made of these. */
    private static final Set<String> HARMLESS = Set.of("toCompletableFuture", "copy");

    @RegisterExtension
    final FlowFixture fixture = new FlowFixture();

    private final FaultyIdentity faulty = fixture.faulty;
    private final ImpersonatingScheduledExecutorService executor = fixture.flow.newScheduledThreadPool(1, "bare-");

    @AfterEach
    void stop() {
        executor.shutdownNow();
    }

    private static Stream<Method> instanceMethods(Class<?> type) {
        return Arrays.stream(type.getMethods())
                .filter(method ->
                        !Modifier.isStatic(method.getModifiers()) && method.getDeclaringClass() != Object.class);
    }

    @Test
    void everyMethodThatGivesAStageOrAnExecutorIsOurs() {
        assertThat(instanceMethods(CompletableFuture.class)
                        .filter(method -> CompletionStage.class.isAssignableFrom(method.getReturnType())
                                || Executor.class.isAssignableFrom(method.getReturnType()))
                        .filter(method -> !HARMLESS.contains(method.getName()))
                        .filter(method -> !declares(ImpersonatingFuture.class, method)))
                .as("inherited from CompletableFuture as they are")
                .isEmpty();
    }

    @Test
    void everyMethodThatTakesATaskIsOursOrMadeOfOurs() {
        // AbstractExecutorService makes these of newTaskFor and execute.
        Set<String> made = Set.of("submit", "invokeAll", "invokeAny");
        assertThat(Stream.of(ExecutorService.class, ScheduledExecutorService.class)
                        .flatMap(NothingBareTest::instanceMethods)
                        .filter(method -> method.getParameterCount() > 0 && !made.contains(method.getName()))
                        .filter(method -> !method.getName().equals("awaitTermination"))
                        .filter(method -> !declares(ImpersonatingScheduledExecutorService.class, method)
                                && !declares(ImpersonatingExecutorService.class, method)))
                .isEmpty();
    }

    private static boolean declares(Class<?> type, Method method) {
        try {
            type.getDeclaredMethod(method.getName(), method.getParameterTypes());
            return true;
        } catch (NoSuchMethodException e) {
            return false;
        }
    }

    @Test
    void aMinimalStageRunsItsContinuationsAsWhoAddedThem() throws Exception {
        CountDownLatch hold = new CountDownLatch(1);
        CompletableFuture<String> seen = new CompletableFuture<>();
        CompletableFuture<String> seenAsync = new CompletableFuture<>();
        CompletableFuture<String> seenLater = new CompletableFuture<>();
        fixture.as("alice", () -> {
            CompletionStage<Void> stage = executor.runAsync(() -> await(hold)).minimalCompletionStage();
            stage.thenRun(() -> seen.complete(faulty.onThread()));
            stage.thenRunAsync(() -> {}).thenRunAsync(() -> seenAsync.complete(faulty.onThread()));
            stage.toCompletableFuture().thenRun(() -> seenLater.complete(faulty.onThread()));
            assertThat(stage instanceof Future).isFalse();
        });
        hold.countDown();
        assertThat(seen.get()).isEqualTo("alice");
        assertThat(seenAsync.get()).isEqualTo("alice");
        assertThat(seenLater.get()).isEqualTo("alice");
    }

    @Test
    void theDefaultExecutorRunsATaskAsWhoGivesIt() throws Exception {
        Executor threads = executor.runAsync(() -> {}).defaultExecutor();
        CompletableFuture<String> seen = new CompletableFuture<>();
        fixture.as("alice", () -> threads.execute(() -> seen.complete(faulty.onThread())));
        assertThat(seen.get()).isEqualTo("alice");
        fixture.as("bob", () -> assertThat(
                        CompletableFuture.supplyAsync(faulty::onThread, threads).join())
                .isEqualTo("bob"));
    }

    @Test
    void aScheduledRunnableEndsWithNull() throws Exception {
        assertThat(executor.schedule(() -> {}, 1, TimeUnit.MILLISECONDS).get()).isNull();
    }

    private static void await(CountDownLatch latch) {
        try {
            latch.await();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
