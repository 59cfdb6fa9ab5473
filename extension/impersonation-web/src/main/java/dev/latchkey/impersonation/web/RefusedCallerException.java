package dev.latchkey.impersonation.web;

import org.jspecify.annotations.Nullable;

/** A caller that is to have an identity, and may have none of those that its name leads to: answered 403. */
final class RefusedCallerException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    RefusedCallerException(String message, @Nullable Throwable cause) {
        super(message, cause);
    }
}
