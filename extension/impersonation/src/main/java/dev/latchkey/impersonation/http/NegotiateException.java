package dev.latchkey.impersonation.http;

import org.jspecify.annotations.Nullable;

/**
 * A request was not sent as its identity, or its answer was not taken; {@link #failure()} says which.
 *
 * <p>The message begins with the failure's code and holds no secret.
 */
public final class NegotiateException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    /** Why. */
    private final NegotiateFailure failure;

    NegotiateException(NegotiateFailure failure, @Nullable String detail, @Nullable Throwable cause) {
        super(failure.code() + ": " + failure.phrase() + (detail == null ? "" : " (" + detail + ")"), cause);
        this.failure = failure;
    }

    /** {@return why} */
    public NegotiateFailure failure() {
        return failure;
    }
}
