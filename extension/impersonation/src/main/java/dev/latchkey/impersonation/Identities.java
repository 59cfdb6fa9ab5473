package dev.latchkey.impersonation;

import java.util.Objects;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.ScheduledExecutorService;
import java.util.function.BiConsumer;
import java.util.function.BiFunction;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Where to begin: the identity of the calling thread, and work that carries it.
 *
 * <pre>{@code
 * try (Identity caller = Identities.current()) {
 *     pool.execute(Identities.wrap(() -> readFiles())); // runs as the caller
 * }
 * }</pre>
 *
 * <p>Static access to the {@linkplain #flow() flow} of this class loader, which has all providers that are found by
 * service file. Any thread.
 */
public final class Identities {
    private static volatile boolean used;

    private Identities() {}

    /**
     * {@return the flow with all providers that the class path has, made at first use}
     *
     * @throws IdentityException if the process is not set up for it, each time
     */
    public static IdentityFlow flow() {
        used = true;
        return Installed.flow();
    }

    /**
     * Ends the threads of the flow, if it was ever asked for: for who undeploys the application whose class loader this
     * is. Work is refused from then on.
     */
    public static void close() {
        if (used && Installed.FLOW != null) {
            Installed.FLOW.close();
        }
    }

    /**
     * {@return what the calling thread carries; "no identity" if it carries none}
     *
     * @throws IdentityException if that cannot be told
     */
    public static Identity current() {
        return flow().current();
    }

    /** {@return "no identity": its work runs clean} */
    public static Identity none() {
        return flow().none();
    }

    /**
     * {@return the work, to be run as the caller of this method on whatever thread, any number of times}
     *
     * <p>What it needs is given back when it is itself forgotten.
     *
     * @throws IdentityException if the caller's identity cannot be told
     */
    public static Runnable wrap(Runnable work) {
        return new Carried(current()).runnable(work);
    }

    /** {@return a Callable that runs as the caller; else as {@link #wrap(Runnable)}} */
    public static <T extends @Nullable Object> Callable<T> wrapCallable(Callable<? extends T> work) {
        return new Carried(current()).callable(work);
    }

    /** {@return a Supplier that runs as the caller; else as {@link #wrap(Runnable)}} */
    public static <T extends @Nullable Object> Supplier<T> wrapSupplier(Supplier<? extends T> work) {
        return new Carried(current()).supplier(work);
    }

    /** {@return a Function that runs as the caller; else as {@link #wrap(Runnable)}} */
    public static <A extends @Nullable Object, T extends @Nullable Object> Function<A, T> wrapFunction(
            Function<? super A, ? extends T> work) {
        return new Carried(current()).function(work);
    }

    /** {@return a Consumer that runs as the caller; else as {@link #wrap(Runnable)}} */
    public static <A extends @Nullable Object> Consumer<A> wrapConsumer(Consumer<? super A> work) {
        return new Carried(current()).consumer(work);
    }

    /** {@return a BiFunction that runs as the caller; else as {@link #wrap(Runnable)}} */
    public static <A extends @Nullable Object, B extends @Nullable Object, T extends @Nullable Object>
            BiFunction<A, B, T> wrapBiFunction(BiFunction<? super A, ? super B, ? extends T> work) {
        return new Carried(current()).biFunction(work);
    }

    /** {@return a BiConsumer that runs as the caller; else as {@link #wrap(Runnable)}} */
    public static <A extends @Nullable Object, B extends @Nullable Object> BiConsumer<A, B> wrapBiConsumer(
            BiConsumer<? super A, ? super B> work) {
        return new Carried(current()).biConsumer(work);
    }

    /** {@return an executor that runs each task as whoever submits it, on the threads of this one} */
    public static ImpersonatingExecutorService executor(ExecutorService threads) {
        return flow().executor(threads);
    }

    /** {@return as {@link #executor}, with tasks that wait or repeat} */
    public static ImpersonatingScheduledExecutorService scheduledExecutor(ScheduledExecutorService threads) {
        return flow().scheduledExecutor(threads);
    }

    /** Made when first asked for, so that a class path without a use for it pays nothing. */
    private static final class Installed {
        static final @Nullable IdentityFlow FLOW;
        private static final @Nullable IdentityException FAILURE;

        static {
            IdentityFlow flow = null;
            IdentityException failure = null;
            try {
                flow = IdentityFlow.builder().installedProviders().build();
            } catch (IdentityException e) {
                failure = e;
            }
            FLOW = flow;
            FAILURE = failure;
        }

        static IdentityFlow flow() {
            if (FLOW == null) {
                throw Objects.requireNonNull(FAILURE).again();
            }
            return FLOW;
        }
    }
}
