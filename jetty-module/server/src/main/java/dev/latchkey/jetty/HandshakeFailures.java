package dev.latchkey.jetty;

import dev.latchkey.NegotiationException;
import dev.latchkey.Reason;
import java.io.IOException;
import java.nio.channels.ClosedChannelException;
import java.util.Locale;
import java.util.concurrent.CompletionException;
import javax.net.ssl.SSLException;
import org.eclipse.jetty.io.EofException;
import org.jspecify.annotations.Nullable;

/** Finds the reason behind a handshake that failed. Stateless. */
final class HandshakeFailures {
    private HandshakeFailures() {}

    static NegotiationException translate(Throwable cause) {
        if (cause instanceof NegotiationException already) {
            return already;
        }
        if (cause instanceof CompletionException && cause.getCause() != null) {
            // A stage that depends on one that failed wraps the failure.
            return translate(cause.getCause());
        }
        return new JettyNegotiationException(reason(cause), false, detail(cause), cause);
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
