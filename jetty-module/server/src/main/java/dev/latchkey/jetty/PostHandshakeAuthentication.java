package dev.latchkey.jetty;

import dev.latchkey.Mechanism;
import dev.latchkey.NegotiationException;
import dev.latchkey.Reason;
import java.security.cert.CertificateException;
import java.security.cert.X509Certificate;
import java.util.List;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLException;

/**
 * Asks by TLS 1.3 post-handshake authentication: a CertificateRequest on the open connection (RFC 8446 section 4.6.2).
 * Works on an engine that can, and with a client that offered the extension in its ClientHello.
 */
final class PostHandshakeAuthentication implements CertificateMechanism {
    private final NegotiableSslConnection connection;

    PostHandshakeAuthentication(NegotiableSslConnection connection) {
        this.connection = connection;
    }

    @Override
    public Mechanism kind() {
        return Mechanism.POST_HANDSHAKE_AUTHENTICATION;
    }

    @Override
    public void check() throws NegotiationException {
        SSLEngine engine = connection.getSSLEngine();
        if (!(engine instanceof PostHandshakeAuthenticationEngine able)) {
            throw new JettyNegotiationException(
                    Reason.ENGINE_CANNOT, true, "on " + engine.getSession().getProtocol(), null);
        }
        connection.requireDeferredJudgement();
        if (!able.canRequestCertificate()) {
            throw new JettyNegotiationException(
                    Reason.CLIENT_CANNOT, true, "it did not offer post-handshake authentication", null);
        }
    }

    @Override
    public Asked ask(Question question) {
        PostHandshakeAuthenticationEngine engine = (PostHandshakeAuthenticationEngine) connection.getSSLEngine();
        HandshakeScope scope = HandshakeScope.negotiation(
                connection.factory().getMaxAuthoritiesSize(), question.acceptedIssuers(), null);
        HandshakeDriver driver = new HandshakeDriver(connection, question, new HandshakeDriver.Handshake() {
            @Override
            public boolean isFinished() throws SSLException {
                if (engine.certificateRequestState() == PostHandshakeAuthenticationEngine.State.FAILED) {
                    throw new SSLException("the client's answer was wrong");
                }
                return !engine.certificateRequestState().isPending();
            }

            @Override
            public Answer settle() throws SSLException, NegotiationException {
                return PostHandshakeAuthentication.this.settle(scope, engine);
            }

            @Override
            public boolean canBeGivenUp() {
                return !engine.isInsideMessage();
            }
        });
        connection.openHandshake(scope, false);
        try {
            scope.run(() -> {
                engine.requestCertificate(null); // the trust manager names the authorities of this scope
                return true;
            });
        } catch (SSLException | RuntimeException x) {
            driver.fail(x);
            return driver;
        }
        driver.start();
        return driver;
    }

    private Answer settle(HandshakeScope scope, PostHandshakeAuthenticationEngine engine)
            throws SSLException, NegotiationException {
        List<X509Certificate> chain = engine.receivedCertificates();
        CertificateException refused = engine.untrustedReason().orElse(null);
        if (refused != null && chain.isEmpty()) {
            // The engine did not even ask the trust manager: too many, too large, or nothing that Java can read.
            throw new JettyNegotiationException(Reason.UNTRUSTED, true, refused.getMessage(), refused);
        }
        if (!chain.equals(scope.chain())) {
            // The engine shows a chain that it did not report, or hides one: believe neither.
            throw new SSLException("the engine's chain is not the one that it reported");
        }
        return new Answer(
                chain.isEmpty()
                        ? null
                        : new Proof(
                                chain,
                                scope.authType(),
                                kind(),
                                connection.getSSLEngine().getSession()));
    }
}
