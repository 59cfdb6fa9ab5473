package dev.latchkey.jetty;

import dev.latchkey.NegotiationOptions.Presence;
import java.util.Arrays;
import javax.net.ssl.ExtendedSSLSession;
import javax.net.ssl.SNIHostName;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.SSLSession;
import org.jspecify.annotations.Nullable;

/**
 * What a ClientHello decides about its connection, before the engine has seen it: the TLS version, and whether the
 * client is asked at once. Stateless.
 */
final class FirstHandshakeChoice {
    private static final String TLS_1_2 = "TLSv1.2";
    private static final String TLS_1_3 = "TLSv1.3";
    private static final String H2 = "h2";

    /**
     * Engines resume a TLS session only under the endpoint identification that it was made under. So a client that has
     * a session with another host is asked all the same.
     */
    private static final String ASKING_HOST = "LATCHKEY-HOST";

    /** The value by which a session is kept in the server's memory. */
    private static final String ASKED = "dev.latchkey.asked";

    private FirstHandshakeChoice() {}

    /** {@return whether the client of a hello is asked for a certificate in the first handshake, by its host name} */
    static boolean asks(@Nullable ClientHello hello, Alternatives settings) {
        return hello != null && hello.serverName() != null && settings.hosts().match(hello.serverName());
    }

    /**
     * Sets up an engine that has not begun.
     *
     * @param http2 whether the connector speaks HTTP/2
     */
    static void apply(ClientHello hello, SSLEngine engine, Alternatives settings, boolean http2) {
        if (asks(hello, settings)) {
            SSLParameters parameters = engine.getSSLParameters();
            if (settings.getHostsPresence() == Presence.NEED) {
                parameters.setNeedClientAuth(true);
            } else if (!parameters.getNeedClientAuth()) {
                parameters.setWantClientAuth(true);
            }
            parameters.setEndpointIdentificationAlgorithm(ASKING_HOST);
            engine.setSSLParameters(parameters);
        } else if (settings.isBrowserStepUp() && canBeAskedOnTls12Only(hello, engine, http2)) {
            String[] older = Arrays.stream(engine.getEnabledProtocols())
                    .filter(protocol -> !protocol.equals(TLS_1_3))
                    .toArray(String[]::new);
            // Then the engine knows no newer one, and warns of no downgrade (RFC 8446 section 4.1.3).
            engine.setEnabledProtocols(older);
        }
    }

    private static boolean canBeAskedOnTls12Only(ClientHello hello, SSLEngine engine, boolean http2) {
        boolean speaksHttp2 = http2 && hello.applicationProtocols().contains(H2);
        boolean canBeAskedOnTls13 =
                engine instanceof PostHandshakeAuthenticationEngine && hello.postHandshakeAuthentication();
        return !speaksHttp2
                && hello.offersTls12()
                && hello.secureRenegotiation()
                && !canBeAskedOnTls13
                && Arrays.asList(engine.getEnabledProtocols()).contains(TLS_1_2);
    }

    /**
     * Takes care that the session of a connection that asks can be ended, called in its first handshake. JSSE puts all of a
     * session into its ticket, which cannot be taken back (RFC 5077), unless a value is bound to it.
     */
    static void keepRevocable(SSLEngine engine) {
        SSLSession session = engine.getHandshakeSession();
        if (session != null && (engine.getWantClientAuth() || engine.getNeedClientAuth())) {
            session.putValue(ASKED, ASKED);
        }
    }

    /**
     * {@return whether a TLS session's certificate is for another host: it was shown to one that asks in the first
     * handshake, and the client has resumed the session on a connection to a host that does not}
     *
     * <p>JSSE looks at the mark of {@link #apply} only where the new connection has one too.
     */
    static boolean isCarriedOver(@Nullable ClientHello hello, SSLSession session, Alternatives settings) {
        if (settings.hosts().isEmpty() || asks(hello, settings) || !(session instanceof ExtendedSSLSession extended)) {
            return false;
        }
        try {
            return extended.getRequestedServerNames().stream()
                    .filter(SNIHostName.class::isInstance)
                    .map(name -> HostPatterns.canonical(((SNIHostName) name).getAsciiName()))
                    .anyMatch(settings.hosts()::match);
        } catch (UnsupportedOperationException unknown) {
            return true; // in doubt nobody is
        }
    }

    /**
     * Takes the mark away that {@link #apply} left, before a trust manager sees the engine: it knows no such way to
     * identify a client's end point. What the handshake remembers stays.
     */
    static void unmark(SSLEngine engine) {
        SSLParameters parameters = engine.getSSLParameters();
        if (ASKING_HOST.equals(parameters.getEndpointIdentificationAlgorithm())) {
            parameters.setEndpointIdentificationAlgorithm(""); // null would be ignored
            engine.setSSLParameters(parameters);
        }
    }
}
