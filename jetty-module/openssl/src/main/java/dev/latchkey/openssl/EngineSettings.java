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

    /** As JSSE does: what is null was not given, and stays as it is. */
    void setParameters(SSLParameters given) {
        SSLParameters merged = copy(given);
        if (merged.getCipherSuites() == null) {
            merged.setCipherSuites(parameters.getCipherSuites());
        }
        if (merged.getProtocols() == null) {
            merged.setProtocols(parameters.getProtocols());
        }
        if (merged.getAlgorithmConstraints() == null) {
            merged.setAlgorithmConstraints(parameters.getAlgorithmConstraints());
        }
        if (merged.getEndpointIdentificationAlgorithm() == null) {
            merged.setEndpointIdentificationAlgorithm(parameters.getEndpointIdentificationAlgorithm());
        }
        if (merged.getServerNames() == null && parameters.getServerNames() != null) {
            merged.setServerNames(parameters.getServerNames());
        }
        if (merged.getSNIMatchers() == null && parameters.getSNIMatchers() != null) {
            merged.setSNIMatchers(parameters.getSNIMatchers());
        }
        if (merged.getSignatureSchemes() == null) {
            merged.setSignatureSchemes(parameters.getSignatureSchemes());
        }
        // Of groups null means the provider's own, says SSLParameters.setNamedGroups.
        setCipherSuites(merged, merged.getCipherSuites());
        setProtocols(merged, merged.getProtocols());
        parameters = merged;
    }

    void setCipherSuites(String @Nullable [] names) {
        setCipherSuites(parameters, required(names, "CipherSuites"));
    }

    void setProtocols(String @Nullable [] names) {
        setProtocols(parameters, required(names, "Protocols"));
    }

    private static String[] required(String @Nullable [] names, String what) {
        if (names == null || Arrays.stream(names).anyMatch(name -> name == null || name.isEmpty())) {
            throw new IllegalArgumentException(what + " must not be null, nor any of them null or empty");
        }
        return names;
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

    /** Says to OpenSSL, for a handshake that begins, what is not part of the {@link Offer}. */
    void applyTo(long ssl) {
        try (Arena arena = Arena.ofConfined()) {
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
