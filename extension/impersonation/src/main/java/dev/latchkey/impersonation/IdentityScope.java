package dev.latchkey.impersonation;

/**
 * An identity that a thread carries until this is closed; see {@link Identity#open()}.
 *
 * <p>Bound to the thread that opened it.
 */
public final class IdentityScope implements AutoCloseable {
    private final Frame frame;

    IdentityScope(Frame frame) {
        this.frame = frame;
    }

    /**
     * Brings back what the thread carried before.
     *
     * @throws IdentityException if this is not the thread, a later scope is open, or this is closed already: then
     *     nothing is changed; or if the thread could not be brought back
     */
    @Override
    public void close() {
        frame.close();
    }
}
