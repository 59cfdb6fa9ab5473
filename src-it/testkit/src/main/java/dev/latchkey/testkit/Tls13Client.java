package dev.latchkey.testkit;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.security.Principal;
import java.time.Duration;
import java.util.function.Function;
import java.util.function.Supplier;
import javax.net.ssl.X509TrustManager;
import org.jspecify.annotations.Nullable;

/**
 * A small TLS 1.3 client that can be asked for its certificate after the handshake (RFC 8446 section 4.6.2), which
 * Java's own cannot, and that misbehaves on purpose where a test wants it to.
 *
 * <p>It offers TLS_AES_128_GCM_SHA256 and secp256r1 alone, resumes nothing, and keeps no secret from a debugger: a
 * client for tests. Settings are made before the first connection; then any thread may connect.
 */
public final class Tls13Client {
    final X509TrustManager trust;
    Function<Principal[], @Nullable HeldCertificate> answers = authorities -> null;

    @Nullable
    String serverName;

    boolean offersPostHandshake = true;
    Tamper tamper = (type, message, wire) -> wire.record(TlsRecord.HANDSHAKE, message);
    boolean tampersFromTheStart;
    private @Nullable String from;
    private byte[] preface = {};
    private Duration readTimeout = Duration.ofSeconds(30);

    Tls13Client(X509TrustManager trust) {
        this.trust = trust;
    }

    /** {@return a client that trusts servers of these authorities} */
    public static Tls13Client trusting(HeldCertificate... authorities) {
        return new Tls13Client(TlsClient.trust(authorities));
    }

    /**
     * Decides anew each time that it is asked; null for no certificate.
     *
     * @return this
     */
    public Tls13Client answering(Supplier<@Nullable HeldCertificate> answer) {
        return answeringByAuthorities(authorities -> answer.get());
    }

    Tls13Client answeringByAuthorities(Function<Principal[], @Nullable HeldCertificate> answer) {
        answers = answer;
        return this;
    }

    /**
     * Sends this name to the server (SNI); without it, none.
     *
     * @return this
     */
    public Tls13Client serverName(@Nullable String host) {
        serverName = host;
        return this;
    }

    /**
     * Leaves the extension post_handshake_auth out of the ClientHello.
     *
     * @return this
     */
    public Tls13Client withoutPostHandshakeAuthentication() {
        offersPostHandshake = false;
        return this;
    }

    /**
     * Sends the answers to requests for a certificate that come after the handshake in a way of its own.
     *
     * @return this
     */
    public Tls13Client tamper(Tamper how) {
        tamper = how;
        return this;
    }

    /**
     * Sends the messages of the first handshake in that way too.
     *
     * @return this
     */
    public Tls13Client tamperFromTheStart() {
        tampersFromTheStart = true;
        return this;
    }

    /**
     * Sends these bytes before TLS begins.
     *
     * @return this
     */
    public Tls13Client preface(byte[] bytes) {
        preface = bytes.clone();
        return this;
    }

    /**
     * Connects from this address of loopback; from any if null.
     *
     * @return this
     */
    public Tls13Client from(@Nullable String address) {
        from = address;
        return this;
    }

    /**
     * Bounds each read; 30 s by default.
     *
     * @return this
     */
    public Tls13Client readTimeout(Duration timeout) {
        readTimeout = timeout;
        return this;
    }

    /**
     * Connects to loopback and completes the handshake.
     *
     * @param port the server's
     * @return the connection, to be closed
     * @throws IOException if there is no server, or no handshake
     */
    public Tls13Connection connect(int port) throws IOException {
        Socket socket = new Socket();
        try {
            socket.setTcpNoDelay(true);
            if (from != null) {
                socket.bind(new InetSocketAddress(from, 0));
            }
            socket.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), port), 10_000);
            socket.setSoTimeout((int) readTimeout.toMillis());
            socket.getOutputStream().write(preface);
            Tls13Connection connection = new Tls13Connection(this, socket);
            connection.handshake();
            return connection;
        } catch (IOException | RuntimeException e) {
            socket.close();
            throw e;
        }
    }
}
