package dev.latchkey.impersonation.naming;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.latchkey.impersonation.FaultyIdentity;
import dev.latchkey.impersonation.Identity;
import dev.latchkey.impersonation.IdentityException;
import dev.latchkey.impersonation.IdentityFlow;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicInteger;
import org.eclipse.jetty.util.Promise;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** R19: a name is resolved as whom asks, on another thread, and its answer is nobody else's. */
class IdentityNameResolverTest {
    private static final Duration SOON = Duration.ofSeconds(30);

    private final FaultyIdentity faulty = new FaultyIdentity();
    private final IdentityFlow flow = IdentityFlow.builder()
            .provider(faulty)
            .onLostThread((thread, failure) -> {})
            .build();
    private final ExecutorService threads = Executors.newFixedThreadPool(2);
    private final AtomicInteger sharedAsked = new AtomicInteger();

    /** A system that knows another address for each user. */
    private List<InetAddress> ofUser(String host) throws UnknownHostException {
        int last = "alice".equals(faulty.onThread()) ? 2 : "bob".equals(faulty.onThread()) ? 3 : 1;
        return List.of(InetAddress.getByAddress(host, new byte[] {127, 0, 0, (byte) last}));
    }

    private IdentityNameResolver resolver(Duration timeout) {
        return new IdentityNameResolver(
                flow,
                threads,
                timeout,
                host -> {
                    sharedAsked.incrementAndGet();
                    return ofUser(host);
                },
                this::ofUser);
    }

    private Identity user(String name) {
        return flow.of(faulty.part(name));
    }

    private static String answer(CompletionStage<List<InetAddress>> stage) throws Exception {
        return stage.toCompletableFuture().get(30, TimeUnit.SECONDS).get(0).getHostAddress();
    }

    @AfterEach
    void nothingIsLeft() throws Exception {
        threads.shutdown();
        assertThat(threads.awaitTermination(30, TimeUnit.SECONDS)).isTrue();
        assertThat(faulty.open()).isZero();
        flow.close();
    }

    @Test
    void theLookUpRunsAsWhoAskedEvenIfItsIdentityIsClosedMeanwhile() throws Exception {
        faulty.resolutionDependsOnIdentity(true);
        CompletionStage<List<InetAddress>> answer;
        try (Identity alice = user("alice")) {
            answer = alice.call(() -> resolver(SOON).resolve("server"));
        }
        assertThat(answer(answer)).isEqualTo("127.0.0.2");
    }

    @Test
    void whatIsAddedToTheAnswerRunsAsWhoAddedIt() throws Exception {
        CountDownLatch added = new CountDownLatch(1);
        IdentityNameResolver resolver = new IdentityNameResolver(
                flow,
                threads,
                SOON,
                host -> {
                    awaitUninterruptibly(added);
                    return ofUser(host);
                },
                this::ofUser);
        List<CompletionStage<String>> told = new ArrayList<>();
        try (Identity alice = user("alice")) {
            alice.run(() -> {
                CompletionStage<List<InetAddress>> answer = resolver.resolve("server");
                told.add(answer.thenApply(addresses -> String.valueOf(faulty.onThread())));
                told.add(answer.thenApplyAsync(addresses -> String.valueOf(faulty.onThread())));
            });
        }
        added.countDown();
        for (CompletionStage<String> each : told) {
            assertThat(each.toCompletableFuture().get(30, TimeUnit.SECONDS)).isEqualTo("alice");
        }
    }

    private static void awaitUninterruptibly(CountDownLatch latch) {
        try {
            latch.await();
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    @Test
    void noAnswerIsHandedToAnotherIdentity() throws Exception {
        faulty.resolutionDependsOnIdentity(true);
        IdentityNameResolver resolver = resolver(SOON);
        try (Identity alice = user("alice");
                Identity bob = user("bob")) {
            List<CompletionStage<List<InetAddress>>> answers = new ArrayList<>();
            for (int i = 0; i < 100; i++) {
                answers.add(resolver.resolve("server", i % 2 == 0 ? alice : bob));
            }
            for (int i = 0; i < answers.size(); i++) {
                assertThat(answer(answers.get(i))).isEqualTo(i % 2 == 0 ? "127.0.0.2" : "127.0.0.3");
            }
        }
        assertThat(sharedAsked).hasValue(0);
    }

    @Test
    void javasCacheServesThoseOnWhomAnswersDoNotDepend() throws Exception {
        IdentityNameResolver resolver = resolver(SOON);
        try (Identity alice = user("alice")) {
            assertThat(answer(resolver.resolve("server", alice))).isEqualTo("127.0.0.2");
        }
        faulty.resolutionDependsOnIdentity(true);
        assertThat(answer(resolver.resolve("server", flow.none()))).isEqualTo("127.0.0.1");
        assertThat(sharedAsked).hasValue(2);
    }

    @Test
    void r20WhereTheIdentityCannotBeAppliedNothingIsAsked() {
        faulty.resolutionDependsOnIdentity(true);
        faulty.fail(FaultyIdentity.Call.VERIFY);
        try (Identity alice = user("alice")) {
            assertThatThrownBy(() -> answer(resolver(SOON).resolve("server", alice)))
                    .isInstanceOf(ExecutionException.class)
                    .hasCauseInstanceOf(IdentityException.class);
        }
        faulty.fail();
    }

    @Test
    void aLookUpThatTakesTooLongFailsInTime() {
        CountDownLatch over = new CountDownLatch(1);
        IdentityNameResolver resolver = new IdentityNameResolver(
                flow,
                threads,
                Duration.ofMillis(50),
                host -> {
                    awaitQuietly(over);
                    return ofUser(host);
                },
                null);
        assertThatThrownBy(() -> answer(resolver.resolve("server", flow.none())))
                .hasCauseInstanceOf(TimeoutException.class);
        over.countDown();
    }

    private static void awaitQuietly(CountDownLatch latch) {
        try {
            latch.await();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    @Test
    void theSystemIsAskedPastJavasCache() throws Exception {
        assertThat(NameLookup.uncached().lookup("localhost")).isNotEmpty().allMatch(InetAddress::isLoopbackAddress);
        assertThat(NameLookup.uncached().lookup("127.0.0.9"))
                .containsExactly(InetAddress.getByAddress(new byte[] {127, 0, 0, 9}));
    }

    @Test
    void jettysClientGetsItWithThePort() throws Exception {
        faulty.resolutionDependsOnIdentity(true);
        try (Identity bob = user("bob")) {
            Promise.Completable<List<InetSocketAddress>> promise = new Promise.Completable<>();
            bob.run(() -> new IdentityAddressResolver(resolver(SOON)).resolve("server", 80, Map.of(), promise));
            CompletableFuture<List<InetSocketAddress>> answer = promise;
            assertThat(answer.get(30, TimeUnit.SECONDS))
                    .containsExactly(new InetSocketAddress(InetAddress.getByName("127.0.0.3"), 80));
        }
    }
}
