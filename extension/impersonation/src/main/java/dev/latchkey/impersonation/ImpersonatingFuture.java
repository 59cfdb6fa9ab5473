package dev.latchkey.impersonation;

import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.function.BiConsumer;
import java.util.function.BiFunction;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * A future whose continuations run as whoever added them, on whatever thread completes it.
 *
 * <p>The {@code ...Async} forms without an executor run on the executor that the first stage was started on. Any thread.
 *
 * @param <T> what it completes with
 */
@SuppressWarnings("NullAway") // CompletableFuture itself says nothing of nulls, and what it passes on may be null.
public final class ImpersonatingFuture<T extends @Nullable Object> extends CompletableFuture<T> {
    private final IdentityFlow flow;

    /** What is given to it carries its identity already. */
    private final Executor threads;

    /** @param threads bare */
    ImpersonatingFuture(IdentityFlow flow, Executor threads) {
        this.flow = flow;
        this.threads = HandingOver.around(flow, threads);
    }

    static <T extends @Nullable Object> ImpersonatingFuture<T> start(
            ImpersonatingExecutorService executor, Callable<T> work) {
        ImpersonatingFuture<T> future = new ImpersonatingFuture<>(executor.flow(), executor.threads());
        Identity identity = executor.flow().current();
        try {
            future.threads.execute(() -> future.run(identity, work));
        } catch (RejectedExecutionException | IdentityException e) {
            identity.close();
            throw e;
        }
        return future;
    }

    private void run(Identity identity, Callable<T> work) {
        try (identity) {
            if (!isDone()) {
                complete(identity.<T>call(work));
            }
        } catch (Throwable e) {
            fail(e);
        }
    }

    /** What follows cannot run on a lost thread, so another has to say that it is lost. */
    private void fail(Throwable e) {
        if (Thread.currentThread() instanceof CleanWorker worker && worker.isLost()) {
            try {
                threads.execute(() -> completeExceptionally(e));
                return;
            } catch (RejectedExecutionException rejected) {
                e.addSuppressed(rejected);
            }
        }
        completeExceptionally(e);
    }

    /** {@return one that runs each task as whoever gives it, on the threads of this future} */
    @Override
    public Executor defaultExecutor() {
        return new GuardingExecutor(flow, threads instanceof HandingOver around ? around.threads() : threads);
    }

    /** {@return a stage that cannot be completed by others, and whose continuations run as those of this future} */
    @Override
    public CompletionStage<T> minimalCompletionStage() {
        return MinimalStage.of((ImpersonatingFuture<T>) copy());
    }

    @Override
    public CompletableFuture<T> orTimeout(long timeout, TimeUnit unit) {
        flow.handOver(() -> super.orTimeout(timeout, unit));
        return this;
    }

    @Override
    public CompletableFuture<T> completeOnTimeout(T value, long timeout, TimeUnit unit) {
        flow.handOver(() -> super.completeOnTimeout(value, timeout, unit));
        return this;
    }

    @Override
    public <U extends @Nullable Object> CompletableFuture<U> newIncompleteFuture() {
        return new ImpersonatingFuture<>(flow, threads);
    }

    /** Captures for one continuation, and gives that back when the continuation's own stage is complete. */
    private <U extends @Nullable Object> CompletableFuture<U> follow(Function<Carried, CompletableFuture<U>> add) {
        Identity identity = flow.current();
        CompletableFuture<U> next = add.apply(new Carried(identity));
        if (!identity.isNone()) {
            ((ImpersonatingFuture<U>) next).whenDone(identity::close);
        }
        return next;
    }

    private void whenDone(Runnable action) {
        super.whenComplete((value, failure) -> action.run());
    }

    @Override
    public <U extends @Nullable Object> CompletableFuture<U> thenApply(Function<? super T, ? extends U> fn) {
        return follow(as -> super.thenApply(as.function(fn)));
    }

    @Override
    public <U extends @Nullable Object> CompletableFuture<U> thenApplyAsync(Function<? super T, ? extends U> fn) {
        return follow(as -> super.thenApplyAsync(as.function(fn), threads));
    }

    @Override
    public <U extends @Nullable Object> CompletableFuture<U> thenApplyAsync(
            Function<? super T, ? extends U> fn, Executor executor) {
        return follow(as -> super.thenApplyAsync(as.function(fn), cleanly(executor)));
    }

    @Override
    public CompletableFuture<Void> thenAccept(Consumer<? super T> fn) {
        return follow(as -> super.thenAccept(as.consumer(fn)));
    }

    @Override
    public CompletableFuture<Void> thenAcceptAsync(Consumer<? super T> fn) {
        return follow(as -> super.thenAcceptAsync(as.consumer(fn), threads));
    }

    @Override
    public CompletableFuture<Void> thenAcceptAsync(Consumer<? super T> fn, Executor executor) {
        return follow(as -> super.thenAcceptAsync(as.consumer(fn), cleanly(executor)));
    }

    @Override
    public CompletableFuture<Void> thenRun(Runnable fn) {
        return follow(as -> super.thenRun(as.runnable(fn)));
    }

    @Override
    public CompletableFuture<Void> thenRunAsync(Runnable fn) {
        return follow(as -> super.thenRunAsync(as.runnable(fn), threads));
    }

    @Override
    public CompletableFuture<Void> thenRunAsync(Runnable fn, Executor executor) {
        return follow(as -> super.thenRunAsync(as.runnable(fn), cleanly(executor)));
    }

    @Override
    public <U extends @Nullable Object, V extends @Nullable Object> CompletableFuture<V> thenCombine(
            CompletionStage<? extends U> other, BiFunction<? super T, ? super U, ? extends V> fn) {
        return follow(as -> super.thenCombine(other, as.biFunction(fn)));
    }

    @Override
    public <U extends @Nullable Object, V extends @Nullable Object> CompletableFuture<V> thenCombineAsync(
            CompletionStage<? extends U> other, BiFunction<? super T, ? super U, ? extends V> fn) {
        return follow(as -> super.thenCombineAsync(other, as.biFunction(fn), threads));
    }

    @Override
    public <U extends @Nullable Object, V extends @Nullable Object> CompletableFuture<V> thenCombineAsync(
            CompletionStage<? extends U> other, BiFunction<? super T, ? super U, ? extends V> fn, Executor executor) {
        return follow(as -> super.thenCombineAsync(other, as.biFunction(fn), cleanly(executor)));
    }

    @Override
    public <U extends @Nullable Object> CompletableFuture<Void> thenAcceptBoth(
            CompletionStage<? extends U> other, BiConsumer<? super T, ? super U> fn) {
        return follow(as -> super.thenAcceptBoth(other, as.biConsumer(fn)));
    }

    @Override
    public <U extends @Nullable Object> CompletableFuture<Void> thenAcceptBothAsync(
            CompletionStage<? extends U> other, BiConsumer<? super T, ? super U> fn) {
        return follow(as -> super.thenAcceptBothAsync(other, as.biConsumer(fn), threads));
    }

    @Override
    public <U extends @Nullable Object> CompletableFuture<Void> thenAcceptBothAsync(
            CompletionStage<? extends U> other, BiConsumer<? super T, ? super U> fn, Executor executor) {
        return follow(as -> super.thenAcceptBothAsync(other, as.biConsumer(fn), cleanly(executor)));
    }

    @Override
    public CompletableFuture<Void> runAfterBoth(CompletionStage<?> other, Runnable fn) {
        return follow(as -> super.runAfterBoth(other, as.runnable(fn)));
    }

    @Override
    public CompletableFuture<Void> runAfterBothAsync(CompletionStage<?> other, Runnable fn) {
        return follow(as -> super.runAfterBothAsync(other, as.runnable(fn), threads));
    }

    @Override
    public CompletableFuture<Void> runAfterBothAsync(CompletionStage<?> other, Runnable fn, Executor executor) {
        return follow(as -> super.runAfterBothAsync(other, as.runnable(fn), cleanly(executor)));
    }

    @Override
    public <U extends @Nullable Object> CompletableFuture<U> applyToEither(
            CompletionStage<? extends T> other, Function<? super T, U> fn) {
        return follow(as -> super.applyToEither(other, as.function(fn)));
    }

    @Override
    public <U extends @Nullable Object> CompletableFuture<U> applyToEitherAsync(
            CompletionStage<? extends T> other, Function<? super T, U> fn) {
        return follow(as -> super.applyToEitherAsync(other, as.function(fn), threads));
    }

    @Override
    public <U extends @Nullable Object> CompletableFuture<U> applyToEitherAsync(
            CompletionStage<? extends T> other, Function<? super T, U> fn, Executor executor) {
        return follow(as -> super.applyToEitherAsync(other, as.function(fn), cleanly(executor)));
    }

    @Override
    public CompletableFuture<Void> acceptEither(CompletionStage<? extends T> other, Consumer<? super T> fn) {
        return follow(as -> super.acceptEither(other, as.consumer(fn)));
    }

    @Override
    public CompletableFuture<Void> acceptEitherAsync(CompletionStage<? extends T> other, Consumer<? super T> fn) {
        return follow(as -> super.acceptEitherAsync(other, as.consumer(fn), threads));
    }

    @Override
    public CompletableFuture<Void> acceptEitherAsync(
            CompletionStage<? extends T> other, Consumer<? super T> fn, Executor executor) {
        return follow(as -> super.acceptEitherAsync(other, as.consumer(fn), cleanly(executor)));
    }

    @Override
    public CompletableFuture<Void> runAfterEither(CompletionStage<?> other, Runnable fn) {
        return follow(as -> super.runAfterEither(other, as.runnable(fn)));
    }

    @Override
    public CompletableFuture<Void> runAfterEitherAsync(CompletionStage<?> other, Runnable fn) {
        return follow(as -> super.runAfterEitherAsync(other, as.runnable(fn), threads));
    }

    @Override
    public CompletableFuture<Void> runAfterEitherAsync(CompletionStage<?> other, Runnable fn, Executor executor) {
        return follow(as -> super.runAfterEitherAsync(other, as.runnable(fn), cleanly(executor)));
    }

    @Override
    public <U extends @Nullable Object> CompletableFuture<U> thenCompose(
            Function<? super T, ? extends CompletionStage<U>> fn) {
        return follow(as -> super.thenCompose(as.function(fn)));
    }

    @Override
    public <U extends @Nullable Object> CompletableFuture<U> thenComposeAsync(
            Function<? super T, ? extends CompletionStage<U>> fn) {
        return follow(as -> super.thenComposeAsync(as.function(fn), threads));
    }

    @Override
    public <U extends @Nullable Object> CompletableFuture<U> thenComposeAsync(
            Function<? super T, ? extends CompletionStage<U>> fn, Executor executor) {
        return follow(as -> super.thenComposeAsync(as.function(fn), cleanly(executor)));
    }

    @Override
    public CompletableFuture<T> whenComplete(BiConsumer<? super T, ? super Throwable> fn) {
        return follow(as -> super.whenComplete(as.biConsumer(fn)));
    }

    @Override
    public CompletableFuture<T> whenCompleteAsync(BiConsumer<? super T, ? super Throwable> fn) {
        return follow(as -> super.whenCompleteAsync(as.biConsumer(fn), threads));
    }

    @Override
    public CompletableFuture<T> whenCompleteAsync(BiConsumer<? super T, ? super Throwable> fn, Executor executor) {
        return follow(as -> super.whenCompleteAsync(as.biConsumer(fn), cleanly(executor)));
    }

    @Override
    public <U extends @Nullable Object> CompletableFuture<U> handle(BiFunction<? super T, Throwable, ? extends U> fn) {
        return follow(as -> super.handle(as.biFunction(fn)));
    }

    @Override
    public <U extends @Nullable Object> CompletableFuture<U> handleAsync(
            BiFunction<? super T, Throwable, ? extends U> fn) {
        return follow(as -> super.handleAsync(as.biFunction(fn), threads));
    }

    @Override
    public <U extends @Nullable Object> CompletableFuture<U> handleAsync(
            BiFunction<? super T, Throwable, ? extends U> fn, Executor executor) {
        return follow(as -> super.handleAsync(as.biFunction(fn), cleanly(executor)));
    }

    @Override
    public CompletableFuture<T> exceptionally(Function<Throwable, ? extends T> fn) {
        return follow(as -> super.exceptionally(as.function(fn)));
    }

    @Override
    public CompletableFuture<T> exceptionallyAsync(Function<Throwable, ? extends T> fn) {
        return follow(as -> super.exceptionallyAsync(as.function(fn), threads));
    }

    @Override
    public CompletableFuture<T> exceptionallyAsync(Function<Throwable, ? extends T> fn, Executor executor) {
        return follow(as -> super.exceptionallyAsync(as.function(fn), cleanly(executor)));
    }

    @Override
    public CompletableFuture<T> exceptionallyCompose(Function<Throwable, ? extends CompletionStage<T>> fn) {
        return follow(as -> super.exceptionallyCompose(as.function(fn)));
    }

    @Override
    public CompletableFuture<T> exceptionallyComposeAsync(Function<Throwable, ? extends CompletionStage<T>> fn) {
        return follow(as -> super.exceptionallyComposeAsync(as.function(fn), threads));
    }

    @Override
    public CompletableFuture<T> exceptionallyComposeAsync(
            Function<Throwable, ? extends CompletionStage<T>> fn, Executor executor) {
        return follow(as -> super.exceptionallyComposeAsync(as.function(fn), cleanly(executor)));
    }

    @Override
    public CompletableFuture<T> completeAsync(Supplier<? extends T> supplier, Executor executor) {
        return super.completeAsync(once(supplier), cleanly(executor));
    }

    @Override
    public CompletableFuture<T> completeAsync(Supplier<? extends T> supplier) {
        return super.completeAsync(once(supplier), threads);
    }

    private Executor cleanly(Executor executor) {
        return HandingOver.around(flow, executor);
    }

    private Supplier<T> once(Supplier<? extends T> supplier) {
        Identity identity = flow.current();
        Supplier<T> carried = new Carried(identity).supplier(supplier);
        return () -> {
            try (identity) {
                return carried.get();
            }
        };
    }
}
