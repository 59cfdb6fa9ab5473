package dev.latchkey.impersonation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Where a thread comes from that is started while a user is on the starting thread; on the kernel, see WhoRunsAsWhomTest. */
@Timeout(60)
class ThreadBirthsTest {
    private final FaultyIdentity faulty = new FaultyIdentity();
    private final IdentityFlow flow = flow();

    /** Who is on the thread that makes one, when it is made. */
    private final AtomicReference<String> maker = new AtomicReference<>("not made");

    private final ThreadFactory noting = work -> {
        maker.set(String.valueOf(faulty.onThread()));
        return new Thread(work);
    };
    private final ExecutorService foreign = Executors.newCachedThreadPool(noting);

    private IdentityFlow flow() {
        faulty.inherited(true);
        return IdentityFlow.builder()
                .provider(faulty)
                .onLostThread((thread, failure) -> {})
                .build();
    }

    @AfterEach
    void stop() {
        foreign.shutdownNow();
        assertThat(faulty.onThread()).isNull();
        Awaitility.await().untilAsserted(() -> assertThat(faulty.open()).isZero());
        flow.close();
    }

    private void asAlice(Runnable work) {
        try (Identity alice = flow.of(faulty.part("alice"))) {
            alice.run(work);
        }
    }

    @Test
    void whatIsExecutedIsHandedOverClean() {
        asAlice(() -> flow.executor(foreign).submit(() -> {}));
        assertThat(maker).hasValue("null");
    }

    @Test
    void whatIsScheduledIsHandedOverClean() {
        var scheduled = Executors.newScheduledThreadPool(1, noting);
        try {
            asAlice(() -> flow.scheduledExecutor(scheduled)
                    .schedule(() -> {}, 1, TimeUnit.DAYS)
                    .cancel(false));
            assertThat(maker).hasValue("null");
        } finally {
            scheduled.shutdownNow();
        }
    }

    @Test
    void aFirstStageIsHandedOverClean() {
        asAlice(() -> flow.executor(foreign).runAsync(() -> {}).join());
        assertThat(maker).hasValue("null");
    }

    @Test
    void aLaterStageIsHandedOverCleanWhoeverCompletesTheOneBefore() {
        ImpersonatingFuture<String> first = flow.newIncompleteFuture(Runnable::run);
        CompletableFuture<String> onThreads = first.thenApplyAsync(x -> String.valueOf(faulty.onThread()), foreign);
        asAlice(() -> first.complete("x"));
        assertThat(onThreads.join()).isEqualTo("null");
        assertThat(maker).hasValue("null");
    }

    @Test
    void theDefaultExecutorHandsOverClean() {
        asAlice(() ->
                flow.executor(foreign).runAsync(() -> {}).defaultExecutor().execute(() -> {}));
        assertThat(maker).hasValue("null");
    }

    @Test
    void aPoolThatATaskCallsItselfStartsNoThread() {
        asAlice(() -> assertThatThrownBy(() -> foreign.execute(() -> {})).hasMessageStartingWith("LK615"));
    }

    @Test
    void aPoolThatATaskCallsItselfRunsItsTasksAsNobodyOnAThreadThatIsThere() throws Exception {
        ExecutorService warm = Executors.newFixedThreadPool(1);
        warm.submit(() -> {}).get();
        asAlice(() -> assertThat(CompletableFuture.supplyAsync(() -> String.valueOf(faulty.onThread()), warm)
                        .join())
                .isEqualTo("null"));
        warm.shutdown();
    }

    @Test
    void aTaskMayStartAThreadOfItsOwn() {
        asAlice(() -> {
            Thread own = new Thread(() -> {});
            own.start();
        });
    }

    @Test
    void nobodysTaskStartsWhatItLikes() {
        asAlice(() -> flow.none().run(() -> foreign.execute(() -> {})));
        assertThat(maker).hasValue("null");
    }

    @Test
    void aThreadThatCarriesSomebodyInNoTaskIsCleanedCountedAndNotMadeSoAgain() {
        faulty.impersonate("alice");
        flow.none().run(() -> assertThat(faulty.onThread()).isNull());
        assertThat(faulty.onThread()).isNull();
        assertThat(flow.statistics().washed()).isOne();
        faulty.impersonate("alice");
        try (Identity bob = flow.of(faulty.part("bob"))) {
            bob.run(() -> assertThat(faulty.onThread()).isEqualTo("bob"));
        }
        assertThat(faulty.onThread()).isNull();
        assertThat(flow.statistics().washed()).isEqualTo(2);
    }

    @Test
    void aThreadOfATasksOwnStaysItsUsersWhenItHandsOver() {
        faulty.impersonate("alice");
        flow.handOver(() -> assertThat(faulty.onThread()).isNull());
        assertThat(faulty.onThread()).isEqualTo("alice");
        faulty.impersonate(null);
        assertThat(flow.statistics().washed()).isZero();
    }

    @Test
    void workersHaveTheContextClassLoaderOfWhoMadeTheirPool() throws Exception {
        ClassLoader before = Thread.currentThread().getContextClassLoader();
        ClassLoader application = new ClassLoader(before) {};
        Thread.currentThread().setContextClassLoader(application);
        ImpersonatingExecutorService pool;
        try {
            pool = flow.newFixedThreadPool(1, "of-an-application-");
        } finally {
            Thread.currentThread().setContextClassLoader(before);
        }
        assertThat(pool.submit(() -> Thread.currentThread().getContextClassLoader())
                        .get())
                .isSameAs(application);
        pool.shutdown();
    }
}
