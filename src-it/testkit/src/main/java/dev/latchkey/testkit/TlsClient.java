package dev.latchkey.testkit;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.security.GeneralSecurityException;
import java.security.Principal;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.function.Function;
import java.util.function.Supplier;
import javax.net.ssl.KeyManager;
import javax.net.ssl.SNIHostName;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.SSLSocket;
import javax.net.ssl.TrustManager;
import javax.net.ssl.TrustManagerFactory;
import javax.net.ssl.X509ExtendedTrustManager;
import org.jspecify.annotations.Nullable;

/**
 * A TLS client whose every choice a test makes: versions, cipher suites, certificate, resumption.
 *
 * <pre>{@code
 * TlsClient client = TlsClient.trusting(root).protocols("TLSv1.2").certificate(alice);
 * try (TlsConnection connection = client.connect(port)) {
 *     HttpAnswer answer = connection.get("/secure");
 * }
 * }</pre>
 *
 * <p>It is Java's own TLS, which cannot be asked for a certificate on TLS 1.3 after the handshake; where a test wants
 * that, {@link #postHandshakeAuthentication()} takes {@link Tls13Client} in its place.
 *
 * <p>Connections of one client resume each other's TLS sessions where the server lets them, as Java's clients do; a
 * {@linkplain #forgetful() forgetful} one never does. Settings are made before the first connection; then any thread may
 * connect.
 */
public final class TlsClient {
    private static final Duration CONNECT_TIMEOUT = Duration.ofSeconds(10);

    private final X509ExtendedTrustManager trust;
    private final HandshakeWitnesses witnesses = new HandshakeWitnesses();
    private Function<Principal[], @Nullable HeldCertificate> answers = authorities -> null;
    private String @Nullable [] protocols;
    private String @Nullable [] cipherSuites;
    private @Nullable String serverName;
    private @Nullable String from;
    private Duration readTimeout = Duration.ofSeconds(30);
    private boolean forgetful;
    private boolean anyPort;
    private boolean postHandshakeAuthentication;
    private @Nullable SSLContext shared;

    private TlsClient(X509ExtendedTrustManager trust) {
        this.trust = trust;
    }

    static X509ExtendedTrustManager trust(HeldCertificate... authorities) {
        try {
            TrustManagerFactory factory = TrustManagerFactory.getInstance("PKIX");
            factory.init(KeyStores.trusting(authorities));
            return (X509ExtendedTrustManager) factory.getTrustManagers()[0];
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("This Java has no PKIX trust manager", e);
        }
    }

    /** {@return a client that trusts servers of these authorities} */
    public static TlsClient trusting(HeldCertificate... authorities) {
        return new TlsClient(trust(authorities));
    }

    /**
     * Sets the TLS versions to offer, such as {@code TLSv1.2}.
     *
     * @return this
     */
    public TlsClient protocols(String... names) {
        protocols = names.clone();
        return this;
    }

    /**
     * Sets the cipher suites to offer.
     *
     * @return this
     */
    public TlsClient cipherSuites(String... names) {
        cipherSuites = names.clone();
        return this;
    }

    /**
     * Answers each request for a certificate with this one, whatever authorities the server names.
     *
     * @return this
     */
    public TlsClient certificate(@Nullable HeldCertificate held) {
        return answering(() -> held);
    }

    /**
     * Decides anew each time that it is asked; null for no certificate. An exception breaks the handshake off.
     *
     * @return this
     */
    public TlsClient answering(Supplier<@Nullable HeldCertificate> answer) {
        answers = authorities -> answer.get();
        return this;
    }

    /**
     * Answers with this certificate only where the server names its authority, or none, as Java does.
     *
     * @return this
     */
    public TlsClient certificateIfAccepted(HeldCertificate held) {
        answers = authorities -> isAccepted(held, authorities) ? held : null;
        return this;
    }

    private static boolean isAccepted(HeldCertificate held, Principal[] authorities) {
        return authorities.length == 0
                || held.chain().stream()
                        .anyMatch(each -> Arrays.asList(authorities).contains(each.getIssuerX500Principal()));
    }

    /**
     * Sends this name to the server (SNI, RFC 6066 section 3); without it, none.
     *
     * @return this
     */
    public TlsClient serverName(String host) {
        serverName = host;
        return this;
    }

    /**
     * Connects from this address of loopback, such as {@code 127.0.0.2}.
     *
     * @return this
     */
    public TlsClient from(String address) {
        from = address;
        return this;
    }

    /**
     * Bounds each read; 30 s by default.
     *
     * @return this
     */
    public TlsClient readTimeout(Duration timeout) {
        readTimeout = timeout;
        return this;
    }

    /**
     * Never resumes a TLS session.
     *
     * @return this
     */
    public TlsClient forgetful() {
        forgetful = true;
        return this;
    }

    /**
     * Offers its TLS sessions to every server, whatever its port. Java looks for them under name and port.
     *
     * @return this
     */
    public TlsClient anyPort() {
        anyPort = true;
        return this;
    }

    /**
     * Speaks TLS 1.3 and can be asked after the handshake (RFC 8446 section 4.6.2). Such a client chooses its cipher
     * suite itself, and resumes nothing.
     *
     * @return this
     */
    public TlsClient postHandshakeAuthentication() {
        postHandshakeAuthentication = true;
        return this;
    }

    /**
     * Connects to loopback and completes the handshake.
     *
     * @param port the server's
     * @return the connection, to be closed
     * @throws IOException if there is no server, or no handshake
     */
    public TlsConnection connect(int port) throws IOException {
        if (postHandshakeAuthentication) {
            return new TlsConnection(new Tls13Transport(new Tls13Client(trust)
                    .answeringByAuthorities(answers)
                    .serverName(serverName)
                    .from(from)
                    .readTimeout(readTimeout)
                    .connect(port)));
        }
        Socket plain = anyPort ? new OnePortForAll() : new Socket();
        try {
            plain.setTcpNoDelay(true);
            if (from != null) {
                plain.bind(new InetSocketAddress(from, 0));
            }
            plain.connect(
                    new InetSocketAddress(InetAddress.getLoopbackAddress(), port), (int) CONNECT_TIMEOUT.toMillis());
            return connect(plain, plain.getPort());
        } catch (IOException | RuntimeException e) {
            plain.close();
            throw e;
        }
    }

    private TlsConnection connect(Socket plain, int port) throws IOException {
        // The name is the key under which JSSE looks for a session to resume.
        SSLSocket socket = (SSLSocket) context().getSocketFactory().createSocket(plain, "localhost", port, true);
        HandshakeWitness witness = witnesses.of(socket);
        socket.setUseClientMode(true);
        socket.setSoTimeout((int) readTimeout.toMillis());
        SSLParameters parameters = socket.getSSLParameters();
        if (protocols != null) {
            parameters.setProtocols(protocols);
        }
        if (cipherSuites != null) {
            parameters.setCipherSuites(cipherSuites);
        }
        parameters.setServerNames(serverName == null ? List.of() : List.of(new SNIHostName(serverName)));
        socket.setSSLParameters(parameters);
        socket.startHandshake();
        return new TlsConnection(new JsseTransport(plain, socket, witness));
    }

    private synchronized SSLContext context() {
        if (shared == null || forgetful) {
            try {
                SSLContext context = SSLContext.getInstance("TLS");
                context.init(
                        new KeyManager[] {new AnsweringKeyManager(answers, witnesses)},
                        new TrustManager[] {new WitnessedTrustManager(trust, witnesses)},
                        new SecureRandom());
                shared = context;
            } catch (GeneralSecurityException e) {
                throw new IllegalStateException("This Java has no TLS", e);
            }
        }
        return shared;
    }

    /** Under the same port for all, sessions are found for all. */
    private static final class OnePortForAll extends Socket {
        @Override
        public int getPort() {
            return 443;
        }
    }
}
