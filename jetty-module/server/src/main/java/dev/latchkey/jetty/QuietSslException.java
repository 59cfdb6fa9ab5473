package dev.latchkey.jetty;

import javax.net.ssl.SSLException;
import javax.net.ssl.SSLHandshakeException;
import org.eclipse.jetty.io.QuietException;

/** A TLS failure that the client caused during a negotiation, which is logged as one line by the step-up itself. */
final class QuietSslException extends SSLHandshakeException implements QuietException {
    private static final long serialVersionUID = 1L;

    QuietSslException(SSLException cause) {
        super(String.valueOf(cause.getMessage()));
        initCause(cause);
    }
}
