package dev.latchkey.impersonation.http;

import dev.latchkey.impersonation.Identity;
import org.jspecify.annotations.Nullable;

/**
 * Tells a call that could not be made as an identity from one that was made: whoever waits for the first must be told.
 *
 * <p>Static; any thread.
 */
final class AsIdentity {
    private AsIdentity() {}

    /** {@return why the call could not be made as the identity, or null if it was; what the call throws is thrown} */
    static @Nullable RuntimeException refusal(Identity identity, Runnable call) {
        boolean[] begun = new boolean[1];
        try {
            identity.run(() -> {
                begun[0] = true;
                call.run();
            });
            return null;
        } catch (RuntimeException e) {
            if (begun[0]) {
                throw e;
            }
            return e;
        }
    }
}
