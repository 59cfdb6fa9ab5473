package dev.latchkey.jetty;

import dev.latchkey.Mechanism;
import dev.latchkey.NegotiationException;
import dev.latchkey.Reason;
import java.security.cert.X509Certificate;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import javax.net.ssl.ExtendedSSLSession;
import javax.net.ssl.SNIHostName;
import javax.net.ssl.SNIServerName;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLException;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.SSLSession;
import org.jspecify.annotations.Nullable;

/**
 * Asks by a TLS 1.2 renegotiation: HelloRequest, and a full handshake with a CertificateRequest (RFC 5246 sections
 * 7.4.1.1 and 7.4.4) under the protection of RFC 5746. Works on any engine that renegotiates as JSSE does.
 *
 * <p>TLS always <em>wants</em> the certificate, even when the application needs it: an engine that needs one ends the
 * connection when there is none, and nobody learns why.
 */
final class Renegotiation implements CertificateMechanism {
    /**
     * A TLS session is resumed only under the endpoint identification that it was made under. One that no session has
     * makes the handshake a full one, whatever ticket the client holds, and leaves resumption on for everybody:
     * {@code invalidate()} does not reach stateless tickets, and with <em>want</em> a resumed handshake asks for
     * nothing.
     */
    static final String IDENTIFICATION_PREFIX = "LATCHKEY-";

    private static final AtomicLong UNIQUE = new AtomicLong();

    private final NegotiableSslConnection connection;

    Renegotiation(NegotiableSslConnection connection) {
        this.connection = connection;
    }

    @Override
    public Mechanism kind() {
        return Mechanism.RENEGOTIATION;
    }

    @Override
    public void check() throws NegotiationException {
        connection.requireDeferredJudgement();
        if (!connection.isRenegotiationSecure()) {
            throw new JettyNegotiationException(
                    Reason.CLIENT_CANNOT,
                    true,
                    "it does not support secure renegotiation, RFC 5746; let its owner update its TLS library",
                    null);
        }
    }

    @Override
    public Asked ask(Question question) {
        SSLEngine engine = connection.getSSLEngine();
        SSLSession before = engine.getSession();
        X509Certificate serverBefore = connection.serverCertificate();
        SSLParameters restored = engine.getSSLParameters();
        HandshakeScope scope = HandshakeScope.negotiation(
                connection.factory().getMaxAuthoritiesSize(),
                question.acceptedIssuers(),
                connection.serverCertificate());
        HandshakeDriver driver = new HandshakeDriver(connection, question, new HandshakeDriver.Handshake() {
            @Override
            public boolean isFinished() {
                return !connection.isRenegotiationAllowed();
            }

            @Override
            public Answer settle() throws SSLException {
                restore(engine, restored);
                keepServerSide(serverBefore, before, engine.getSession());
                return Renegotiation.this.settle(scope, engine.getSession());
            }

            @Override
            public boolean canBeGivenUp() {
                return false;
            }
        });
        connection.openHandshake(scope, true);
        try {
            SSLParameters asking = engine.getSSLParameters();
            asking.setWantClientAuth(true);
            asking.setEndpointIdentificationAlgorithm(IDENTIFICATION_PREFIX + UNIQUE.incrementAndGet());
            engine.setSSLParameters(asking);
            scope.run(() -> {
                engine.beginHandshake();
                return true;
            });
        } catch (SSLException | RuntimeException x) {
            driver.fail(x);
            return driver;
        }
        driver.start();
        return driver;
    }

    /** Puts back how this engine asks in a first handshake (RFC 5746 leaves no trace of ours). */
    private static void restore(SSLEngine engine, SSLParameters restored) {
        if (restored.getEndpointIdentificationAlgorithm() == null) {
            restored.setEndpointIdentificationAlgorithm(""); // null would be ignored
        }
        engine.setSSLParameters(restored);
        if (!restored.getWantClientAuth() && !restored.getNeedClientAuth()) {
            engine.setWantClientAuth(false); // false, false would be ignored
        }
    }

    private Answer settle(HandshakeScope scope, SSLSession session) throws SSLException {
        List<X509Certificate> chain = ConnectionIdentity.peerCertificates(session);
        if (!chain.equals(scope.chain())) {
            // The engine shows a chain that it did not report, or hides one: believe neither.
            throw new SSLException("the engine's chain is not the one that it reported");
        }
        return new Answer(chain.isEmpty() ? null : new Proof(chain, scope.authType(), kind(), session));
    }

    /** A client may leave the name out that it gave at first, and not give another; JSSE would take that. */
    private void keepName(SSLSession after) throws SSLException {
        if (!(after instanceof ExtendedSSLSession extended)) {
            return;
        }
        for (SNIServerName name : extended.getRequestedServerNames()) {
            String host = name instanceof SNIHostName known ? HostPatterns.canonical(known.getAsciiName()) : "";
            if (!host.equals(connection.requestedHost())) {
                throw new SSLException("the client named another server in mid connection");
            }
        }
    }

    /** A renegotiation changes nothing but the client's identity. */
    private void keepServerSide(@Nullable X509Certificate serverBefore, SSLSession before, SSLSession after)
            throws SSLException {
        if (serverBefore == null || !serverBefore.equals(connection.serverCertificate())) {
            throw new SSLException("the server's certificate changed in mid connection");
        }
        keepName(after);
        // Jetty keeps the server name that the client asked for in the TLS session, and checks it at each request.
        for (String name : before.getValueNames()) {
            if (after.getValue(name) == null) {
                after.putValue(name, before.getValue(name));
            }
        }
    }
}
