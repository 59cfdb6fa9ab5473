package dev.latchkey.impersonation;

/**
 * What one provider captured: its part of an {@link Identity}.
 *
 * <p>It owns what it needs, such as a duplicate of a handle, until {@link #release()}. Its text form names the user and
 * holds no secret. Immutable but for the release; any thread.
 */
public interface IdentityPart {

    /** {@return the {@linkplain IdentityProvider#name() name} of the provider that can apply it} */
    String provider();

    /**
     * {@return an immutable value that is equal for equal captures of one logon, and for nothing else}
     *
     * <p>Made at capture and good after the release. Pools and caches are keyed by it.
     */
    Object key();

    /**
     * Gives back what the part owns. Called exactly once, when nobody uses the part any more, on any thread.
     *
     * @throws RuntimeException if that failed; it is logged and counted
     */
    default void release() {}
}
