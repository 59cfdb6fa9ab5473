package dev.latchkey.impersonation;

import org.jspecify.annotations.Nullable;

/**
 * The SPI: one kind of identity that a thread can carry. Implement one of its two forms.
 *
 * <p>{@link ThreadIdentity} is for what is put on a thread and taken off again (an access token, the ids of Linux).
 * {@link ScopedIdentity} is for what lasts exactly as long as a call (a JAAS Subject). Implementations are found through
 * a service file {@code META-INF/services/dev.latchkey.impersonation.IdentityProvider}.
 *
 * <p>In every method null means "none": the thread is as the process is, or shall be. A provider never answers for
 * another kind, never remembers a thread, and never reports success it has not read back. What goes wrong is thrown as
 * any {@link RuntimeException}; the caller turns it into an {@link IdentityException} with a code. Messages hold no
 * secret.
 *
 * <p>Methods are called on the thread they are about, by many threads at once. Between a successful apply and the
 * revert, a provider must not load a class or a native symbol for the first time: the loader would open files as the
 * user. {@link #start()} is the place to touch all that is needed later; a flow then runs one whole life before the
 * first task, if {@link #rehearsal()} gives it a part to do so.
 */
public sealed interface IdentityProvider permits ThreadIdentity, ScopedIdentity {

    /** {@return a short stable name, such as {@code linux}; the provider's parts and messages use it} */
    String name();

    /**
     * {@return when this provider applies, compared with others}
     *
     * <p>Lower goes first, and is reverted last. Scoped ones always go after those of the thread.
     */
    default int order() {
        return 0;
    }

    /**
     * {@return why this provider cannot serve in this process, in words that say what to do; null if it can}
     *
     * <p>Asked once, first. A provider that cannot serve is left out, with one line in the log; an identity with a
     * part of it is refused.
     */
    default @Nullable String unavailable() {
        return null;
    }

    /**
     * Readies the provider: called once, on a thread that carries no identity, before any other method but {@link
     * #name()}, {@link #order()} and {@link #unavailable()}.
     *
     * @throws RuntimeException if the process is set up so that identities would not be safe: the flow does not start
     */
    default void start() {}

    /** {@return a part to rehearse a life with before the first task, or null for none} */
    default @Nullable IdentityPart rehearsal() {
        return null;
    }

    /**
     * {@return what the calling thread carries, as a part that the caller owns; null if it carries none}
     *
     * <p>Called at every capture, and before and after every task to prove the thread clean, so the answer "none" must
     * be cheap, and must be read from where the operating system reads it. Native handles are duplicated: the part stays
     * good when the original is closed, at the end of the request for one.
     *
     * @throws RuntimeException if that cannot be told, or the thread carries what must not be carried on
     */
    @Nullable
    IdentityPart capture();

    /**
     * Proves that the calling thread carries this part, whole, and no other; or none at all if null.
     *
     * <p>What counts is read back, never a success code.
     *
     * @throws RuntimeException if it does not
     */
    void verify(@Nullable IdentityPart part);

    /**
     * {@return whether a thread that is made or started by one that carries a part carries it too, for life}
     *
     * <p>If so, nothing that starts threads of others is called with it, and a thread that is found with it in no task
     * is cleaned for good.
     */
    default boolean isInherited() {
        return false;
    }

    /**
     * {@return whether the answer to a name look-up can depend on who asks}
     *
     * <p>If so, caches of names are kept apart by identity.
     */
    default boolean resolutionDependsOnIdentity() {
        return false;
    }
}
