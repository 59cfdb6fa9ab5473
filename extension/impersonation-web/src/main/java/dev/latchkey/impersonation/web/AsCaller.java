package dev.latchkey.impersonation.web;

import dev.latchkey.impersonation.Identity;
import java.io.IOException;
import java.io.UncheckedIOException;

/** Calls an application back as the caller of a request, and its container as nobody. Static; any thread. */
final class AsCaller {
    private AsCaller() {}

    /** What a container calls. */
    @FunctionalInterface
    interface Callback {
        void run() throws IOException;
    }

    /**
     * Lets the container do its own part, as its own: it may send what waits, keep a session or start a thread.
     *
     * @param identity whose flow it is
     */
    static void clean(Identity identity, Callback container) throws IOException {
        try {
            identity.flow().handOver(() -> {
                try {
                    container.run();
                } catch (IOException e) {
                    throw new UncheckedIOException(e);
                }
            });
        } catch (UncheckedIOException e) {
            throw e.getCause();
        }
    }

    static void call(Identity identity, Callback callback) throws IOException {
        try {
            identity.call(() -> {
                callback.run();
                return Boolean.TRUE;
            });
        } catch (IOException | RuntimeException e) {
            throw e;
        } catch (Exception e) {
            throw new IOException(e);
        }
    }
}
