package dev.latchkey.impersonation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.latchkey.impersonation.FaultyIdentity.Call;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.ForkJoinPool;
import java.util.concurrent.Future;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;

/** Every way to hand work to an executor, and every way it can come to its end. */
@Timeout(60)
class ImpersonatingExecutorServiceTest {
    @RegisterExtension
    final FlowFixture fixture = new FlowFixture();

    private final FaultyIdentity faulty = fixture.faulty;
    private final ImpersonatingExecutorService executor = fixture.flow.newFixedThreadPool(2, "guarded-");
    private final Callable<String> who = faulty::onThread;

    @AfterEach
    void stop() throws InterruptedException {
        faulty.fail();
        executor.shutdownNow();
        assertThat(executor.awaitTermination(10, TimeUnit.SECONDS)).isTrue();
    }

    @Test
    void allEightWaysRunAsTheSubmitter() throws Exception {
        AtomicReference<String> seen = new AtomicReference<>();
        Runnable look = () -> seen.set(faulty.onThread());
        faulty.impersonate("alice");
        try {
            executor.execute(look);
            await().untilAtomic(seen, org.hamcrest.Matchers.is("alice"));
            seen.set(null);
            executor.submit(look).get();
            assertThat(seen).hasValue("alice");
            seen.set(null);
            assertThat(executor.submit(look, "done").get()).isEqualTo("done");
            assertThat(seen).hasValue("alice");
            assertThat(executor.submit(who).get()).isEqualTo("alice");
            assertThat(executor.invokeAny(List.of(who, who))).isEqualTo("alice");
            assertThat(executor.invokeAny(List.of(who, who), 10, TimeUnit.SECONDS))
                    .isEqualTo("alice");
            for (Future<String> one : executor.invokeAll(List.of(who, who))) {
                assertThat(one.get()).isEqualTo("alice");
            }
            for (Future<String> one : executor.invokeAll(List.of(who, who), 10, TimeUnit.SECONDS)) {
                assertThat(one.get()).isEqualTo("alice");
            }
        } finally {
            faulty.impersonate(null);
        }
        assertThat(executor.submit(who).get())
                .as("a task of nobody, on the same workers")
                .isNull();
    }

    @Test
    void completableFutureRunsOnItAsTheSubmitter() throws Exception {
        List<CompletableFuture<String>> started = new ArrayList<>();
        fixture.as("alice", () -> started.add(CompletableFuture.supplyAsync(faulty::onThread, executor)));
        assertThat(started.get(0).get()).isEqualTo("alice");
    }

    @Test
    void aTaskThatTheCallerRunsHasItsOwnIdentity() throws Exception {
        ThreadPoolExecutor one = new ThreadPoolExecutor(
                1, 1, 0, TimeUnit.SECONDS, new ArrayBlockingQueue<>(1), new ThreadPoolExecutor.CallerRunsPolicy());
        CountDownLatch hold = new CountDownLatch(1);
        try {
            one.execute(() -> awaitQuietly(hold));
            one.execute(() -> {});
            ExecutorService guarded = fixture.flow.executor(one);
            Future<String> ofNobody = fixture.flow.none().call(() -> guarded.submit(who));
            assertThat(ofNobody.get()).isNull();
            faulty.impersonate("alice");
            Future<String> ofAlice = guarded.submit(who);
            assertThat(ofAlice.isDone()).as("run by the caller").isTrue();
            assertThat(ofAlice.get()).isEqualTo("alice");
            assertThat(faulty.onThread()).as("brought back").isEqualTo("alice");
            faulty.impersonate(null);
        } finally {
            faulty.impersonate(null);
            hold.countDown();
            one.shutdownNow();
        }
    }

    @Test
    void aCallerThatHelpsAForkJoinPoolRunsATaskOfNobodyAsNobody() throws Exception {
        ForkJoinPool pool = new ForkJoinPool(1);
        CountDownLatch hold = new CountDownLatch(1);
        try {
            pool.execute(() -> awaitQuietly(hold));
            Identity alice = fixture.flow.of(faulty.part("alice"));
            Callable<String> ofNobody = fixture.flow.none().wrapCallable(who);
            // get() may run the task here, on a thread that carries alice.
            hold.countDown();
            assertThat(alice.<String>call(() -> pool.submit(ofNobody).get())).isNull();
            alice.close();
        } finally {
            hold.countDown();
            pool.shutdownNow();
        }
    }

    @Test
    void aTaskCancelledBeforeItStartsNeverRunsAndGivesItsIdentityBack() {
        CountDownLatch hold = new CountDownLatch(1);
        occupyBothWorkers(hold);
        List<Future<?>> waiting = new ArrayList<>();
        fixture.as(
                "alice",
                () -> waiting.add(executor.submit(() -> Thread.currentThread().interrupt())));
        assertThat(faulty.open()).isEqualTo(1);
        assertThat(waiting.get(0).cancel(false)).isTrue();
        assertThat(faulty.open()).isZero();
        hold.countDown();
    }

    @Test
    void whatShutdownNowHandsBackStillRunsAsItsIdentity() {
        CountDownLatch hold = new CountDownLatch(1);
        List<String> seen = new ArrayList<>();
        occupyBothWorkers(hold);
        fixture.as("alice", () -> {
            executor.execute(() -> seen.add(faulty.onThread()));
            executor.submit(() -> seen.add(faulty.onThread()));
        });
        List<Runnable> unrun = executor.shutdownNow();
        assertThat(unrun).hasSize(2);
        unrun.forEach(Runnable::run);
        assertThat(seen).containsExactly("alice", "alice");
    }

    @Test
    void aTaskThatIsRejectedGivesItsIdentityBack() {
        executor.shutdown();
        fixture.as("alice", () -> {
            assertThatThrownBy(() -> executor.submit(who)).isInstanceOf(RejectedExecutionException.class);
            assertThatThrownBy(() -> executor.execute(() -> {})).isInstanceOf(RejectedExecutionException.class);
            assertThatThrownBy(() -> executor.runAsync(() -> {})).isInstanceOf(RejectedExecutionException.class);
        });
        assertThat(faulty.open()).isZero();
    }

    @Test
    void aTaskThatIsForgottenGivesItsIdentityBackInTheEnd() {
        ThreadPoolExecutor drops = new ThreadPoolExecutor(
                1, 1, 0, TimeUnit.SECONDS, new ArrayBlockingQueue<>(1), new ThreadPoolExecutor.DiscardPolicy());
        drops.shutdown();
        fixture.as("alice", () -> fixture.flow.executor(drops).execute(() -> {}));
        awaitCollected();
    }

    @Test
    void aWorkerThatCannotBeRevertedIsReplacedAndNeverServesAgain() throws Exception {
        List<Thread> workers = new ArrayList<>();
        List<Future<?>> futures = new ArrayList<>();
        faulty.failWhen(call -> call == Call.REVERT && "alice".equals(faulty.onThread()));
        fixture.as("alice", () -> futures.add(executor.submit(() -> workers.add(Thread.currentThread()))));
        assertThatThrownBy(() -> futures.get(0).get())
                .isInstanceOf(ExecutionException.class)
                .cause()
                .hasMessageStartingWith("LK604");
        workers.get(0).join(10_000);
        assertThat(workers.get(0).isAlive()).as("the lost worker lives").isFalse();
        assertThat(fixture.flow.statistics().lostThreads()).isEqualTo(1);
        assertThat(fixture.lost).as("handed to the policy").isEmpty();
        for (int i = 0; i < 50; i++) {
            assertThat(executor.submit(who).get()).isNull();
            assertThat(executor.<Thread>submit(Thread::currentThread).get()).isNotSameAs(workers.get(0));
        }
    }

    @Test
    void aWorkerOfAPoolThatCannotEndItIsHandedToThePolicy() throws Exception {
        ExecutorService others = java.util.concurrent.Executors.newFixedThreadPool(1);
        try {
            ExecutorService guarded = fixture.flow.executor(others);
            faulty.failWhen(call -> call == Call.REVERT);
            List<Future<?>> futures = new ArrayList<>();
            fixture.as("alice", () -> futures.add(guarded.submit(() -> {})));
            assertThatThrownBy(() -> futures.get(0).get()).hasMessageContaining("LK604");
            assertThat(fixture.lost).hasSize(1);
        } finally {
            others.shutdownNow();
        }
    }

    @Test
    void aDirtyWorkerOfThePoolRunsNothingAndIsReplaced() throws Exception {
        AtomicReference<Thread> dirty = new AtomicReference<>();
        ThreadPoolExecutor pool = (ThreadPoolExecutor) executor.threads();
        pool.setCorePoolSize(1);
        pool.execute(() -> {
            // Code that knows nothing of us leaves something behind.
            faulty.impersonate("mallory");
            dirty.set(Thread.currentThread());
        });
        await().until(() -> dirty.get() != null);
        List<Thread> ran = new ArrayList<>();
        for (int i = 0; i < 50; i++) {
            try {
                ran.add(executor.<Thread>submit(Thread::currentThread).get());
            } catch (ExecutionException e) {
                assertThat(e.getCause()).hasMessageStartingWith("LK605");
            }
        }
        assertThat(ran).isNotEmpty().doesNotContain(dirty.get());
    }

    @Test
    void aTaskThatLeavesAnIdentityBehindIsCleanedUpAfterAndReported() throws Exception {
        executor.submit(() -> faulty.impersonate("mallory")).get();
        await().until(() -> fixture.flow.statistics().leftOpen() == 1);
        for (int i = 0; i < 20; i++) {
            assertThat(executor.submit(who).get()).isNull();
        }
        assertThat(fixture.flow.statistics().lostThreads()).isZero();
    }

    @Test
    void aHundredWaitingTasksAllRunAsTheUserWhenEverythingIsClosedMeanwhile() throws Exception {
        CountDownLatch hold = new CountDownLatch(1);
        occupyBothWorkers(hold);
        List<Future<String>> futures = new ArrayList<>();
        Identity alice = fixture.flow.of(faulty.part("alice"));
        alice.run(() -> {
            for (int i = 0; i < 100; i++) {
                futures.add(executor.submit(who));
            }
        });
        alice.close();
        hold.countDown();
        for (Future<String> future : futures) {
            assertThat(future.get()).isEqualTo("alice");
        }
    }

    /** The last resort: the collector finds what nobody holds. */
    private void awaitCollected() {
        await().atMost(30, TimeUnit.SECONDS).until(() -> {
            System.gc();
            return faulty.open() == 0;
        });
    }

    private void occupyBothWorkers(CountDownLatch hold) {
        CountDownLatch started = new CountDownLatch(2);
        for (int i = 0; i < 2; i++) {
            executor.execute(() -> {
                started.countDown();
                awaitQuietly(hold);
            });
        }
        awaitQuietly(started);
    }

    private static void awaitQuietly(CountDownLatch latch) {
        try {
            latch.await();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
