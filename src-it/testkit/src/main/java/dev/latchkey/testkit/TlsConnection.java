package dev.latchkey.testkit;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.security.cert.Certificate;
import java.security.cert.X509Certificate;
import java.util.Arrays;
import java.util.List;
import javax.net.ssl.SSLPeerUnverifiedException;
import javax.net.ssl.SSLSocket;

/**
 * One blocking TLS connection of a {@link TlsClient}, with just enough HTTP/1.1 for tests.
 *
 * <p>A renegotiation or a request for a certificate that comes from the server is answered while this reads. One thread
 * may read while another writes.
 */
public final class TlsConnection implements AutoCloseable {
    private final Socket plain;
    private final SSLSocket socket;
    private final HandshakeWitness witness;
    private final boolean resumed;
    private final InputStream in;
    private final OutputStream out;

    TlsConnection(Socket plain, SSLSocket socket, HandshakeWitness witness) throws IOException {
        this.plain = plain;
        this.socket = socket;
        this.witness = witness;
        this.resumed = !witness.hasCheckedServer();
        this.in = socket.getInputStream();
        this.out = socket.getOutputStream();
    }

    /** {@return the final answer to a GET} */
    public HttpAnswer get(String path) throws IOException {
        send("GET " + path + " HTTP/1.1\r\nHost: localhost\r\n\r\n");
        return readFinal();
    }

    /** {@return the final answer to a POST of these bytes, with a Content-Length} */
    public HttpAnswer post(String path, byte[] body) throws IOException {
        send("POST " + path + " HTTP/1.1\r\nHost: localhost\r\nContent-Length: " + body.length + "\r\n\r\n");
        send(body);
        return readFinal();
    }

    /** Sends text as ISO-8859-1, as it is. */
    public void send(String text) throws IOException {
        send(text.getBytes(StandardCharsets.ISO_8859_1));
    }

    /** Sends bytes, in as many records as they need. */
    public void send(byte[] bytes) throws IOException {
        out.write(bytes);
        out.flush();
    }

    /** Writes bytes under TLS, on the bare socket: what comes out is no TLS record unless these are one. */
    public void sendBare(byte[] bytes) throws IOException {
        OutputStream bare = plain.getOutputStream();
        bare.write(bytes);
        bare.flush();
    }

    /** {@return the next response, an interim one (1xx) too} */
    public HttpAnswer read() throws IOException {
        return HttpAnswer.read(in);
    }

    /** {@return the next response that is not 1xx} */
    public HttpAnswer readFinal() throws IOException {
        return HttpAnswer.readFinal(in);
    }

    /** {@return the next byte of data, or -1 when the server has ended the connection in order} */
    public int readByte() throws IOException {
        return in.read();
    }

    /**
     * Starts a renegotiation as the client, on TLS 1.2, and waits for its end.
     *
     * @throws IOException if the server refuses or closes
     * @throws IllegalStateException on TLS 1.3, which has none: JSSE would update keys instead
     */
    public void renegotiate() throws IOException {
        if (protocol().equals("TLSv1.3")) {
            throw new IllegalStateException("TLS 1.3 has no renegotiation (RFC 8446 section 4.1.2)");
        }
        socket.startHandshake();
    }

    /** {@return the version negotiated, such as {@code TLSv1.2}} */
    public String protocol() {
        return socket.getSession().getProtocol();
    }

    /** {@return the cipher suite negotiated last} */
    public String cipherSuite() {
        return socket.getSession().getCipherSuite();
    }

    /** {@return whether the first handshake resumed a TLS session of the same client} */
    public boolean isResumed() {
        return resumed;
    }

    /** {@return how many times the server has asked for a certificate} */
    public int timesAsked() {
        return witness.timesAsked();
    }

    /** {@return the names of the authorities in the last request for a certificate, RFC 2253; empty for any} */
    public List<String> authorities() {
        return witness.authorities();
    }

    /** {@return the server's certificate, of the last handshake} */
    public X509Certificate serverCertificate() throws SSLPeerUnverifiedException {
        Certificate[] chain = socket.getSession().getPeerCertificates();
        return Arrays.stream(chain).map(X509Certificate.class::cast).findFirst().orElseThrow();
    }

    /** Closes without a word of TLS: the server sees the end of the stream in place of a close_notify. */
    public void closeBare() throws IOException {
        plain.close();
    }

    /** Resets the connection (TCP RST). */
    public void reset() throws IOException {
        plain.setSoLinger(true, 0);
        plain.close();
    }

    /** Closes with a close_notify. */
    @Override
    public void close() throws IOException {
        socket.close();
    }
}
