package dev.latchkey;

import java.io.IOException;
import org.jspecify.annotations.Nullable;

/**
 * A negotiation that did not end in a usable certificate.
 *
 * <p>An {@link IOException}, so that it may leave a servlet's {@code doGet}: the server then answers
 * {@link Reason#status()} where the connection lives, and has no stack trace for it. One line of the log tells of each
 * failure, whoever catches it. The message begins with the reason's code and holds nothing of a certificate.
 *
 * <p>A framework between servlet and server may answer in its own way: JAX-RS implementations that end in 500 what they do
 * not know need an {@code ExceptionMapper<NegotiationException>} that answers {@link #status()}.
 */
public class NegotiationException extends IOException {
    private static final long serialVersionUID = 1L;

    /** Why. */
    private final Reason reason;

    /** Whether a response can still be written and the connection used again. */
    private final boolean connectionUsable;

    /** What to answer; the reason's own status unless a guard names another. */
    private final int status;

    /**
     * @param reason why the negotiation failed
     * @param connectionUsable whether the connection goes on serving requests
     * @param detail what to add to the reason's phrase, or null for nothing; no content of a certificate
     * @param cause the failure behind this one, or null
     */
    public NegotiationException(
            Reason reason, boolean connectionUsable, @Nullable String detail, @Nullable Throwable cause) {
        super(message(reason, detail), cause);
        this.reason = reason;
        this.connectionUsable = connectionUsable;
        this.status = reason.status();
    }

    /**
     * The same failure, to be answered with another status.
     *
     * @param failure what happened
     * @param status a 4xx
     */
    protected NegotiationException(NegotiationException failure, int status) {
        super(failure.getMessage(), failure);
        if (status < 400 || status > 499) {
            throw new IllegalArgumentException("a refusal is a 4xx, not " + status);
        }
        this.reason = failure.reason;
        this.connectionUsable = failure.connectionUsable;
        this.status = status;
    }

    private static String message(Reason reason, @Nullable String detail) {
        String text = reason.code() + " " + reason.token() + ": " + reason.phrase();
        return detail == null ? text : text + " (" + detail + ")";
    }

    /** {@return why the negotiation failed} */
    public Reason reason() {
        return reason;
    }

    /**
     * {@return whether this connection goes on serving requests}
     *
     * <p>When false, the response may still reach the client (it then carries {@code Connection: close}), or the
     * connection may be gone already.
     */
    public boolean isConnectionUsable() {
        return connectionUsable;
    }

    /** {@return the HTTP status to answer, a 4xx: the reason's own, unless a guard names another} */
    public int status() {
        return status;
    }

    /**
     * {@return the same failure, to be answered with another status}
     *
     * @param other a 4xx
     * @throws IllegalArgumentException if it is none
     */
    public NegotiationException withStatus(int other) {
        return other == status ? this : new NegotiationException(this, other);
    }
}
