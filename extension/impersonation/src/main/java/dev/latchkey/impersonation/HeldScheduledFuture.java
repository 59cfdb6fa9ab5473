package dev.latchkey.impersonation;

import java.util.concurrent.Delayed;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;

/** The executor's future, which gives the task's identity back when it is cancelled. Any thread. */
final class HeldScheduledFuture<T extends @Nullable Object> implements ScheduledFuture<T> {
    private final ScheduledFuture<T> delegate;
    private final Identity identity;

    HeldScheduledFuture(ScheduledFuture<T> delegate, Identity identity) {
        this.delegate = delegate;
        this.identity = identity;
    }

    @Override
    public boolean cancel(boolean mayInterruptIfRunning) {
        boolean cancelled = delegate.cancel(mayInterruptIfRunning);
        if (delegate.isDone()) {
            // A run that goes on holds a reference of its own.
            identity.close();
        }
        return cancelled;
    }

    @Override
    public long getDelay(TimeUnit unit) {
        return delegate.getDelay(unit);
    }

    @Override
    public int compareTo(Delayed other) {
        return delegate.compareTo(other instanceof HeldScheduledFuture<?> held ? held.delegate : other);
    }

    @Override
    public boolean equals(@Nullable Object other) {
        return this == other;
    }

    @Override
    public int hashCode() {
        return System.identityHashCode(this);
    }

    @Override
    public boolean isCancelled() {
        return delegate.isCancelled();
    }

    @Override
    public boolean isDone() {
        return delegate.isDone();
    }

    @Override
    public T get() throws InterruptedException, ExecutionException {
        return delegate.get();
    }

    @Override
    public T get(long timeout, TimeUnit unit) throws InterruptedException, ExecutionException, TimeoutException {
        return delegate.get(timeout, unit);
    }
}
