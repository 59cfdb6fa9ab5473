package dev.latchkey.spi;

import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;
import org.jspecify.annotations.Nullable;

/** Futures of one's own that follow other ones, and hand a cancellation back to them. Thread-safe. */
public final class Stages {
    private Stages() {}

    /** What becomes of an outcome. */
    @FunctionalInterface
    public interface Outcome<T extends @Nullable Object, R> {
        /**
         * {@return the outcome that the follower has}
         *
         * @param value what the stage completed with, if it did not fail
         * @param failure what it failed with, bare; null if it did not fail
         * @throws Throwable which the follower fails with
         */
        // Whatever it is, the follower fails with it.
        @SuppressWarnings("IllegalThrows")
        R of(T value, @Nullable Throwable failure) throws Throwable;
    }

    /** {@return the failure behind that of a stage: one that depends on another wraps its failure} */
    public static Throwable bare(Throwable failure) {
        Throwable wrapped = failure instanceof CompletionException ? failure.getCause() : null;
        return wrapped == null ? failure : wrapped;
    }

    /**
     * {@return a future that follows a stage; cancelling it cancels the stage}
     *
     * @param stage what it follows
     * @param outcome called on the thread that completes the stage
     */
    public static <T extends @Nullable Object, R> CompletableFuture<R> follow(
            CompletionStage<T> stage, Outcome<? super T, ? extends R> outcome) {
        return follow(
                stage, Runnable::run, outcome, () -> stage.toCompletableFuture().cancel(true));
    }

    /**
     * {@return a future that follows a stage}
     *
     * @param stage what it follows
     * @param executor runs the outcome, and so completes the future; must take the task or run it
     * @param outcome called once
     * @param whenCancelled run when somebody cancels the future
     */
    public static <T extends @Nullable Object, R> CompletableFuture<R> follow(
            CompletionStage<T> stage,
            Executor executor,
            Outcome<? super T, ? extends R> outcome,
            Runnable whenCancelled) {
        CompletableFuture<R> follower = new CompletableFuture<>();
        stage.whenComplete((value, failure) -> executor.execute(() -> {
            try {
                follower.complete(outcome.of(value, failure == null ? null : bare(failure)));
            } catch (Throwable x) {
                follower.completeExceptionally(x);
            }
        }));
        follower.whenComplete((value, failure) -> {
            if (failure instanceof CancellationException) {
                whenCancelled.run();
            }
        });
        return follower;
    }
}
