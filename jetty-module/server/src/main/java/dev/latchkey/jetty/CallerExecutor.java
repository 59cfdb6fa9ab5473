package dev.latchkey.jetty;

import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.concurrent.LinkedBlockingQueue;

/**
 * Runs tasks on the thread that waits for their outcome.
 *
 * <p>A blocking negotiation needs no thread but the caller's: were its steps given to the server's pool, a pool whose
 * threads all wait for their clients would have none left to hear the answers. Tasks may be given by any thread.
 */
final class CallerExecutor implements Executor {
    private final BlockingQueue<Runnable> tasks = new LinkedBlockingQueue<>();

    @Override
    public void execute(Runnable task) {
        tasks.add(task);
    }

    /**
     * Runs tasks until a future is done.
     *
     * @throws InterruptedException if the thread is interrupted meanwhile
     */
    void runUntilDone(CompletableFuture<?> future) throws InterruptedException {
        future.whenComplete((value, failure) -> tasks.add(CallerExecutor::wakeUp));
        while (!future.isDone()) {
            tasks.take().run();
        }
    }

    private static void wakeUp() {
        // The future is done, and the waiting thread looks at it after each task.
    }
}
