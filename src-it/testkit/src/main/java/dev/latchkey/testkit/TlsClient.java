package dev.latchkey.testkit;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.List;
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
 * <p>Connections of one client resume each other's TLS sessions where the server lets them, as Java's clients do; a
 * {@linkplain #forgetful() forgetful} one never does. Settings are made before the first connection; then any thread may
 * connect.
 */
public final class TlsClient {
    private static final Duration CONNECT_TIMEOUT = Duration.ofSeconds(10);

    private final X509ExtendedTrustManager trust;
    private final HandshakeWitnesses witnesses = new HandshakeWitnesses();
    private @Nullable HeldCertificate certificate;
    private boolean onlyIfAccepted;
    private String @Nullable [] protocols;
    private String @Nullable [] cipherSuites;
    private @Nullable String serverName;
    private Duration readTimeout = Duration.ofSeconds(30);
    private boolean forgetful;
    private @Nullable SSLContext shared;

    private TlsClient(KeyStore trusted) {
        try {
            TrustManagerFactory factory = TrustManagerFactory.getInstance("PKIX");
            factory.init(trusted);
            trust = (X509ExtendedTrustManager) factory.getTrustManagers()[0];
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("This Java has no PKIX trust manager", e);
        }
    }

    /** {@return a client that trusts servers of these authorities} */
    public static TlsClient trusting(HeldCertificate... authorities) {
        return new TlsClient(KeyStores.trusting(authorities));
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
    public TlsClient certificate(HeldCertificate held) {
        certificate = held;
        onlyIfAccepted = false;
        return this;
    }

    /**
     * Answers with this certificate only where the server names its authority, or none, as Java does.
     *
     * @return this
     */
    public TlsClient certificateIfAccepted(HeldCertificate held) {
        certificate = held;
        onlyIfAccepted = true;
        return this;
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
     * Connects to loopback and completes the handshake.
     *
     * @param port the server's
     * @return the connection, to be closed
     * @throws IOException if there is no server, or no handshake
     */
    public TlsConnection connect(int port) throws IOException {
        Socket plain = new Socket();
        try {
            plain.setTcpNoDelay(true);
            plain.connect(
                    new InetSocketAddress(InetAddress.getLoopbackAddress(), port), (int) CONNECT_TIMEOUT.toMillis());
            return connect(plain, port);
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
        return new TlsConnection(plain, socket, witness);
    }

    private synchronized SSLContext context() {
        if (shared == null || forgetful) {
            try {
                SSLContext context = SSLContext.getInstance("TLS");
                context.init(
                        new KeyManager[] {new AnsweringKeyManager(certificate, onlyIfAccepted, witnesses)},
                        new TrustManager[] {new WitnessedTrustManager(trust, witnesses)},
                        new SecureRandom());
                shared = context;
            } catch (GeneralSecurityException e) {
                throw new IllegalStateException("This Java has no TLS", e);
            }
        }
        return shared;
    }
}
