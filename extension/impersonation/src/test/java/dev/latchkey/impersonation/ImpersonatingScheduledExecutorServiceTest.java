package dev.latchkey.impersonation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.latchkey.impersonation.FaultyIdentity.Call;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;

/** Tasks that wait or repeat. */
@Timeout(60)
class ImpersonatingScheduledExecutorServiceTest {
    @RegisterExtension
    final FlowFixture fixture = new FlowFixture();

    private final FaultyIdentity faulty = fixture.faulty;
    private final ImpersonatingScheduledExecutorService executor = fixture.flow.newScheduledThreadPool(2, "scheduled-");
    private final List<String> seen = new CopyOnWriteArrayList<>();

    @AfterEach
    void stop() throws InterruptedException {
        executor.shutdownNow();
        assertThat(executor.awaitTermination(10, TimeUnit.SECONDS)).isTrue();
    }

    @Test
    void aDelayedTaskRunsAsWhoScheduledIt() throws Exception {
        faulty.impersonate("alice");
        ScheduledFuture<String> callable = executor.schedule(faulty::onThread, 1, TimeUnit.MILLISECONDS);
        ScheduledFuture<?> runnable = executor.schedule(() -> seen.add(faulty.onThread()), 1, TimeUnit.MILLISECONDS);
        faulty.impersonate(null);
        assertThat(callable.get()).isEqualTo("alice");
        runnable.get();
        assertThat(seen).containsExactly("alice");
    }

    @Test
    void eachRunOfARepeatingTaskIsALifeOfItsOwn() {
        faulty.impersonate("alice");
        ScheduledFuture<?> rate =
                executor.scheduleAtFixedRate(() -> seen.add(faulty.onThread()), 0, 1, TimeUnit.MILLISECONDS);
        ScheduledFuture<?> delay =
                executor.scheduleWithFixedDelay(() -> seen.add(faulty.onThread()), 0, 1, TimeUnit.MILLISECONDS);
        faulty.impersonate(null);
        await().until(() -> seen.size() > 20);
        rate.cancel(false);
        delay.cancel(false);
        assertThat(seen).containsOnly("alice");
    }

    @Test
    void aRepeatingTaskThatThrowsRunsNoMoreAndGivesItsIdentityBack() {
        faulty.impersonate("alice");
        ScheduledFuture<?> future = executor.scheduleAtFixedRate(
                () -> {
                    throw new IllegalStateException("once");
                },
                0,
                1,
                TimeUnit.MILLISECONDS);
        faulty.impersonate(null);
        assertThatThrownBy(future::get).hasMessageContaining("once");
        await().until(() -> faulty.open() == 0);
    }

    @Test
    void aTaskCancelledBeforeItStartsGivesItsIdentityBack() {
        faulty.impersonate("alice");
        ScheduledFuture<?> future = executor.schedule(() -> {}, 1, TimeUnit.DAYS);
        faulty.impersonate(null);
        assertThat(faulty.open()).isEqualTo(1);
        future.cancel(false);
        assertThat(faulty.open()).isZero();
    }

    @Test
    void aWorkerThatCannotBeRevertedIsReplaced() throws Exception {
        List<Thread> workers = new CopyOnWriteArrayList<>();
        faulty.failWhen(call -> call == Call.REVERT && "alice".equals(faulty.onThread()));
        faulty.impersonate("alice");
        ScheduledFuture<?> future =
                executor.schedule(() -> workers.add(Thread.currentThread()), 0, TimeUnit.MILLISECONDS);
        faulty.impersonate(null);
        assertThatThrownBy(future::get).isInstanceOf(ExecutionException.class).hasMessageContaining("LK604");
        workers.get(0).join(10_000);
        assertThat(workers.get(0).isAlive()).isFalse();
        assertThat(executor.submit(faulty::onThread).get()).isNull();
    }

    @Test
    void aTaskThatIsRejectedGivesItsIdentityBack() {
        executor.shutdown();
        faulty.impersonate("alice");
        assertThatThrownBy(() -> executor.schedule(() -> {}, 1, TimeUnit.DAYS))
                .isInstanceOf(RejectedExecutionException.class);
        faulty.impersonate(null);
        assertThat(faulty.open()).isZero();
    }
}
