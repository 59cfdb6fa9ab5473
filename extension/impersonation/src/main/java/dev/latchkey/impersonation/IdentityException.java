package dev.latchkey.impersonation;

import org.jspecify.annotations.Nullable;

/**
 * Work was not run as its user, or its thread does not serve any more; {@link #failure()} says which.
 *
 * <p>The message begins with the failure's code and holds no secret.
 */
public final class IdentityException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    /** Why. */
    private final IdentityFailure failure;

    /**
     * @param failure why
     * @param detail what to add to its phrase, such as the provider's name and the system's error; null for nothing
     * @param cause the provider's exception, or null
     */
    public IdentityException(IdentityFailure failure, @Nullable String detail, @Nullable Throwable cause) {
        super(message(failure, detail), cause);
        this.failure = failure;
    }

    private static String message(IdentityFailure failure, @Nullable String detail) {
        String text = failure.code() + ": " + failure.phrase();
        return detail == null ? text : text + " (" + detail + ")";
    }

    /** {@return why} */
    public IdentityFailure failure() {
        return failure;
    }
}
