package dev.latchkey.impersonation;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.Executors;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * As {@link ImpersonatingExecutorService}, for tasks that wait or repeat: each run is a life of its own, as the identity
 * that scheduled it.
 *
 * <p>A repeating task keeps its identity until it is cancelled, throws, or is forgotten by its executor. Any thread.
 */
public final class ImpersonatingScheduledExecutorService extends ImpersonatingExecutorService
        implements ScheduledExecutorService {
    private final IdentityFlow flow;
    private final ScheduledExecutorService delegate;

    ImpersonatingScheduledExecutorService(IdentityFlow flow, ScheduledExecutorService delegate) {
        super(flow, delegate);
        this.flow = flow;
        this.delegate = delegate;
    }

    @Override
    public ScheduledFuture<?> schedule(Runnable task, long delay, TimeUnit unit) {
        return schedule(Executors.callable(task), delay, unit);
    }

    @Override
    public <T extends @Nullable Object> ScheduledFuture<T> schedule(Callable<T> task, long delay, TimeUnit unit) {
        return hold(identity -> {
            GuardedTask<T> guarded = new GuardedTask<>(flow, identity.parts(), task);
            return delegate.schedule(
                    () -> {
                        try (identity) {
                            return guarded.call();
                        }
                    },
                    delay,
                    unit);
        });
    }

    @Override
    public ScheduledFuture<?> scheduleAtFixedRate(Runnable task, long initialDelay, long period, TimeUnit unit) {
        return hold(identity -> delegate.scheduleAtFixedRate(repeating(identity, task), initialDelay, period, unit));
    }

    @Override
    public ScheduledFuture<?> scheduleWithFixedDelay(Runnable task, long initialDelay, long delay, TimeUnit unit) {
        return hold(identity -> delegate.scheduleWithFixedDelay(repeating(identity, task), initialDelay, delay, unit));
    }

    private static Runnable repeating(Identity identity, Runnable task) {
        return () -> {
            try {
                identity.run(task);
            } catch (RuntimeException | Error e) {
                // The executor repeats it no more.
                identity.close();
                throw e;
            }
        };
    }

    private <T extends @Nullable Object> ScheduledFuture<T> hold(Function<Identity, ScheduledFuture<T>> schedule) {
        Identity identity = flow.current();
        try {
            return new HeldScheduledFuture<>(handOver(identity, schedule), identity);
        } catch (RejectedExecutionException | IdentityException e) {
            identity.close();
            throw e;
        }
    }

    private <T extends @Nullable Object> ScheduledFuture<T> handOver(
            Identity identity, Function<Identity, ScheduledFuture<T>> schedule) {
        if (HandingOver.startsCleanThreads(delegate) || !identity.parts().isInherited()) {
            return schedule.apply(identity);
        }
        List<ScheduledFuture<T>> scheduled = new ArrayList<>(1);
        flow.handOverClean(() -> scheduled.add(schedule.apply(identity)));
        return scheduled.get(0);
    }
}
