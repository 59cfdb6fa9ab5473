package dev.latchkey.openssl;

import dev.latchkey.openssl.PendingCertificateRequest.Event;
import java.lang.foreign.ValueLayout;
import java.security.GeneralSecurityException;
import java.security.cert.CertificateException;
import java.security.cert.X509Certificate;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What OpenSSL asks and tells one connection while it handshakes, and who answers.
 *
 * <p>This is the object that {@link Upcalls} finds by the address of the {@code SSL}; its connection holds it. It runs
 * inside the connection's own calls, so under the engine's lock.
 */
final class HandshakeUpcalls {
    private static final int CONTENT_HANDSHAKE = 22;
    private static final int MESSAGE_CLIENT_HELLO = 1;
    private static final int MESSAGE_CERTIFICATE = 11;
    private static final int MESSAGE_FINISHED = 20;
    /** A Certificate in another form (RFC 8879), between OpenSSL 3.2 or later on both sides. */
    private static final int MESSAGE_COMPRESSED_CERTIFICATE = 25;

    private final OpenSslSession session;
    private final EngineSettings settings;
    private final Authorities authorities;
    private final CertificateRequests requests;
    private final Renegotiation renegotiation;
    private final CertificateVerifier verifier;
    private final KeySelector keySelector;
    private final ServerNames serverNames;
    private final AlpnSelection alpn;
    private final SessionIdentity identity;
    private final Tickets tickets;
    private final Resumption resumption;
    private boolean firstHandshakeDone;
    private @Nullable Throwable failure;

    HandshakeUpcalls(
            OpenSslEngine engine,
            OpenSslContext context,
            EngineSettings settings,
            OpenSslSession session,
            CertificateRequests requests,
            Renegotiation renegotiation) {
        this.session = session;
        this.settings = settings;
        this.authorities = context.authorities();
        this.requests = requests;
        this.renegotiation = renegotiation;
        this.verifier = new CertificateVerifier(engine, this, context.trustManager());
        this.keySelector = new KeySelector(engine, context, session);
        this.serverNames = new ServerNames(settings);
        this.alpn = new AlpnSelection(engine, settings);
        this.identity = new SessionIdentity(context, keySelector, serverNames);
        this.tickets = new Tickets(identity, context.keptSessions(), context.endedSessions());
        this.resumption = new Resumption(identity, context.keptSessions(), context.endedSessions());
    }

    SessionIdentity identity() {
        return identity;
    }

    AlpnSelection alpn() {
        return alpn;
    }

    Tickets tickets() {
        return tickets;
    }

    Resumption resumption() {
        return resumption;
    }

    void finishFirstHandshake(long ssl) {
        firstHandshakeDone = true;
        alpn.finish(ssl);
    }

    /** Something was thrown in an upcall, or it refused: the reason of the failure that follows. */
    void fail(Throwable t) {
        failure = t;
    }

    @Nullable
    Throwable takeFailure() {
        Throwable t = failure;
        failure = null;
        return t;
    }

    void onClientHello(long ssl) {
        requests.onClientHello(ssl);
    }

    int onServerName(long ssl, long alert) {
        int answer = serverNames.onServerName(ssl, alert);
        describeHandshake(ssl);
        return answer;
    }

    void onCertificateWanted(long ssl) throws GeneralSecurityException {
        describeHandshake(ssl);
        if (!settings.isClient() && settings.verifyMode() != 0) {
            authorities.apply(ssl);
        }
        keySelector.select(ssl);
    }

    int onAlpn(long out, long outLength, long in, int inLength) {
        return alpn.select(out, outLength, in, inLength);
    }

    /** The peer's chain goes to the trust manager; false ends the handshake. */
    boolean onVerify(long ssl, long store) {
        describeHandshake(ssl);
        return verifier.verify(store);
    }

    /** The session as far as it is known, for the managers that look at it in the first handshake. */
    private void describeHandshake(long ssl) {
        if (!firstHandshakeDone) {
            session.update(identity.unfinished(ssl));
        }
    }

    boolean isTls13() {
        return session.getProtocol().equals(Protocols.TLS_1_3);
    }

    /** What a trust manager needs to know of a server's key exchange, in JSSE's words. */
    String serverAuthType() {
        String suite = session.getCipherSuite();
        int end = suite.indexOf("_WITH_");
        return suite.startsWith("TLS_") && end > 0 ? suite.substring(4, end) : "UNKNOWN";
    }

    /** What the trust manager said; false ends the handshake. */
    boolean onVerdict(List<X509Certificate> chain, @Nullable CertificateException verdict) {
        identity.receive(chain);
        if (requests.onChain(chain, verdict)) {
            return true;
        }
        if (verdict != null) {
            fail(verdict);
        }
        return verdict == null;
    }

    /** A message was read, but not yet verified; told while a request or a renegotiation is pending. */
    void onMessage(boolean written, int contentType, long bytes, long length) {
        if (written || contentType != CONTENT_HANDSHAKE || length < 1) {
            return;
        }
        PendingCertificateRequest request = requests.request();
        switch (Native.bytes(bytes, 1).get(ValueLayout.JAVA_BYTE, 0)) {
            case MESSAGE_CLIENT_HELLO -> renegotiation.onClientHello();
            case MESSAGE_CERTIFICATE, MESSAGE_COMPRESSED_CERTIFICATE -> {
                if (request.isPending()) {
                    identity.expectChain();
                    identity.begin(null);
                    request.on(Event.CERTIFICATE);
                }
            }
            case MESSAGE_FINISHED -> request.on(Event.CLIENT_FINISHED);
            default -> {}
        }
    }
}
