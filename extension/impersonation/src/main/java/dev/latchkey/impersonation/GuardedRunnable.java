package dev.latchkey.impersonation;

import java.util.concurrent.Callable;

/**
 * A task of {@link java.util.concurrent.Executor#execute}, which nobody waits for: it runs once as its identity.
 *
 * <p>A pool that is shut down may hand it back unrun; whoever runs it then still runs it as its identity.
 */
final class GuardedRunnable implements Runnable {
    private final Identity identity;
    private final Runnable task;

    /** Takes over the identity. */
    GuardedRunnable(Identity identity, Runnable task) {
        this.identity = identity;
        this.task = task;
    }

    @Override
    public void run() {
        try (identity) {
            identity.run(task);
        }
    }

    /** Gives the identity back without running. */
    void discard() {
        identity.close();
    }

    static Callable<Boolean> callable(Runnable task) {
        return () -> {
            task.run();
            return Boolean.TRUE;
        };
    }

    @Override
    public String toString() {
        return "GuardedRunnable[" + identity + ", " + task + "]";
    }
}
