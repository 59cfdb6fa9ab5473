package dev.latchkey.impersonation;

import org.jspecify.annotations.Nullable;

/**
 * Work was not run as its user, or its thread does not serve any more; {@link #failure()} says which.
 *
 * <p>The message begins with the failure's code and holds no secret.
 */
public final class IdentityException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    /** Where there is no memory left to say more. */
    @SuppressWarnings("StaticAssignmentOfThrowable") // Without a trace; to make one then may fail.
    static final IdentityException SPEECHLESS = new IdentityException();

    /** Why. */
    private final IdentityFailure failure;

    private IdentityException() {
        super(message(IdentityFailure.REVERT_FAILED, "no memory or stack to say why"), null, false, false);
        failure = IdentityFailure.REVERT_FAILED;
    }

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

    /** {@return one that says the same to another caller} */
    IdentityException again() {
        return new IdentityException(this);
    }

    private IdentityException(IdentityException first) {
        super(first.getMessage(), first);
        failure = first.failure;
    }

    /** {@return this, with another that came before or with it; null for none} */
    IdentityException with(@Nullable Throwable other) {
        if (other != null && other != this) {
            addSuppressed(other);
        }
        return this;
    }

    /** {@return why} */
    public IdentityFailure failure() {
        return failure;
    }
}
