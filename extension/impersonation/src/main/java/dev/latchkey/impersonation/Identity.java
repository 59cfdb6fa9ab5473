package dev.latchkey.impersonation;

import java.lang.ref.Reference;
import java.util.concurrent.Callable;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.BiConsumer;
import java.util.function.BiFunction;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * What a thread carried when it was asked, to run work as: one part of each provider that found something.
 *
 * <p>"No identity" is an identity too: its work runs clean, as the process, whatever the running thread carries. An
 * identity owns duplicates of what it needs, so it outlives the request, the login and the handle it came from. Close
 * it when it is not needed any more; work that was handed on before keeps its own reference and still runs as the user.
 * One that is forgotten is given back when the garbage collector finds it.
 *
 * <p>Any thread may call.
 */
public final class Identity implements AutoCloseable {
    private final IdentityFlow flow;
    private final IdentityParts parts;
    private final Given given;
    private final ForgottenIdentities.@Nullable Entry entry;

    /** Takes over one reference to the parts. */
    Identity(IdentityFlow flow, IdentityParts parts, @Nullable ForgottenIdentities forgotten) {
        this.flow = flow;
        this.parts = parts;
        given = new Given(parts);
        entry = forgotten == null ? null : forgotten.register(this, given);
    }

    /** {@return a value that is equal for equal captures of one logon, for the keys of pools and caches} */
    public IdentityKey key() {
        return parts.key();
    }

    /** {@return whether this is "no identity"} */
    public boolean isNone() {
        return parts.key().isNone();
    }

    /** {@return whether the answer to a name look-up can depend on this identity} */
    public boolean resolutionDependsOnIdentity() {
        return flow.resolutionDependsOnIdentity(parts);
    }

    /** {@return the flow this was captured in} */
    public IdentityFlow flow() {
        return flow;
    }

    /**
     * {@return this provider's part}
     *
     * <p>For code that knows the provider, such as a client that makes a token from a Subject. Good while this identity
     * is open.
     *
     * @param <P> what kind of part is looked for
     * @param kind its class; null is returned where the identity has no such part
     * @throws IdentityException if this is closed
     */
    public <P extends IdentityPart> @Nullable P part(Class<P> kind) {
        checkOpen();
        for (IdentityPart part : parts.all()) {
            if (kind.isInstance(part)) {
                return kind.cast(part);
            }
        }
        return null;
    }

    /**
     * Runs work on the calling thread as this identity, and brings back what the thread carried.
     *
     * @throws IdentityException if the work was not run, or the thread could not be brought back
     */
    public void run(Runnable work) {
        try {
            call(IdentityFlow.asCallable(work));
        } catch (RuntimeException e) {
            throw e;
        } catch (Exception e) {
            // A Runnable throws none, but the language lets it: Kotlin and sneaky throws do.
            throw new IllegalStateException(e);
        }
    }

    /**
     * Calls work on the calling thread as this identity, and brings back what the thread carried.
     *
     * @return what the work returned
     * @throws IdentityException if the work was not run, or the thread could not be brought back
     * @throws Exception what the work threw
     */
    public <T extends @Nullable Object> T call(Callable<? extends T> work) throws Exception {
        checkOpen();
        try {
            return new GuardedTask<T>(flow, parts, work).call();
        } finally {
            Reference.reachabilityFence(this);
        }
    }

    /**
     * Makes the calling thread carry this identity until the scope is closed.
     *
     * <p>For frameworks that call before and after; {@link #run} is the better way where there is a choice. A scope
     * that is left open is reverted at the end of the task in which it was opened, and reported.
     *
     * @throws IdentityException if the thread could not be made to carry it; {@link IdentityFailure#NEEDS_CALL} if it
     *     has a part that lasts as long as a call, or the thread carries such a part and the identity does not
     */
    public IdentityScope open() {
        Identity own = retain();
        IdentityScope scope;
        try {
            scope = new IdentityScope();
            scope.enter(flow, own);
        } catch (Throwable e) {
            own.close();
            throw e;
        }
        return scope;
    }

    /**
     * {@return another reference to the same identity, to be closed on its own}
     *
     * @throws IdentityException if this is closed
     */
    public Identity retain() {
        if (entry == null) {
            // "No identity" owns nothing, and is never closed.
            return this;
        }
        checkOpen();
        try {
            parts.retain();
        } finally {
            Reference.reachabilityFence(this);
        }
        return flow.reference(parts);
    }

    /**
     * {@return the work, to be run as this identity on whatever thread, any number of times}
     *
     * <p>It keeps a reference of its own, given back when it is itself forgotten.
     *
     * @throws IdentityException if this is closed
     */
    public Runnable wrap(Runnable work) {
        return new Carried(retain()).runnable(work);
    }

    /**
     * {@return the work, to be run as this identity on whatever thread, once at most}
     *
     * <p>What it needs is given back right after; a second run is refused.
     *
     * @throws IdentityException if this is closed
     */
    public Runnable wrapOnce(Runnable work) {
        return new GuardedRunnable(retain(), work);
    }

    /** {@return a Callable that runs as this identity; else as {@link #wrap(Runnable)}} */
    public <T extends @Nullable Object> Callable<T> wrapCallable(Callable<? extends T> work) {
        return new Carried(retain()).callable(work);
    }

    /** {@return a Supplier that runs as this identity; else as {@link #wrap(Runnable)}} */
    public <T extends @Nullable Object> Supplier<T> wrapSupplier(Supplier<? extends T> work) {
        return new Carried(retain()).supplier(work);
    }

    /** {@return a Function that runs as this identity; else as {@link #wrap(Runnable)}} */
    public <A extends @Nullable Object, T extends @Nullable Object> Function<A, T> wrapFunction(
            Function<? super A, ? extends T> work) {
        return new Carried(retain()).function(work);
    }

    /** {@return a Consumer that runs as this identity; else as {@link #wrap(Runnable)}} */
    public <A extends @Nullable Object> Consumer<A> wrapConsumer(Consumer<? super A> work) {
        return new Carried(retain()).consumer(work);
    }

    /** {@return a BiFunction that runs as this identity; else as {@link #wrap(Runnable)}} */
    public <A extends @Nullable Object, B extends @Nullable Object, T extends @Nullable Object>
            BiFunction<A, B, T> wrapBiFunction(BiFunction<? super A, ? super B, ? extends T> work) {
        return new Carried(retain()).biFunction(work);
    }

    /** {@return a BiConsumer that runs as this identity; else as {@link #wrap(Runnable)}} */
    public <A extends @Nullable Object, B extends @Nullable Object> BiConsumer<A, B> wrapBiConsumer(
            BiConsumer<? super A, ? super B> work) {
        return new Carried(retain()).biConsumer(work);
    }

    /** Gives this reference back; the last one gives back what the identity owns. Again: does nothing. */
    @Override
    public void close() {
        if (entry != null) {
            entry.giveBack();
        }
    }

    IdentityParts parts() {
        return parts;
    }

    private void checkOpen() {
        if (given.done.get()) {
            throw new IdentityException(IdentityFailure.CLOSED, null, null);
        }
    }

    /** {@return who this is, without secrets} */
    @Override
    public String toString() {
        return "Identity[" + parts.key() + "]";
    }

    /** Gives the reference back once, and does not know the identity: so the collector can find that. */
    private static final class Given implements Runnable {
        private final IdentityParts parts;
        private final AtomicBoolean done = new AtomicBoolean();

        Given(IdentityParts parts) {
            this.parts = parts;
        }

        @Override
        public void run() {
            if (done.compareAndSet(false, true)) {
                parts.release();
            }
        }
    }
}
