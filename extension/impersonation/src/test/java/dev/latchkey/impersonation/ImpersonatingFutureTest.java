package dev.latchkey.impersonation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.latchkey.impersonation.FaultyIdentity.Call;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;

/** Continuations run as whoever added them. */
@Timeout(60)
class ImpersonatingFutureTest {
    @RegisterExtension
    final FlowFixture fixture = new FlowFixture();

    private final FaultyIdentity faulty = fixture.faulty;
    private final ImpersonatingExecutorService executor = fixture.flow.newFixedThreadPool(2, "future-");
    private final CountDownLatch hold = new CountDownLatch(1);
    private final Map<String, String> seen = new ConcurrentHashMap<>();

    @AfterEach
    void stop() {
        hold.countDown();
        executor.shutdownNow();
    }

    private void note(String what) {
        seen.put(what, String.valueOf(faulty.onThread()));
    }

    private ImpersonatingFuture<String> held() {
        return executor.supplyAsync(() -> {
            try {
                hold.await();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
            return String.valueOf(faulty.onThread());
        });
    }

    @Test
    void everyContinuationRunsAsWhoAddedItNotAsWhoStartedTheFirstStage() throws Exception {
        Executor bare = Runnable::run;
        List<CompletableFuture<?>> all = fixture.flow.of(faulty.part("alice")).<List<CompletableFuture<?>>>call(() -> {
            ImpersonatingFuture<String> first = held();
            faulty.impersonate("bob");
            CompletionStage<String> other = CompletableFuture.completedFuture("x");
            CompletionStage<String> never = new CompletableFuture<>();
            List<CompletableFuture<?>> stages = List.of(
                    first.thenApply(noting("thenApply")),
                    first.thenApplyAsync(noting("thenApplyAsync")),
                    first.thenApplyAsync(noting("thenApplyAsyncOn"), bare),
                    first.thenAccept(x -> note("thenAccept")),
                    first.thenAcceptAsync(x -> note("thenAcceptAsync")),
                    first.thenAcceptAsync(x -> note("thenAcceptAsyncOn"), bare),
                    first.thenRun(() -> note("thenRun")),
                    first.thenRunAsync(() -> note("thenRunAsync")),
                    first.thenRunAsync(() -> note("thenRunAsyncOn"), bare),
                    first.thenCombine(other, (a, b) -> noting("thenCombine").apply(a)),
                    first.thenCombineAsync(
                            other, (a, b) -> noting("thenCombineAsync").apply(a)),
                    first.thenCombineAsync(
                            other, (a, b) -> noting("thenCombineAsyncOn").apply(a), bare),
                    first.thenAcceptBoth(other, (a, b) -> note("thenAcceptBoth")),
                    first.thenAcceptBothAsync(other, (a, b) -> note("thenAcceptBothAsync")),
                    first.thenAcceptBothAsync(other, (a, b) -> note("thenAcceptBothAsyncOn"), bare),
                    first.runAfterBoth(other, () -> note("runAfterBoth")),
                    first.runAfterBothAsync(other, () -> note("runAfterBothAsync")),
                    first.runAfterBothAsync(other, () -> note("runAfterBothAsyncOn"), bare),
                    first.applyToEither(never, noting("applyToEither")),
                    first.applyToEitherAsync(never, noting("applyToEitherAsync")),
                    first.applyToEitherAsync(never, noting("applyToEitherAsyncOn"), bare),
                    first.acceptEither(never, x -> note("acceptEither")),
                    first.acceptEitherAsync(never, x -> note("acceptEitherAsync")),
                    first.acceptEitherAsync(never, x -> note("acceptEitherAsyncOn"), bare),
                    first.runAfterEither(never, () -> note("runAfterEither")),
                    first.runAfterEitherAsync(never, () -> note("runAfterEitherAsync")),
                    first.runAfterEitherAsync(never, () -> note("runAfterEitherAsyncOn"), bare),
                    first.thenCompose(x -> CompletableFuture.completedFuture(
                            noting("thenCompose").apply(x))),
                    first.thenComposeAsync(x -> CompletableFuture.completedFuture(
                            noting("thenComposeAsync").apply(x))),
                    first.thenComposeAsync(
                            x -> CompletableFuture.completedFuture(
                                    noting("thenComposeAsyncOn").apply(x)),
                            bare),
                    first.whenComplete((x, e) -> note("whenComplete")),
                    first.whenCompleteAsync((x, e) -> note("whenCompleteAsync")),
                    first.whenCompleteAsync((x, e) -> note("whenCompleteAsyncOn"), bare),
                    first.handle((x, e) -> noting("handle").apply(x)),
                    first.handleAsync((x, e) -> noting("handleAsync").apply(x)),
                    first.handleAsync((x, e) -> noting("handleAsyncOn").apply(x), bare),
                    failed(first).exceptionally(e -> noting("exceptionally").apply("")),
                    failed(first).exceptionallyAsync(e -> noting("exceptionallyAsync")
                            .apply("")),
                    failed(first)
                            .exceptionallyAsync(
                                    e -> noting("exceptionallyAsyncOn").apply(""), bare),
                    failed(first)
                            .exceptionallyCompose(e -> CompletableFuture.completedFuture(
                                    noting("exceptionallyCompose").apply(""))),
                    failed(first)
                            .exceptionallyComposeAsync(e -> CompletableFuture.completedFuture(
                                    noting("exceptionallyComposeAsync").apply(""))),
                    failed(first)
                            .exceptionallyComposeAsync(
                                    e -> CompletableFuture.completedFuture(noting("exceptionallyComposeAsyncOn")
                                            .apply("")),
                                    bare));
            faulty.impersonate("alice");
            hold.countDown();
            assertThat(first.get(30, TimeUnit.SECONDS)).isEqualTo("alice");
            return stages;
        });
        CompletableFuture.allOf(all.toArray(CompletableFuture[]::new)).get(30, TimeUnit.SECONDS);
        assertThat(seen)
                .hasSize(42)
                .allSatisfy((what, who) -> assertThat(who).as(what).isEqualTo("bob"));
        collect();
    }

    /** Java makes these futures; they must at least not run as somebody else, and a wrapped task as who wrapped it. */
    @Test
    void whatIsAddedToAllOfAndAnyOfRunsAsTheProcessUnlessItIsWrapped() throws Exception {
        List<CompletableFuture<?>> added = fixture.flow
                .of(faulty.part("alice"))
                .<List<CompletableFuture<?>>>call(() -> {
                    ImpersonatingFuture<String> first = held();
                    CompletableFuture<Void> all = CompletableFuture.allOf(first, held());
                    CompletableFuture<Object> any = CompletableFuture.anyOf(first, held());
                    try (Identity alice = fixture.flow.current()) {
                        List<CompletableFuture<?>> stages = List.of(
                                all.thenRun(() -> note("allOf")),
                                any.thenRun(() -> note("anyOf")),
                                all.thenRun(alice.wrap(() -> note("wrapped"))));
                        hold.countDown();
                        return stages;
                    }
                });
        CompletableFuture.allOf(added.toArray(CompletableFuture[]::new)).get(30, TimeUnit.SECONDS);
        assertThat(seen).isEqualTo(Map.of("allOf", "null", "anyOf", "null", "wrapped", "alice"));
        collect();
    }

    private static CompletableFuture<String> failed(CompletableFuture<String> first) {
        return first.thenApply(x -> {
            throw new IllegalStateException("for exceptionally");
        });
    }

    private Function<String, String> noting(String what) {
        return x -> {
            note(what);
            return x;
        };
    }

    @Test
    void completeAsyncRunsAsWhoAskedForIt() throws Exception {
        ImpersonatingFuture<String> first = executor.supplyAsync(() -> "");
        CompletableFuture<String> open = first.newIncompleteFuture();
        fixture.as("alice", () -> open.completeAsync(faulty::onThread));
        assertThat(open.get(30, TimeUnit.SECONDS)).isEqualTo("alice");
    }

    @Test
    void aContinuationThatIsSkippedGivesItsIdentityBack() {
        ImpersonatingFuture<String> first = held();
        fixture.as("alice", () -> first.thenApply(x -> x));
        assertThat(faulty.open()).isEqualTo(1);
        first.completeExceptionally(new IllegalStateException("skip"));
        assertThat(faulty.open()).isZero();
    }

    @Test
    void aRefusedStageSaysWhy() {
        faulty.failWhen(call -> call == Call.APPLY);
        ImpersonatingFuture<String> first =
                fixture.flow.executor(executor.threads()).supplyAsync(() -> "nobody's");
        assertThat(first.join()).isEqualTo("nobody's");
        fixture.as("alice", () -> {
            ImpersonatingFuture<String> refused = executor.supplyAsync(() -> "ran");
            assertThatThrownBy(() -> refused.get(30, TimeUnit.SECONDS))
                    .isInstanceOf(ExecutionException.class)
                    .hasMessageContaining("LK602");
        });
    }

    @Test
    void whatFollowsOnALostThreadRunsOnAnother() throws Exception {
        faulty.failWhen(call -> call == Call.REVERT && "alice".equals(faulty.onThread()));
        CountDownLatch added = new CountDownLatch(1);
        faulty.impersonate("alice");
        ImpersonatingFuture<Thread> first = executor.supplyAsync(() -> {
            try {
                added.await();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
            return Thread.currentThread();
        });
        faulty.impersonate(null);
        CompletableFuture<String> next = first.handle((thread, failure) -> {
            note("handle");
            return failure.getMessage();
        });
        added.countDown();
        assertThat(next.get(30, TimeUnit.SECONDS)).startsWith("LK604");
        assertThat(seen).containsEntry("handle", "null");
    }

    private void collect() {
        org.awaitility.Awaitility.await().until(() -> {
            System.gc();
            return faulty.open() == 0;
        });
    }
}
