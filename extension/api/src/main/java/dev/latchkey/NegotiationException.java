package dev.latchkey;

import java.io.IOException;
import org.jspecify.annotations.Nullable;

/**
 * A negotiation that did not end in a usable certificate.
 *
 * <p>An {@link IOException}, so that it may leave a servlet's {@code doGet}: the server then answers
 * {@link #status()} where the connection lives, and logs one line. The message begins with the reason's code and
 * holds nothing of a certificate.
 */
public class NegotiationException extends IOException {
    private static final long serialVersionUID = 1L;

    /** Why. */
    private final Reason reason;

    /** Whether a response can still be written and the connection used again. */
    private final boolean connectionUsable;

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

    /**
     * {@return the HTTP status to answer with, a 4xx: that of the {@linkplain #reason() reason}, or the one that the
     * server is set to answer with in its place}
     */
    public int status() {
        return reason.status();
    }
}
