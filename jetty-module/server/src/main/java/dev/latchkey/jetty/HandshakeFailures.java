package dev.latchkey.jetty;

import dev.latchkey.NegotiationException;
import dev.latchkey.Reason;
import dev.latchkey.spi.Stages;
import java.io.IOException;
import java.nio.channels.ClosedChannelException;
import java.util.Locale;
import javax.net.ssl.SSLException;
import org.eclipse.jetty.io.EofException;
import org.jspecify.annotations.Nullable;

/** Finds the reason behind a handshake that failed. Stateless. */
final class HandshakeFailures {
    /** What helps: where a client refuses, its owner has to act, and the log is where it is looked for. */
    private static final String REFUSED = "it refuses to renegotiate; let its owner allow renegotiation in its TLS"
            + " settings, or send it to a connector that asks in the first handshake, wantClientAuth";

    private HandshakeFailures() {}

    static NegotiationException translate(Throwable failure) {
        Throwable cause = Stages.bare(failure);
        if (cause instanceof NegotiationException already) {
            return already;
        }
        Reason reason = reason(cause);
        String detail = reason == Reason.CLIENT_CANNOT ? REFUSED : detail(cause);
        return new JettyNegotiationException(reason, false, detail, cause);
    }

    private static Reason reason(Throwable cause) {
        for (Throwable t = cause; t != null; t = t.getCause()) {
            String text = t.getMessage() == null ? "" : t.getMessage().toLowerCase(Locale.ROOT);
            if (text.contains("no_renegotiation") || text.contains("unsafe renegotiation")) {
                // RFC 5246 section 7.2.2. JSSE makes the warning fatal, so the connection is gone.
                return Reason.CLIENT_CANNOT;
            }
            if (text.contains("close_notify during handshake")) {
                return Reason.CONNECTION_LOST;
            }
        }
        if (cause instanceof EofException || cause instanceof ClosedChannelException) {
            return Reason.CONNECTION_LOST;
        }
        if (cause instanceof IOException && !(cause instanceof SSLException)) {
            return Reason.CONNECTION_LOST; // reset by peer, broken pipe
        }
        return Reason.HANDSHAKE_FAILED;
    }

    /** {@return the engine's words; they name alerts and messages, never what a certificate holds} */
    private static @Nullable String detail(Throwable cause) {
        return cause instanceof SSLException || cause instanceof EofException ? cause.getMessage() : null;
    }
}
