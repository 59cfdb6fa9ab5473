package dev.latchkey.openssl;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.function.BiFunction;
import javax.net.ssl.SNIHostName;
import javax.net.ssl.SNIServerName;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLException;
import javax.net.ssl.SSLParameters;
import org.jspecify.annotations.Nullable;

/**
 * What the user set on one engine, and how it is said to OpenSSL when the handshake begins.
 *
 * <p>Guarded by the engine's lock.
 */
final class EngineSettings {
    private static final int VERIFY_NONE = 0;
    static final int VERIFY_PEER = 1;
    private static final int VERIFY_FAIL_IF_NO_PEER_CERT = 2;

    private static final int SET_MAX_SEND_FRAGMENT = 52;
    private static final int SET_SERVER_NAME = 55;
    private static final int SET_GROUPS_LIST = 92;
    private static final int SET_SIGNATURE_ALGORITHMS_LIST = 98;
    private static final int SET_MIN_PROTOCOL = 123;
    private static final int SET_MAX_PROTOCOL = 124;
    private static final long OPTION_SERVER_PREFERENCE = 1L << 22;

    private static final byte[] OPTIONAL_CLIENT = {'o'};
    /** SSL_MAX_SID_CTX_LENGTH. */
    private static final int MOST_CONTEXT = 32;

    private static final byte[] NEEDED_CLIENT = {'n'};

    private final @Nullable String peerHost;
    private SSLParameters parameters;
    private @Nullable Boolean client;
    private boolean sessionCreation = true;
    private boolean offersPostHandshakeAuthentication;
    private @Nullable BiFunction<SSLEngine, List<String>, String> alpnSelector;

    EngineSettings(SSLParameters defaults, @Nullable String peerHost) {
        this.parameters = copy(defaults);
        this.peerHost = peerHost;
    }

    /** The live parameters; callers outside get a {@link #copy}. */
    SSLParameters parameters() {
        return parameters;
    }

    void setParameters(SSLParameters given) {
        SSLParameters checked = copy(given);
        if (checked.getCipherSuites() == null) {
            checked.setCipherSuites(parameters.getCipherSuites());
        }
        if (checked.getProtocols() == null) {
            checked.setProtocols(parameters.getProtocols());
        }
        setCipherSuites(checked, checked.getCipherSuites());
        setProtocols(checked, checked.getProtocols());
        parameters = checked;
    }

    void setCipherSuites(String[] names) {
        setCipherSuites(parameters, names);
    }

    void setProtocols(String[] names) {
        setProtocols(parameters, names);
    }

    private static void setCipherSuites(SSLParameters target, String[] names) {
        CipherSuites.instance().requireSupported(names);
        target.setCipherSuites(names);
    }

    private static void setProtocols(SSLParameters target, String[] names) {
        Arrays.stream(names).forEach(Protocols::number);
        target.setProtocols(names);
    }

    boolean isModeSet() {
        return client != null;
    }

    boolean isClient() {
        return Boolean.TRUE.equals(client);
    }

    void setClient(boolean newMode) {
        client = newMode;
    }

    boolean isSessionCreation() {
        return sessionCreation;
    }

    void setSessionCreation(boolean flag) {
        sessionCreation = flag;
    }

    void offerPostHandshakeAuthentication(boolean offer) {
        offersPostHandshakeAuthentication = offer;
    }

    @Nullable
    BiFunction<SSLEngine, List<String>, String> alpnSelector() {
        return alpnSelector;
    }

    void setAlpnSelector(@Nullable BiFunction<SSLEngine, List<String>, String> selector) {
        alpnSelector = selector;
    }

    /** Says all of it to OpenSSL, for a handshake that begins. */
    void applyTo(long ssl, OpenSslContext context) throws SSLException {
        try (Arena arena = Arena.ofConfined()) {
            applyProtocols(ssl);
            if (!Arrays.equals(parameters.getCipherSuites(), context.preparedCipherSuites())) {
                applyCipherSuites(ssl, arena);
            }
            applyList(ssl, SET_GROUPS_LIST, "group", parameters.getNamedGroups(), arena);
            applyList(ssl, SET_SIGNATURE_ALGORITHMS_LIST, "signature scheme", parameters.getSignatureSchemes(), arena);
            if (isClient()) {
                applyClient(ssl, arena);
            } else {
                applyServer(ssl, arena);
            }
            applyVerify(ssl);
            applyPacketSize(ssl);
        }
    }

    /** For the records that OpenSSL makes by itself; it goes down to 512 bytes in each. */
    private void applyPacketSize(long ssl) {
        int size = recordSize();
        if (size < TlsRecord.MAX_SIZE) {
            int fragment = TlsRecord.plaintextLimit(size, Protocols.TLS_1_2, "_CBC_");
            LibSsl.SSL_ctrl(ssl, SET_MAX_SEND_FRAGMENT, fragment, MemorySegment.NULL);
        }
    }

    /** The largest record that may be sent. */
    int recordSize() {
        int size = parameters.getMaximumPacketSize();
        return size == 0 ? TlsRecord.MAX_SIZE : Math.clamp(size, TlsRecord.SMALLEST_LIMIT, TlsRecord.MAX_SIZE);
    }

    /** What the peer must prove; said again before a renegotiation, for it may have changed. */
    void applyVerify(long ssl) {
        LibSsl.SSL_set_verify(ssl, verifyMode(), MemorySegment.NULL);
    }

    int verifyMode() {
        if (isClient()) {
            return VERIFY_PEER;
        }
        if (parameters.getNeedClientAuth()) {
            return VERIFY_PEER | VERIFY_FAIL_IF_NO_PEER_CERT;
        }
        return parameters.getWantClientAuth() ? VERIFY_PEER : VERIFY_NONE;
    }

    private void applyProtocols(long ssl) throws SSLException {
        int lowest = Integer.MAX_VALUE;
        int highest = 0;
        for (String protocol : parameters.getProtocols()) {
            if (hasSuiteFor(protocol)) {
                lowest = Math.min(lowest, Protocols.number(protocol));
                highest = Math.max(highest, Protocols.number(protocol));
            }
        }
        if (highest == 0) {
            throw new SSLException("No enabled protocol has an enabled cipher suite: protocols "
                    + Arrays.toString(parameters.getProtocols()) + ", cipher suites "
                    + Arrays.toString(parameters.getCipherSuites()));
        }
        LibSsl.SSL_ctrl(ssl, SET_MIN_PROTOCOL, lowest, MemorySegment.NULL);
        LibSsl.SSL_ctrl(ssl, SET_MAX_PROTOCOL, highest, MemorySegment.NULL);
    }

    private boolean hasSuiteFor(String protocol) {
        boolean for13 = protocol.equals(Protocols.TLS_1_3);
        return Arrays.stream(parameters.getCipherSuites()).anyMatch(name -> CipherSuites.isFor13(name) == for13);
    }

    private void applyCipherSuites(long ssl, Arena arena) throws SSLException {
        String[] names = parameters.getCipherSuites();
        String list12 = CipherSuites.instance().listFor12(names);
        String list13 = CipherSuites.instance().listFor13(names);
        if (LibSsl.SSL_set_ciphersuites(ssl, arena.allocateFrom(list13)) != 1
                || (!list12.isEmpty() && LibSsl.SSL_set_cipher_list(ssl, arena.allocateFrom(list12)) != 1)) {
            throw new SSLException("OpenSSL refuses the cipher suites " + Arrays.toString(names) + ": "
                    + SslError.drain().text());
        }
    }

    private static void applyList(long ssl, int command, String what, String @Nullable [] names, Arena arena)
            throws SSLException {
        if (names == null) {
            return;
        }
        MemorySegment list = arena.allocateFrom(String.join(":", names));
        if (LibSsl.SSL_ctrl(ssl, command, 0, list) != 1) {
            throw new SSLException("OpenSSL does not know each " + what + " of " + Arrays.toString(names) + ": "
                    + SslError.drain().text());
        }
    }

    private void applyServer(long ssl, Arena arena) {
        LibSsl.SSL_set_accept_state(ssl);
        if (parameters.getUseCipherSuitesOrder()) {
            LibSsl.SSL_set_options(ssl, OPTION_SERVER_PREFERENCE);
        } else {
            LibSsl.SSL_clear_options(ssl, OPTION_SERVER_PREFERENCE);
        }
        byte[] sessionContext = sessionContext();
        MemorySegment bytes = arena.allocateFrom(ValueLayout.JAVA_BYTE, sessionContext);
        LibSsl.SSL_set_session_id_context(ssl, bytes, sessionContext.length);
    }

    /**
     * A session that was made without the client's certificate is not resumed where one is needed; nor, as with JSSE,
     * one that was made under another endpoint identification.
     */
    private byte[] sessionContext() {
        byte[] presence = parameters.getNeedClientAuth() ? NEEDED_CLIENT : OPTIONAL_CLIENT;
        String identification = parameters.getEndpointIdentificationAlgorithm();
        if (identification == null || identification.isEmpty()) {
            return presence;
        }
        byte[] name = identification.getBytes(StandardCharsets.UTF_8);
        byte[] context = Arrays.copyOf(presence, Math.min(presence.length + name.length, MOST_CONTEXT));
        System.arraycopy(name, 0, context, presence.length, context.length - presence.length);
        return context;
    }

    private void applyClient(long ssl, Arena arena) {
        LibSsl.SSL_set_connect_state(ssl);
        LibSsl.SSL_clear_options(ssl, ContextHandle.OPTION_NO_RENEGOTIATION);
        String[] protocols = parameters.getApplicationProtocols();
        if (protocols.length > 0) {
            byte[] list = AlpnSelection.encode(protocols);
            LibSsl.SSL_set_alpn_protos(ssl, arena.allocateFrom(ValueLayout.JAVA_BYTE, list), list.length);
        }
        String name = serverName();
        if (name != null) {
            LibSsl.SSL_ctrl(ssl, SET_SERVER_NAME, 0, arena.allocateFrom(name));
        }
        if (offersPostHandshakeAuthentication) {
            LibSsl.SSL_set_post_handshake_auth(ssl, 1);
        }
    }

    /** The name to ask for: the one that was set, or the host if it can be a DNS name, as JSSE does. */
    @Nullable
    String serverName() {
        List<SNIServerName> names = parameters.getServerNames();
        if (names != null) {
            return names.stream()
                    .filter(SNIHostName.class::isInstance)
                    .map(name -> ((SNIHostName) name).getAsciiName())
                    .findFirst()
                    .orElse(null);
        }
        boolean isName = peerHost != null
                && peerHost.indexOf('.') > 0
                && !peerHost.endsWith(".")
                && !peerHost.matches("[0-9.]+")
                && peerHost.indexOf(':') < 0;
        return isName ? peerHost : null;
    }

    /** A copy that shares nothing mutable with the original. */
    static SSLParameters copy(SSLParameters from) {
        SSLParameters to = new SSLParameters(from.getCipherSuites(), from.getProtocols());
        if (from.getNeedClientAuth()) {
            to.setNeedClientAuth(true);
        } else {
            to.setWantClientAuth(from.getWantClientAuth());
        }
        to.setAlgorithmConstraints(from.getAlgorithmConstraints());
        to.setEndpointIdentificationAlgorithm(from.getEndpointIdentificationAlgorithm());
        if (from.getServerNames() != null) {
            to.setServerNames(from.getServerNames());
        }
        if (from.getSNIMatchers() != null) {
            to.setSNIMatchers(from.getSNIMatchers());
        }
        to.setUseCipherSuitesOrder(from.getUseCipherSuitesOrder());
        to.setEnableRetransmissions(from.getEnableRetransmissions());
        to.setMaximumPacketSize(from.getMaximumPacketSize());
        to.setApplicationProtocols(from.getApplicationProtocols());
        to.setSignatureSchemes(from.getSignatureSchemes());
        to.setNamedGroups(from.getNamedGroups());
        return to;
    }
}
