package dev.latchkey.impersonation;

import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;

/**
 * The life of a task, once, for every wrapper: the worker is proven clean, the identity applied and verified, the task
 * run, the identity reverted, and the worker proven clean again.
 *
 * <p>A failure before the task means that it is not run. A failure after it means that the thread serves no more. May be
 * called again and again, by one thread at a time.
 */
final class GuardedTask<T extends @Nullable Object> implements Callable<T> {
    private final IdentityFlow flow;
    private final IdentityParts parts;
    private final Callable<? extends T> body;

    GuardedTask(IdentityFlow flow, IdentityParts parts, Callable<? extends T> body) {
        this.flow = flow;
        this.parts = parts;
        this.body = body;
    }

    /**
     * Lives one life.
     *
     * @return what the task returned
     * @throws IdentityException if the task was not run, or its thread is lost
     * @throws Exception what the task threw
     */
    @Override
    public T call() throws Exception {
        // However the task came to its end elsewhere, its identity stays while it runs.
        parts.retain();
        try {
            return flow.mustHop(parts) ? flow.hop(this::live) : live();
        } finally {
            parts.release();
        }
    }

    private T live() throws Exception {
        flow.incidents().refuseLostThread();
        Frame frame = Frame.enter(flow, parts);
        Throwable thrown = null;
        try {
            return flow.hasScoped() ? new ScopedRun<>(flow, parts, body).call() : body.call();
        } catch (Throwable e) {
            thrown = e;
            throw e;
        } finally {
            IdentityException lost = frame.leave(thrown);
            if (lost != null) {
                raise(lost);
            }
        }
    }

    /** The thread carries somebody: whatever the task had to say, this goes first. */
    private static void raise(IdentityException lost) {
        throw lost;
    }
}
