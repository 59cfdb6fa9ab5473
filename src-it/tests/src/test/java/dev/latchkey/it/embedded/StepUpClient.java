package dev.latchkey.it.embedded;

import static org.assertj.core.api.Assertions.assertThat;

import dev.latchkey.testkit.HeldCertificate;
import dev.latchkey.testkit.HttpAnswer;
import dev.latchkey.testkit.KeyStores;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.Principal;
import java.security.PrivateKey;
import java.security.cert.X509Certificate;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Supplier;
import javax.net.ssl.KeyManager;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLSocket;
import javax.net.ssl.TrustManagerFactory;
import javax.net.ssl.X509ExtendedKeyManager;

/**
 * One blocking connection on TLS 1.2, pinned and asserted, that writes what it is told and reads responses.
 *
 * <p>It answers a renegotiation while it reads, with its certificate whatever authorities the server names, or without
 * one. Beyond the test kit's TlsClient it may decide anew each time that it is asked, and it offers its TLS sessions to
 * every port. One thread may write while another reads.
 */
public final class StepUpClient implements AutoCloseable {
    private final Socket plain;
    private final SSLSocket socket;
    private final AtomicInteger asked;
    private final InputStream in;
    private final OutputStream out;

    private StepUpClient(Socket plain, SSLSocket socket, AtomicInteger asked) throws IOException {
        this.plain = plain;
        this.socket = socket;
        this.asked = asked;
        this.in = socket.getInputStream();
        this.out = socket.getOutputStream();
    }

    /**
     * Connects to loopback, with no TLS session to resume.
     *
     * @param certificate shown when the server asks; null for none
     */
    public static StepUpClient connect(int port, HeldCertificate certificate) throws IOException {
        return connectAnswering(port, () -> certificate);
    }

    /** Connects as a client that decides anew each time that it is asked; null for no certificate. */
    public static StepUpClient connectAnswering(int port, Supplier<HeldCertificate> answers) throws IOException {
        AtomicInteger asked = new AtomicInteger();
        return connect(port, contextOf(answers, asked), asked);
    }

    /** Connects with a certificate's TLS context, whose TLS sessions the connection may resume. */
    public static StepUpClient connect(int port, SSLContext context, AtomicInteger asked) throws IOException {
        Socket plain = new OnePortForAll();
        try {
            plain.setTcpNoDelay(true);
            plain.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), port), 10_000);
            SSLSocket socket =
                    (SSLSocket) context.getSocketFactory().createSocket(plain, "localhost", plain.getPort(), true);
            socket.setSoTimeout(60_000);
            socket.setEnabledProtocols(new String[] {"TLSv1.2"});
            socket.startHandshake();
            assertThat(socket.getSession().getProtocol()).isEqualTo("TLSv1.2");
            return new StepUpClient(plain, socket, asked);
        } catch (IOException | RuntimeException | Error x) {
            plain.close();
            throw x;
        }
    }

    /** {@return a TLS context of a client that counts how often it is asked for its certificate} */
    public static SSLContext contextOf(Supplier<HeldCertificate> answers, AtomicInteger asked) {
        try {
            TrustManagerFactory trust = TrustManagerFactory.getInstance("PKIX");
            trust.init(KeyStores.trusting(TestPki.AUTHORITY));
            SSLContext context = SSLContext.getInstance("TLS");
            context.init(new KeyManager[] {new Answering(answers, asked)}, trust.getTrustManagers(), null);
            return context;
        } catch (GeneralSecurityException x) {
            throw new IllegalStateException(x);
        }
    }

    /** {@return the final answer to a GET} */
    public HttpAnswer get(String path) throws IOException {
        sendGet(path);
        return readFinal();
    }

    /** Sends a GET. */
    public void sendGet(String path) throws IOException {
        send("GET " + path + " HTTP/1.1\r\nHost: localhost\r\n\r\n");
    }

    /** {@return the final answer to a POST with a Content-Length} */
    public HttpAnswer post(String path, byte[] body) throws IOException {
        send("POST " + path + " HTTP/1.1\r\nHost: localhost\r\nContent-Length: " + body.length + "\r\n\r\n");
        send(body);
        return readFinal();
    }

    /** Sends text as ISO-8859-1. */
    public void send(String text) throws IOException {
        send(text.getBytes(StandardCharsets.ISO_8859_1));
    }

    /** Sends bytes, in as few records as possible. */
    public void send(byte[] bytes) throws IOException {
        out.write(bytes);
        out.flush();
    }

    /** {@return the next response, an interim one (1xx) too} */
    public HttpAnswer read() throws IOException {
        return HttpAnswer.read(in);
    }

    /** {@return the next response that is not 1xx} */
    public HttpAnswer readFinal() throws IOException {
        return HttpAnswer.readFinal(in);
    }

    /** {@return the next byte, or -1 when the server has closed} */
    public int readByte() throws IOException {
        return in.read();
    }

    /** Bounds each read, in milliseconds. */
    public void readTimeout(int millis) throws IOException {
        socket.setSoTimeout(millis);
    }

    /** Starts a renegotiation as the client. */
    public void renegotiate() throws IOException {
        socket.startHandshake();
    }

    /** {@return how many times the server has asked for a certificate} */
    public int timesAsked() {
        return asked.get();
    }

    /** {@return the TLS version and so on} */
    public SSLSocket socket() {
        return socket;
    }

    /** Closes without a word of TLS. */
    public void closeBare() throws IOException {
        plain.close();
    }

    @Override
    public void close() throws IOException {
        plain.close();
    }

    /** JSSE looks for a TLS session to resume under the server's name and port: so all ports have the same sessions. */
    private static final class OnePortForAll extends Socket {
        @Override
        public int getPort() {
            return 443;
        }
    }

    /** Shows its certificate to whoever asks, and counts. */
    private static final class Answering extends X509ExtendedKeyManager {
        private static final String ALIAS = "client";
        private final Supplier<HeldCertificate> answers;
        private final AtomicInteger asked;
        private volatile HeldCertificate certificate;

        Answering(Supplier<HeldCertificate> answers, AtomicInteger asked) {
            this.answers = answers;
            this.asked = asked;
        }

        @Override
        public String chooseClientAlias(String[] keyTypes, Principal[] issuers, Socket socket) {
            asked.incrementAndGet();
            certificate = answers.get();
            return certificate == null ? null : ALIAS;
        }

        @Override
        public X509Certificate[] getCertificateChain(String alias) {
            return certificate == null ? null : certificate.chain().toArray(X509Certificate[]::new);
        }

        @Override
        public PrivateKey getPrivateKey(String alias) {
            return certificate == null ? null : certificate.keys().getPrivate();
        }

        @Override
        public String[] getClientAliases(String keyType, Principal[] issuers) {
            return certificate == null ? null : new String[] {ALIAS};
        }

        @Override
        public String[] getServerAliases(String keyType, Principal[] issuers) {
            return null;
        }

        @Override
        public String chooseServerAlias(String keyType, Principal[] issuers, Socket socket) {
            return null;
        }
    }
}
