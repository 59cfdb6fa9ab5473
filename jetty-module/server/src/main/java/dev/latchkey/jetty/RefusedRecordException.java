package dev.latchkey.jetty;

import javax.net.ssl.SSLHandshakeException;
import org.eclipse.jetty.io.QuietException;

/** What the client sent during a negotiation is not worth waiting for any longer. */
final class RefusedRecordException extends SSLHandshakeException implements QuietException {
    private static final long serialVersionUID = 1L;

    RefusedRecordException(String message) {
        super(message);
    }
}
