package dev.latchkey.openssl;

import java.security.Principal;
import java.security.cert.Certificate;
import java.security.cert.X509Certificate;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Stream;
import javax.crypto.SecretKey;
import javax.crypto.spec.SecretKeySpec;
import javax.net.ssl.ExtendedSSLSession;
import javax.net.ssl.SNIServerName;
import javax.net.ssl.SSLKeyException;
import javax.net.ssl.SSLPeerUnverifiedException;
import javax.net.ssl.SSLSessionBindingEvent;
import javax.net.ssl.SSLSessionBindingListener;
import javax.net.ssl.SSLSessionContext;
import org.jspecify.annotations.Nullable;

/**
 * The TLS session of one connection, as JSSE shows it.
 *
 * <p>One object serves a connection for life: values that were put into it survive a renegotiation and a new client
 * certificate, which change what it says. It holds copies only, so it can be asked after the engine is closed. Safe for
 * any thread.
 */
final class OpenSslSession extends ExtendedSSLSession {
    private static final String[] SIGNATURE_ALGORITHMS = {
        "SHA256withECDSA",
        "SHA384withECDSA",
        "SHA512withECDSA",
        "Ed25519",
        "Ed448",
        "EdDSA",
        "RSASSA-PSS",
        "SHA256withRSA",
        "SHA384withRSA",
        "SHA512withRSA",
        "SHA224withECDSA",
        "SHA224withRSA"
    };

    /** In the peer's chain JSSE takes these as well; who signs a handshake by SHA-1 is refused by OpenSSL's level. */
    private static final String[] IN_CHAINS = {
        "SHA1withECDSA", "SHA1withRSA", "SHA256withDSA", "SHA224withDSA", "SHA1withDSA"
    };

    /** What a session asks of its connection. */
    interface Connection {
        /** Ends what can be resumed of it. */
        void endSessions();

        /** See {@link OpenSslSession#exportKeyingMaterialData}. */
        byte[] exportKeyingMaterial(String label, byte @Nullable [] context, int length) throws SSLKeyException;
    }

    /** There is none yet. */
    static final Connection NO_CONNECTION = new Connection() {
        @Override
        public void endSessions() {}

        @Override
        public byte[] exportKeyingMaterial(String label, byte @Nullable [] context, int length) {
            throw new IllegalStateException("There is no connection");
        }
    };

    private final OpenSslContext context;
    private final boolean client;
    private final @Nullable String peerHost;
    private final int peerPort;
    private final Connection connection;
    private final long made = System.currentTimeMillis();
    private final Map<String, Object> values = new ConcurrentHashMap<>();
    private volatile SessionState state = SessionState.NULL;
    private volatile long lastAccessedTime = made;
    private volatile boolean valid = true;
    private volatile List<String> signatureAlgorithms = List.of(SIGNATURE_ALGORITHMS);

    OpenSslSession(
            OpenSslContext context, boolean client, @Nullable String peerHost, int peerPort, Connection connection) {
        this.context = context;
        this.client = client;
        this.peerHost = peerHost;
        this.peerPort = peerPort;
        this.connection = connection;
    }

    SessionState state() {
        return state;
    }

    void update(SessionState newState) {
        if (!Objects.equals(newState.id(), state.id())) {
            valid = true; // A new session of the same connection was not invalidated.
        }
        state = newState;
        lastAccessedTime = System.currentTimeMillis();
    }

    /** The chain's signatures may be by these and no others, as far as they are ours; trust managers ask for them. */
    void limitSignatureAlgorithms(List<String> enabled) {
        signatureAlgorithms = Stream.of(SIGNATURE_ALGORITHMS, IN_CHAINS)
                .flatMap(Arrays::stream)
                .filter(name -> enabled.contains(name.equals("EdDSA") ? "Ed25519" : name))
                .toList();
    }

    /** Empty before the first handshake is complete, never afterwards. */
    @Override
    public byte[] getId() {
        SessionId id = state.id();
        return id == null ? new byte[0] : id.bytes();
    }

    @Override
    public @Nullable SSLSessionContext getSessionContext() {
        return client ? context.engineGetClientSessionContext() : context.engineGetServerSessionContext();
    }

    /** When the TLS session began, on whatever connection: what a resumption brings back has not become younger. */
    @Override
    public long getCreationTime() {
        long created = state.created();
        return created == 0 ? made : created;
    }

    @Override
    public long getLastAccessedTime() {
        return lastAccessedTime;
    }

    /**
     * This session is not resumed any more, by whatever ticket or identifier; nor is what it was before a
     * renegotiation or a post-handshake authentication. The connection goes on.
     */
    @Override
    public void invalidate() {
        valid = false;
        connection.endSessions();
    }

    @Override
    public boolean isValid() {
        return valid && !state.protocol().equals(Protocols.NONE);
    }

    @Override
    public void putValue(String name, Object value) {
        requireArgument(name);
        requireArgument(value);
        Object old = values.put(name, value);
        if (value instanceof SSLSessionBindingListener listener) {
            listener.valueBound(new SSLSessionBindingEvent(this, name));
        }
        unbound(name, old);
    }

    @Override
    public @Nullable Object getValue(String name) {
        requireArgument(name);
        return values.get(name);
    }

    @Override
    public void removeValue(String name) {
        requireArgument(name);
        unbound(name, values.remove(name));
    }

    @Override
    public String[] getValueNames() {
        return values.keySet().toArray(String[]::new);
    }

    @Override
    public Certificate[] getPeerCertificates() throws SSLPeerUnverifiedException {
        List<X509Certificate> chain = state.peerCertificates();
        if (chain.isEmpty()) {
            throw new NotAuthenticated();
        }
        return chain.toArray(Certificate[]::new);
    }

    @Override
    public Principal getPeerPrincipal() throws SSLPeerUnverifiedException {
        return ((X509Certificate) getPeerCertificates()[0]).getSubjectX500Principal();
    }

    @Override
    public Certificate @Nullable [] getLocalCertificates() {
        List<X509Certificate> chain = state.localCertificates();
        return chain.isEmpty() ? null : chain.toArray(Certificate[]::new);
    }

    @Override
    public @Nullable Principal getLocalPrincipal() {
        List<X509Certificate> chain = state.localCertificates();
        return chain.isEmpty() ? null : chain.get(0).getSubjectX500Principal();
    }

    @Override
    public String getCipherSuite() {
        return state.cipherSuite();
    }

    @Override
    public String getProtocol() {
        return state.protocol();
    }

    @Override
    public @Nullable String getPeerHost() {
        return peerHost;
    }

    @Override
    public int getPeerPort() {
        return peerPort;
    }

    /** Several records, so that {@code wrap} can fill a buffer of this size for one write to the network. */
    @Override
    public int getPacketBufferSize() {
        return TlsRecord.AT_ONCE * TlsRecord.MAX_SIZE;
    }

    /** JSSE's figure, more than a record can hold: with less, Jetty would copy what it decrypts. */
    @Override
    public int getApplicationBufferSize() {
        return TlsRecord.MAX_SIZE - TlsRecord.HEADER_SIZE;
    }

    /** By which of these the peer's chain may be signed: as with JSSE, TLS 1.3 has no SHA-224 and no DSA. */
    @Override
    public String[] getLocalSupportedSignatureAlgorithms() {
        boolean tls13 = getProtocol().equals(Protocols.TLS_1_3);
        return signatureAlgorithms.stream()
                .filter(name -> !tls13 || !(name.startsWith("SHA224") || name.endsWith("withDSA")))
                .toArray(String[]::new);
    }

    /** OpenSSL chooses among the certificates by what the peer supports; key managers need not. */
    @Override
    public String[] getPeerSupportedSignatureAlgorithms() {
        return SIGNATURE_ALGORITHMS.clone();
    }

    // The next two override methods of Java 25.

    /** As {@link #exportKeyingMaterialData}, as a key of this algorithm. */
    public SecretKey exportKeyingMaterialKey(String keyAlg, String label, byte @Nullable [] exporterContext, int length)
            throws SSLKeyException {
        if (Objects.requireNonNull(keyAlg, "keyAlg").isEmpty()) {
            throw new IllegalArgumentException("keyAlg is empty");
        }
        byte[] material = exportKeyingMaterialData(label, exporterContext, length);
        try {
            return new SecretKeySpec(material, keyAlg);
        } finally {
            Arrays.fill(material, (byte) 0);
        }
    }

    /**
     * Keying material for an application (RFC 5705, RFC 8446 section 7.5).
     *
     * @throws IllegalArgumentException if one of these has a length that TLS has no room for
     * @throws IllegalStateException if the connection is not made yet, or closed
     */
    public byte[] exportKeyingMaterialData(String label, byte @Nullable [] exporterContext, int length)
            throws SSLKeyException {
        Objects.requireNonNull(label, "label");
        return connection.exportKeyingMaterial(label, exporterContext, length);
    }

    @Override
    public List<SNIServerName> getRequestedServerNames() {
        return state.requestedNames();
    }

    @Override
    public List<byte[]> getStatusResponses() {
        return List.of();
    }

    @Override
    public String toString() {
        return "OpenSslSession[" + getProtocol() + ", " + getCipherSuite() + "]";
    }

    private void unbound(String name, @Nullable Object value) {
        if (value instanceof SSLSessionBindingListener listener) {
            listener.valueUnbound(new SSLSessionBindingEvent(this, name));
        }
    }

    private static void requireArgument(@Nullable Object argument) {
        if (argument == null) {
            throw new IllegalArgumentException("arguments can not be null");
        }
    }
}
