package dev.latchkey.jetty;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(30)
class CallerExecutorTest {
    private final CallerExecutor executor = new CallerExecutor();

    @Test
    void tasksRunInOrderOnTheWaitingThreadUntilTheFutureIsDone() throws Exception {
        List<Thread> threads = new CopyOnWriteArrayList<>();
        CompletableFuture<String> future = new CompletableFuture<>();
        executor.execute(() -> threads.add(Thread.currentThread()));
        CompletableFuture<Void> other = CompletableFuture.runAsync(() -> {
            executor.execute(() -> threads.add(Thread.currentThread()));
            executor.execute(() -> {
                threads.add(Thread.currentThread());
                future.complete("done");
            });
            executor.execute(() -> threads.add(null)); // after the end: not run
        });
        executor.runUntilDone(future);
        other.get(10, TimeUnit.SECONDS);
        assertThat(threads).hasSize(3).containsOnly(Thread.currentThread());
    }

    @Test
    void aFutureThatAnotherThreadCompletesWakesTheWaitingThread() throws Exception {
        CompletableFuture<String> future = new CompletableFuture<>();
        executor.execute(() -> CompletableFuture.runAsync(
                () -> future.completeExceptionally(new IllegalStateException("as a client that went"))));
        executor.runUntilDone(future);
        assertThat(future).isCompletedExceptionally();
    }

    @Test
    void aFutureThatIsDoneNeedsNoTask() throws Exception {
        executor.runUntilDone(CompletableFuture.completedFuture("done"));
    }

    @Test
    void anInterruptEndsTheWait() {
        Thread.currentThread().interrupt();
        assertThatThrownBy(() -> executor.runUntilDone(new CompletableFuture<>()))
                .isInstanceOf(InterruptedException.class);
        assertThat(Thread.interrupted()).isFalse();
    }
}
