package dev.latchkey.jetty;

import javax.net.ssl.SSLHandshakeException;
import org.eclipse.jetty.io.QuietException;

/** The client sent more records during a negotiation than any answer needs. */
final class RecordFloodException extends SSLHandshakeException implements QuietException {
    private static final long serialVersionUID = 1L;

    RecordFloodException() {
        super("more records than any answer needs");
    }
}
