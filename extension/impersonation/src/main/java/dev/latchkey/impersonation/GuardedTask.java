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
    private final boolean handsOver;

    GuardedTask(IdentityFlow flow, IdentityParts parts, Callable<? extends T> body) {
        this(flow, parts, body, false);
    }

    /** @param handsOver whether this is but a moment within somebody's work, in which it is handed to others */
    GuardedTask(IdentityFlow flow, IdentityParts parts, Callable<? extends T> body, boolean handsOver) {
        this.flow = flow;
        this.parts = parts;
        this.body = body;
        this.handsOver = handsOver;
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
        Frame frame = Frame.enter(flow, parts, handsOver);
        try {
            return live(frame);
        } finally {
            if (!frame.isOver()) {
                // Something was thrown out of its end, such as a stop or the end of the stack: once more, from here.
                raise(frame.finish(null));
            }
        }
    }

    private T live(Frame frame) throws Exception {
        Throwable thrown = null;
        try {
            return flow.hasScoped() ? new ScopedRun<>(flow, parts, body).call() : body.call();
        } catch (Throwable e) {
            thrown = e;
            throw e;
        } finally {
            raise(frame.leave(thrown));
        }
    }

    /** If the thread carries somebody, this goes before whatever the task had to say. */
    private static void raise(@Nullable IdentityException lost) {
        if (lost != null) {
            throw lost;
        }
    }
}
