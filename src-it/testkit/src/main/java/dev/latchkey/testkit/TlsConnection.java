package dev.latchkey.testkit;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.security.cert.X509Certificate;
import java.util.List;

/**
 * One blocking TLS connection of a {@link TlsClient}, with just enough HTTP/1.1 for tests.
 *
 * <p>A renegotiation or a request for a certificate that comes from the server is answered while this reads. One thread
 * may read while another writes.
 */
public final class TlsConnection implements AutoCloseable {
    private final TlsTransport tls;
    private final InputStream in;
    private final OutputStream out;

    TlsConnection(TlsTransport tls) throws IOException {
        this.tls = tls;
        this.in = tls.in();
        this.out = tls.out();
    }

    /** {@return the final answer to a GET} */
    public HttpAnswer get(String path) throws IOException {
        sendGet(path);
        return readFinal();
    }

    /** Sends a GET, and reads nothing yet. */
    public void sendGet(String path) throws IOException {
        send("GET " + path + " HTTP/1.1\r\nHost: localhost\r\n\r\n");
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
        OutputStream bare = tls.socket().getOutputStream();
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
     * Starts a renegotiation as the client, on TLS 1.2, and waits for its end. A client for post-handshake
     * authentication sends a ClientHello, which TLS 1.3 forbids, and waits for nothing.
     *
     * @throws IOException if the server refuses or closes
     * @throws IllegalStateException if this is Java's own TLS 1.3, which would update keys instead
     */
    public void renegotiate() throws IOException {
        tls.renegotiate();
    }

    /** {@return the version negotiated, such as {@code TLSv1.2}} */
    public String protocol() {
        return tls.protocol();
    }

    /** {@return the cipher suite negotiated last} */
    public String cipherSuite() {
        return tls.cipherSuite();
    }

    /** {@return whether the first handshake resumed a TLS session of the same client} */
    public boolean isResumed() {
        return tls.isResumed();
    }

    /** {@return how many times the server has asked for a certificate} */
    public int timesAsked() {
        return tls.timesAsked();
    }

    /** {@return the names of the authorities in the last request for a certificate, RFC 2253; empty for any} */
    public List<String> authorities() {
        return tls.authorities();
    }

    /** {@return the server's certificate, of the last handshake} */
    public X509Certificate serverCertificate() throws IOException {
        return tls.serverCertificate();
    }

    /** Bounds each read, in milliseconds. */
    public void readTimeout(int millis) throws IOException {
        tls.socket().setSoTimeout(millis);
    }

    /** Closes without a word of TLS: the server sees the end of the stream in place of a close_notify. */
    public void closeBare() throws IOException {
        tls.socket().close();
    }

    /** Resets the connection (TCP RST). */
    public void reset() throws IOException {
        tls.socket().setSoLinger(true, 0);
        tls.socket().close();
    }

    /** Closes with a close_notify. */
    @Override
    public void close() throws IOException {
        tls.close();
    }
}
