package dev.latchkey.impersonation;

import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;

/**
 * Runs each task as whoever gives it, on the threads of another executor. Any thread.
 *
 * @param flow captures and carries
 * @param threads bare
 */
record GuardingExecutor(IdentityFlow flow, Executor threads) implements Executor {
    @Override
    public void execute(Runnable task) {
        if (task instanceof GuardedFuture || task instanceof GuardedRunnable) {
            handOver(task, flow.carriesInherited());
        } else {
            Identity identity = flow.current();
            handOver(new GuardedRunnable(identity, task), identity.parts().isInherited());
        }
    }

    /** A task that the executor does not take gives its identity back at once. */
    private void handOver(Runnable guarded, boolean carriesInherited) {
        try {
            if (carriesInherited && !HandingOver.startsCleanThreads(threads)) {
                flow.handOverClean(() -> threads.execute(guarded));
            } else {
                threads.execute(guarded);
            }
        } catch (RejectedExecutionException | IdentityException e) {
            if (guarded instanceof GuardedRunnable runnable) {
                runnable.discard();
            } else if (guarded instanceof GuardedFuture<?> future) {
                future.cancel(false);
            }
            throw e;
        }
    }
}
