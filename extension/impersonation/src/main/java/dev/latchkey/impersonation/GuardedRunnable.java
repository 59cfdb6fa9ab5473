package dev.latchkey.impersonation;

import java.util.concurrent.atomic.AtomicBoolean;

/**
 * A task of {@link java.util.concurrent.Executor#execute}, which nobody waits for: it runs once as its identity.
 *
 * <p>A pool that is shut down may hand it back unrun; whoever runs it then still runs it as its identity. Any thread;
 * of two that run it at once, one is refused.
 */
final class GuardedRunnable implements Runnable {
    private final Identity identity;
    private final Runnable task;
    private final AtomicBoolean begun = new AtomicBoolean();

    /** Takes over the identity. */
    GuardedRunnable(Identity identity, Runnable task) {
        this.identity = identity;
        this.task = task;
    }

    @Override
    public void run() {
        if (!begun.compareAndSet(false, true)) {
            throw new IdentityException(IdentityFailure.CLOSED, "this work runs once", null);
        }
        try (identity) {
            identity.run(task);
        }
    }

    /** Gives the identity back without running. */
    void discard() {
        identity.close();
    }

    @Override
    public String toString() {
        return "GuardedRunnable[" + identity + ", " + task + "]";
    }
}
