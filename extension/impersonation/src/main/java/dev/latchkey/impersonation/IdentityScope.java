package dev.latchkey.impersonation;

import org.jspecify.annotations.Nullable;

/**
 * An identity that a thread carries until this is closed; see {@link Identity#open()}.
 *
 * <p>Bound to the thread that opened it.
 */
public final class IdentityScope implements AutoCloseable {
    private @Nullable Frame frame;

    /** Not open yet: made before anything is changed, so that nothing is left where it cannot be made. */
    IdentityScope() {}

    /** Enters a frame, which takes over the identity. */
    void enter(IdentityFlow flow, Identity own) {
        Frame entered = flow.enter(own.parts());
        entered.hold(own);
        frame = entered;
    }

    /**
     * Brings back what the thread carried before.
     *
     * @throws IdentityException if this is not the thread, a later scope is open, or this is closed already: then
     *     nothing is changed; or if the thread could not be brought back
     */
    @Override
    public void close() {
        if (frame != null) {
            frame.close();
        }
    }
}
