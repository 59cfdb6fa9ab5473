package dev.latchkey.testkit;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.Socket;
import java.security.cert.X509Certificate;
import java.util.List;

/** The kit's own TLS 1.3. One thread may read while another writes. */
final class Tls13Transport implements TlsTransport {
    private final Tls13Connection connection;

    Tls13Transport(Tls13Connection connection) {
        this.connection = connection;
    }

    @Override
    public InputStream in() {
        return connection.in();
    }

    @Override
    public OutputStream out() {
        return connection.out();
    }

    @Override
    public Socket socket() {
        return connection.socket();
    }

    @Override
    public String protocol() {
        return "TLSv1.3";
    }

    @Override
    public String cipherSuite() {
        return "TLS_AES_128_GCM_SHA256";
    }

    @Override
    public boolean isResumed() {
        return false;
    }

    @Override
    public int timesAsked() {
        return connection.timesAsked();
    }

    @Override
    public List<String> authorities() {
        return connection.authorities();
    }

    @Override
    public X509Certificate serverCertificate() {
        return connection.serverCertificate();
    }

    /** What comes nearest to one: a ClientHello under the keys of the connection, which RFC 8446 section 4.1.2 forbids. */
    @Override
    public void renegotiate() throws IOException {
        connection.wire().record(TlsRecord.HANDSHAKE, connection.clientHello());
    }

    @Override
    public void close() throws IOException {
        connection.close();
    }
}
