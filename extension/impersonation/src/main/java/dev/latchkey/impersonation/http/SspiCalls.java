package dev.latchkey.impersonation.http;

import org.jspecify.annotations.Nullable;

/**
 * The few calls of Windows' SSPI that an exchange is built on: nothing above it knows how they are made.
 *
 * <p>Handles are objects that the caller owns and gives back once. What Windows refuses is a status, negative in the leg
 * or thrown as {@link SspiException}. Any thread; {@link #acquire()} is about who the calling thread acts for.
 */
interface SspiCalls {

    /** What came of one leg. */
    final class Leg {
        private final int status;
        private final int attributes;
        private final byte[] token;
        private final @Nullable Object context;

        /**
         * @param attributes what holds so far
         * @param token what to send; empty for nothing
         * @param context to go on with; null if there is none
         */
        Leg(int status, int attributes, byte[] token, @Nullable Object context) {
            this.status = status;
            this.attributes = attributes;
            this.token = token;
            this.context = context;
        }

        int status() {
            return status;
        }

        int attributes() {
            return attributes;
        }

        byte[] token() {
            return token;
        }

        @Nullable
        Object context() {
            return context;
        }
    }

    /** {@code AcquireCredentialsHandle}, outbound, for the package Negotiate. */
    Object acquire();

    /**
     * {@code InitializeSecurityContext}.
     *
     * @param context of the leg before, null at first
     * @param target the server's service name
     * @param fromServer what the server said, null at first
     */
    Leg initialize(
            Object credential, @Nullable Object context, String target, int requirements, byte @Nullable [] fromServer);

    /** {@code DeleteSecurityContext}. */
    void deleteContext(Object context);

    /** {@code FreeCredentialsHandle}. */
    void freeCredential(Object credential);
}
