package dev.latchkey.impersonation;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.LongAdder;
import java.util.logging.Level;
import java.util.logging.Logger;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/**
 * Very many tasks of three users and of nobody on a pool of eight, with a provider that fails at random at every call, by
 * exceptions and by Errors.
 *
 * <p>How many is set by {@code -Dfaults.tasks}.
 */
class FaultInjectionTest {
    private static final int TASKS = Integer.getInteger("faults.tasks", 1_000_000);
    private static final String[] USERS = {null, "alice", "bob", "carol"};
    private static final int WINDOW = 4096;

    private final FaultyIdentity faulty = new FaultyIdentity();
    private final LongAdder lostOtherwise = new LongAdder();
    private final IdentityFlow flow = IdentityFlow.builder()
            .provider(faulty)
            .onLostThread((thread, failure) -> lostOtherwise.increment())
            .build();
    private final Logger log = Logger.getLogger("dev.latchkey.impersonation");

    private final LongAdder ranRight = new LongAdder();
    private final LongAdder ranWrong = new LongAdder();
    private long refused;
    private long lost;

    @BeforeEach
    void quiet() {
        log.setLevel(Level.OFF);
    }

    @AfterEach
    void stop() {
        log.setLevel(null);
        flow.close();
    }

    @Test
    @Timeout(300)
    void noTaskRunsAsAnotherNoWorkerStaysImpersonatedAndAllIsGivenBack() throws Exception {
        ImpersonatingExecutorService pool = flow.newFixedThreadPool(8, "fault-");
        // Not seeded: which thread meets which number is up to the scheduler anyway.
        faulty.failWhen(call -> ThreadLocalRandom.current().nextInt(1000) == 0);
        faulty.throwing(FaultInjectionTest::errorOrNot);
        Deque<Future<?>> open = new ArrayDeque<>();
        long captureFailed = 0;
        for (int i = 0; i < TASKS; i++) {
            String user = USERS[i % USERS.length];
            faulty.impersonate(user);
            try {
                open.add(pool.submit(() -> look(user)));
            } catch (IdentityException e) {
                assertThat(e.failure()).isEqualTo(IdentityFailure.CAPTURE_FAILED);
                captureFailed++;
            }
            if (open.size() > WINDOW) {
                settle(open.remove());
            }
        }
        faulty.impersonate(null);
        while (!open.isEmpty()) {
            settle(open.remove());
        }
        System.out.printf(
                "%d tasks: %d ran as their user, %d refused on the worker, %d at capture, %d lost their worker%n",
                TASKS, ranRight.sum(), refused, captureFailed, lost);

        faulty.fail();
        assertThat(ranWrong.sum()).as("tasks that ran as another").isZero();
        // A task that ran may have lost its worker, and one that did not may have too.
        assertThat(ranRight.sum() + refused + captureFailed)
                .as("tasks that have an end")
                .isBetween(TASKS - lost, (long) TASKS);
        assertThat(refused).as("refused").isPositive();
        assertThat(lost).as("lost workers").isPositive();
        assertThat(lostOtherwise.sum())
                .as("workers that the pool could not end")
                .isZero();
        for (int i = 0; i < 200; i++) {
            assertThat(pool.threads().submit(faulty::onThread).get())
                    .as("a worker")
                    .isNull();
        }
        pool.shutdown();
        assertThat(pool.awaitTermination(30, TimeUnit.SECONDS)).isTrue();
        assertThat(faulty.open()).as("handles").isZero();
        assertThat(flow.statistics().held()).as("held").isZero();
    }

    @SuppressWarnings("removal") // What a debugger's stop throws on Java 17.
    private static @Nullable Error errorOrNot() {
        return switch (ThreadLocalRandom.current().nextInt(8)) {
            case 0 -> new OutOfMemoryError("injected");
            case 1 -> new StackOverflowError("injected");
            case 2 -> new NoClassDefFoundError("injected");
            case 3 -> new ThreadDeath();
            default -> null;
        };
    }

    private void look(String user) {
        String found = faulty.onThread();
        if (user == null ? found == null : user.equals(found)) {
            ranRight.increment();
        } else {
            ranWrong.increment();
        }
    }

    private void settle(Future<?> future) throws InterruptedException {
        try {
            future.get();
        } catch (ExecutionException e) {
            IdentityException failure = (IdentityException) e.getCause();
            switch (failure.failure()) {
                case REVERT_FAILED -> lost++;
                default -> refused++;
            }
        }
    }
}
