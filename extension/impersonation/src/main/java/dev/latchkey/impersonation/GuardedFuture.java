package dev.latchkey.impersonation;

import java.util.concurrent.Callable;
import java.util.concurrent.FutureTask;
import org.jspecify.annotations.Nullable;

/**
 * A submitted task: a future whose task runs once as its identity.
 *
 * <p>The identity is given back when the task ends, is cancelled before it starts, or is forgotten by all.
 */
final class GuardedFuture<T extends @Nullable Object> extends FutureTask<T> {
    private final Identity identity;

    /** Takes over the identity. */
    GuardedFuture(Identity identity, Callable<T> task) {
        super(new GuardedTask<>(identity.flow(), identity.parts(), task));
        this.identity = identity;
    }

    @Override
    protected void done() {
        identity.close();
    }

    @Override
    public String toString() {
        return super.toString() + "[" + identity + "]";
    }
}
