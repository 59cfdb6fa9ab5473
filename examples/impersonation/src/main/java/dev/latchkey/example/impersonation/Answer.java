package dev.latchkey.example.impersonation;

import org.jspecify.annotations.Nullable;

/**
 * What the browser is shown.
 *
 * @param status of HTTP
 * @param text the body
 */
record Answer(int status, String text) {
    /** {@return the answer when work was not done at all; an identity that could not be proven, for one} */
    static Answer failed(@Nullable Throwable failure) {
        Throwable cause = failure == null || failure.getCause() == null ? failure : failure.getCause();
        return new Answer(500, "Not read: " + (cause == null ? "no reason given" : cause.getMessage()) + "\n");
    }
}
