package dev.latchkey.impersonation.web;

import dev.latchkey.impersonation.Identity;
import java.io.IOException;

/** Calls an application back as the caller of a request. Static; any thread. */
final class AsCaller {
    private AsCaller() {}

    /** What a container calls. */
    @FunctionalInterface
    interface Callback {
        void run() throws IOException;
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
