package dev.latchkey.impersonation;

import java.util.List;
import java.util.concurrent.AbstractExecutorService;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.RunnableFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Runs each task as the identity that the submitting thread carries at that moment, on the threads of any executor.
 *
 * <p>All ways of submitting go through one life of a task. A task whose identity cannot be proven on its thread does not
 * run, and its future says why. A task that the executor runs on the submitting thread, or on a thread that helps it,
 * has its own identity there too. Where a thread cannot be cleaned afterwards, a {@linkplain
 * IdentityFlow#newFixedThreadPool pool of the flow} replaces it; with any other executor the flow's {@link
 * LostThreadPolicy} acts.
 *
 * <p>To shut this down shuts the executor down. Any thread.
 */
public class ImpersonatingExecutorService extends AbstractExecutorService {
    private final IdentityFlow flow;
    private final ExecutorService delegate;
    private final GuardingExecutor guarding;

    ImpersonatingExecutorService(IdentityFlow flow, ExecutorService delegate) {
        this.flow = flow;
        this.delegate = delegate;
        guarding = new GuardingExecutor(flow, delegate);
    }

    /** {@return the flow that captures and carries} */
    public final IdentityFlow flow() {
        return flow;
    }

    /**
     * Runs work as the caller, to be followed by more.
     *
     * @return a future whose every continuation runs as whoever added it, and whose {@code ...Async} ones run here
     */
    @SuppressWarnings("NullAway") // A Void has no value but null.
    public final ImpersonatingFuture<Void> runAsync(Runnable work) {
        return ImpersonatingFuture.start(this, () -> {
            work.run();
            return null;
        });
    }

    /** {@return as {@link #runAsync}, with what the work supplies} */
    public final <T extends @Nullable Object> ImpersonatingFuture<T> supplyAsync(Supplier<T> work) {
        return ImpersonatingFuture.start(this, work::get);
    }

    /** {@return the bare executor: what is given to it must carry its identity already} */
    final ExecutorService threads() {
        return delegate;
    }

    @Override
    public final void execute(Runnable task) {
        guarding.execute(task);
    }

    @Override
    protected final <T extends @Nullable Object> RunnableFuture<T> newTaskFor(Callable<T> task) {
        return new GuardedFuture<>(flow.current(), task);
    }

    @Override
    protected final <T extends @Nullable Object> RunnableFuture<T> newTaskFor(Runnable task, T value) {
        return newTaskFor(Executors.callable(task, value));
    }

    @Override
    public final void shutdown() {
        delegate.shutdown();
    }

    /** {@return the tasks that were not run; each still has its identity, and runs as it if it is run after all} */
    @Override
    public final List<Runnable> shutdownNow() {
        return delegate.shutdownNow();
    }

    @Override
    public final boolean isShutdown() {
        return delegate.isShutdown();
    }

    @Override
    public final boolean isTerminated() {
        return delegate.isTerminated();
    }

    @Override
    public final boolean awaitTermination(long timeout, TimeUnit unit) throws InterruptedException {
        return delegate.awaitTermination(timeout, unit);
    }
}
