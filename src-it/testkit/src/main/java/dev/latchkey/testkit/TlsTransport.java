package dev.latchkey.testkit;

import java.io.Closeable;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.Socket;
import java.security.cert.X509Certificate;
import java.util.List;

/** What a {@link TlsConnection} stands on: one connection of one implementation of TLS. */
interface TlsTransport extends Closeable {
    /** {@return decrypted data; reading it answers what the server asks} */
    InputStream in() throws IOException;

    OutputStream out() throws IOException;

    /** {@return the socket below TLS} */
    Socket socket();

    String protocol();

    String cipherSuite();

    boolean isResumed();

    int timesAsked();

    List<String> authorities();

    X509Certificate serverCertificate() throws IOException;

    /** Starts a renegotiation and waits for its end, where the version has one. */
    void renegotiate() throws IOException;
}
