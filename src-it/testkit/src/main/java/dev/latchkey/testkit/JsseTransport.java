package dev.latchkey.testkit;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.Socket;
import java.security.cert.X509Certificate;
import java.util.List;
import javax.net.ssl.SSLPeerUnverifiedException;
import javax.net.ssl.SSLSocket;

/** Java's own TLS. One thread may read while another writes. */
final class JsseTransport implements TlsTransport {
    private final Socket plain;
    private final SSLSocket socket;
    private final HandshakeWitness witness;
    private final boolean resumed;

    JsseTransport(Socket plain, SSLSocket socket, HandshakeWitness witness) {
        this.plain = plain;
        this.socket = socket;
        this.witness = witness;
        this.resumed = !witness.hasCheckedServer();
    }

    @Override
    public InputStream in() throws IOException {
        return socket.getInputStream();
    }

    @Override
    public OutputStream out() throws IOException {
        return socket.getOutputStream();
    }

    @Override
    public Socket socket() {
        return plain;
    }

    @Override
    public String protocol() {
        return socket.getSession().getProtocol();
    }

    @Override
    public String cipherSuite() {
        return socket.getSession().getCipherSuite();
    }

    @Override
    public boolean isResumed() {
        return resumed;
    }

    @Override
    public int timesAsked() {
        return witness.timesAsked();
    }

    @Override
    public List<String> authorities() {
        return witness.authorities();
    }

    @Override
    public X509Certificate serverCertificate() throws SSLPeerUnverifiedException {
        return (X509Certificate) socket.getSession().getPeerCertificates()[0];
    }

    @Override
    public void renegotiate() throws IOException {
        if (protocol().equals("TLSv1.3")) {
            throw new IllegalStateException("TLS 1.3 has no renegotiation (RFC 8446 section 4.1.2)");
        }
        socket.startHandshake();
    }

    @Override
    public void close() throws IOException {
        socket.close();
    }
}
