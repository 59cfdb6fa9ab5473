package dev.latchkey.openssl;

import java.nio.ByteBuffer;
import java.util.Collection;
import javax.net.ssl.SSLEngineResult;
import javax.net.ssl.SSLEngineResult.HandshakeStatus;
import javax.net.ssl.SSLEngineResult.Status;
import javax.net.ssl.SSLException;
import javax.net.ssl.SSLHandshakeException;
import javax.net.ssl.SSLProtocolException;
import javax.security.auth.x500.X500Principal;
import org.jspecify.annotations.Nullable;

/**
 * The state machine of one TLS connection: records in, records out, and what they change.
 *
 * <p>{@code unwrap} takes at most one record; {@code wrap} makes as many as it has data and room for, since each saves a
 * write to the network. Each call leaves the error queue empty. What must be sent and was not asked for waits in the
 * queue, and the status is then {@code NEED_WRAP}. The {@code SSL} is made when the handshake begins, and freed
 * as soon as both directions are closed. Guarded by the engine's lock.
 *
 * <p>Closing is apart from the phases, one flag a direction. A renegotiation is part of ESTABLISHED and has a state of
 * its own. A post-handshake request is no handshake: application data goes on, and a server that saw a handshake status
 * would take it for a renegotiation. But once a message of the peer's has begun, or an answer of several, OpenSSL writes
 * nothing until it is whole: then the status is {@code NEED_UNWRAP}, and {@code wrap} takes nothing.
 */
final class TlsConnection {
    /** Where the handshake is. */
    private enum Phase {
        NEW,
        HANDSHAKING,
        ESTABLISHED
    }

    private static final int ERROR_NONE = 0;
    private static final int ERROR_WANT_READ = 2;
    private static final int ERROR_ZERO_RETURN = 6;
    private static final int RECEIVED_SHUTDOWN = 2;
    private static final int KEY_UPDATE_NOT_REQUESTED = 0;

    private final OpenSslContext context;
    private final EngineSettings settings;
    private final OpenSslSession session;
    private final HandshakeUpcalls upcalls;
    private final SessionIdentity identity;
    private final CertificateRequests requests;
    private final Renegotiation renegotiation;
    private final OutputQueue queue = new OutputQueue();

    private Phase phase = Phase.NEW;
    private @Nullable SslHandle handle;
    private boolean inboundClosed;
    private boolean outboundClosed;
    private boolean closeNotifyReceived;
    private boolean anyRecordTaken;
    private boolean finishedDue;
    private boolean insideMessage;

    TlsConnection(OpenSslEngine engine, OpenSslContext context, EngineSettings settings, OpenSslSession session) {
        this.context = context;
        this.settings = settings;
        this.session = session;
        this.requests = new CertificateRequests(settings, context.authorities());
        this.renegotiation = new Renegotiation(settings);
        this.upcalls = new HandshakeUpcalls(engine, context, settings, session, requests, renegotiation);
        this.identity = upcalls.identity();
    }

    // ---- what the engine asks

    boolean isStarted() {
        return phase != Phase.NEW;
    }

    boolean isEstablished() {
        return phase == Phase.ESTABLISHED;
    }

    /** Whether a session is being made or changed, and so may be looked at by trust and key managers. */
    boolean isNegotiating() {
        return isHandshaking() || request().isPending();
    }

    private boolean isHandshaking() {
        return phase == Phase.HANDSHAKING || renegotiation.isPending();
    }

    /** Whether the peer has begun a handshake message, or an answer of several, that is not yet whole. */
    boolean isInsideMessage() {
        return isEstablished() && insideMessage && !inboundClosed && !outboundClosed;
    }

    boolean isInboundDone() {
        return inboundClosed;
    }

    boolean isOutboundDone() {
        return outboundClosed && queue.isEmpty();
    }

    PendingCertificateRequest request() {
        return requests.request();
    }

    AlpnSelection alpn() {
        return upcalls.alpn();
    }

    HandshakeStatus status() {
        if (!queue.isEmpty()) {
            return HandshakeStatus.NEED_WRAP;
        }
        boolean open = !inboundClosed && !outboundClosed;
        return open && (isHandshaking() || insideMessage)
                ? HandshakeStatus.NEED_UNWRAP
                : HandshakeStatus.NOT_HANDSHAKING;
    }

    // ---- handshakes

    /** Begins the first handshake; a client's ClientHello is queued. */
    void start() throws SSLException {
        phase = Phase.HANDSHAKING;
        SslHandle made;
        try {
            Offer offer = context.offers().of(settings.parameters());
            ContextHandle shared = context.handleFor(offer);
            made = new SslHandle(shared, upcalls, queue);
            handle = made;
            session.limitSignatureAlgorithms(SignatureSchemes.algorithms(offer.schemeNames()));
            offer.applyTo(made.address(), shared.prepared());
            settings.applyTo(made.address());
        } catch (SSLException e) {
            throw fail(e);
        }
        if (settings.isClient()) {
            handshake(made);
        }
    }

    /** Renegotiates on TLS 1.2; changes our keys on TLS 1.3, which has no renegotiation. */
    void startAgain() throws SSLException {
        if (isHandshaking()) {
            return;
        }
        if (inboundClosed || outboundClosed) {
            throw new SSLException("The connection is closed");
        }
        long ssl = handle().address();
        if (session.getProtocol().equals(Protocols.TLS_1_3)) {
            LibSsl.SSL_key_update(ssl, KEY_UPDATE_NOT_REQUESTED);
            LibSsl.SSL_do_handshake(ssl);
        } else {
            int result = renegotiation.start(ssl);
            identity.expectChain();
            if (result != 1 && LibSsl.SSL_get_error(ssl, result) != ERROR_WANT_READ) {
                throw fail(SslError.drain().exception(true, upcalls.takeFailure()));
            }
        }
        insideMessage = LibSsl.SSL_in_init(ssl) != 0;
        SslError.clear();
    }

    private void handshake(SslHandle open) throws SSLException {
        long ssl = open.address();
        int result = LibSsl.SSL_do_handshake(ssl);
        if (result == 1) {
            established(ssl);
            return;
        }
        switch (error(ssl, result)) {
            case ERROR_WANT_READ -> {}
            case ERROR_ZERO_RETURN -> throw fail(new SSLHandshakeException("Received close_notify during handshake"));
            default -> throw fail(SslError.drain().exception(true, upcalls.takeFailure()));
        }
    }

    /** In the midst of the peer's handshake messages OpenSSL asks for more although the peer has closed. */
    private static int error(long ssl, int result) {
        int error = LibSsl.SSL_get_error(ssl, result);
        return error == ERROR_WANT_READ && (LibSsl.SSL_get_shutdown(ssl) & RECEIVED_SHUTDOWN) != 0
                ? ERROR_ZERO_RETURN
                : error;
    }

    /** A handshake is complete, the first one or a renegotiation. */
    private void established(long ssl) {
        boolean first = phase == Phase.HANDSHAKING;
        phase = Phase.ESTABLISHED;
        if (first) {
            upcalls.finishFirstHandshake(ssl);
        } else {
            renegotiation.finish(ssl);
        }
        boolean resumed = first && LibSsl.SSL_session_reused(ssl) == 1;
        session.update(identity.finished(ssl, resumed));
        if (!resumed && !settings.isClient() && session.getProtocol().equals(Protocols.TLS_1_2)) {
            upcalls.resumption().keep(ssl, session.state());
        }
        finishedDue = true;
    }

    // ---- unwrap

    SSLEngineResult unwrap(ByteBuffer source, ByteBuffer[] destinations, int offset, int count) throws SSLException {
        if (inboundClosed || (outboundClosed && !isEstablished())) {
            return result(Status.CLOSED, 0, 0);
        }
        if (phase == Phase.NEW) {
            start();
        }
        if (phase == Phase.HANDSHAKING && status() == HandshakeStatus.NEED_WRAP) {
            return result(Status.OK, 0, 0);
        }
        int length = TlsRecord.length(source);
        if (length > 0 && !anyRecordTaken && TlsRecord.isVersion2Hello(source)) {
            queue.append(LastWords.PROTOCOL_VERSION);
            throw fail(new SSLHandshakeException("SSLv2Hello is not supported"));
        }
        int expected = TlsRecord.plaintextSize(length, session.getProtocol(), session.getCipherSuite());
        if (isEstablished() && expected > Plaintext.remaining(destinations, offset, count)) {
            return result(Status.BUFFER_OVERFLOW, 0, 0);
        }
        if (length < 0 || source.remaining() < length) {
            return result(Status.BUFFER_UNDERFLOW, 0, 0);
        }
        return take(source, length, destinations, offset, count, expected);
    }

    private SSLEngineResult take(
            ByteBuffer source, int length, ByteBuffer[] destinations, int offset, int count, int expected)
            throws SSLException {
        SslHandle open = handle();
        int type = source.get(source.position()) & 0xFF;
        int produced = 0;
        int said = outboundClosed ? queue.size() : Integer.MAX_VALUE;
        open.bio().lendSource(source, length);
        try {
            anyRecordTaken = true;
            boolean first = phase == Phase.HANDSHAKING;
            if (first) {
                handshake(open);
            }
            // What stands behind Finished in the same record is read at once; nothing else will call for it.
            if (!first || (isEstablished() && LibSsl.SSL_has_pending(open.address()) != 0)) {
                produced = read(open, type, destinations, offset, count, expected);
            }
            source.position(source.position() + length - open.bio().unread());
        } finally {
            // Nothing is said behind close_notify; OpenSSL would still answer a CertificateRequest.
            queue.truncate(said);
            open.bio().takeBack();
            SslError.clear();
        }
        return result(
                inboundClosed ? Status.CLOSED : Status.OK, length - open.bio().unread(), produced);
    }

    private int read(SslHandle open, int type, ByteBuffer[] destinations, int offset, int count, int expected)
            throws SSLException {
        long ssl = open.address();
        int queued = queue.size();
        int produced = Plaintext.read(ssl, destinations, offset, count, expected);
        int error = produced > 0 ? ERROR_NONE : error(ssl, produced);
        insideMessage = LibSsl.SSL_in_init(ssl) != 0;
        switch (error) {
            case ERROR_NONE, ERROR_WANT_READ -> taken(ssl, type, queue.size() > queued);
            case ERROR_ZERO_RETURN -> onCloseNotify();
            default -> throw fail(SslError.drain().exception(isNegotiating(), upcalls.takeFailure()));
        }
        return Math.max(0, produced);
    }

    /** A record was taken without a fatal error: what it contained now counts. */
    private void taken(long ssl, int type, boolean answered) throws SSLException {
        if (requests.onRecordTaken(ssl) && !requests.isUntrusted()) {
            session.update(identity.answered(session.state()));
        }
        if (!session.getProtocol().equals(Protocols.TLS_1_2) || type == TlsRecord.APPLICATION_DATA) {
            return;
        }
        if (renegotiation.isStarted() && !insideMessage) {
            established(ssl);
        } else if (!renegotiation.isPending() && insideMessage && settings.isClient()) {
            renegotiation.onPeersRequest();
        } else if (!renegotiation.isPending() && answered && renegotiation.onRefused()) {
            // All that a server says outside a handshake is no_renegotiation, once a message.
            closeOutbound();
            throw fail(new SSLProtocolException("The peer keeps asking for renegotiation"));
        }
    }

    private void onCloseNotify() {
        closeNotifyReceived = true;
        inboundClosed = true;
        requests.onFailure();
        if (insideMessage || session.getProtocol().equals(Protocols.TLS_1_2)) {
            closeOutbound(); // TLS 1.2 answers at once; TLS 1.3 can go on sending, but not inside a message.
        }
        releaseIfDone();
    }

    // ---- wrap

    SSLEngineResult wrap(ByteBuffer[] sources, int offset, int count, ByteBuffer destination) throws SSLException {
        if (isOutboundDone()) {
            return result(Status.CLOSED, 0, 0);
        }
        if (phase == Phase.NEW) {
            start();
        }
        if (phase == Phase.HANDSHAKING && status() == HandshakeStatus.NEED_UNWRAP) {
            return result(Status.OK, 0, 0);
        }
        if (destination.remaining() < settings.recordSize()) {
            return result(Status.BUFFER_OVERFLOW, 0, 0);
        }
        int start = destination.position();
        int consumed = 0;
        if (!queue.isEmpty()) {
            if (queue.drainTo(destination) == 0) {
                return result(Status.BUFFER_OVERFLOW, 0, 0);
            }
        } else if (isEstablished() && !outboundClosed) {
            consumed = writeAll(sources, offset, count, destination);
        }
        return result(isOutboundDone() ? Status.CLOSED : Status.OK, consumed, destination.position() - start);
    }

    /** Records one after the other, until the data or the room ends; what OpenSSL queues meanwhile goes first. */
    private int writeAll(ByteBuffer[] sources, int offset, int count, ByteBuffer destination) throws SSLException {
        int size = settings.recordSize();
        int most = TlsRecord.plaintextLimit(size, session.getProtocol(), session.getCipherSuite());
        int consumed = 0;
        int taken = -1;
        while (taken != 0
                && queue.isEmpty()
                && destination.remaining() >= size
                && Plaintext.remaining(sources, offset, count) > 0) {
            taken = write(sources, offset, count, destination, most);
            consumed += taken;
            if (size < TlsRecord.MAX_SIZE) {
                break; // Who limits packets expects one at a time, as JSSE makes them.
            }
        }
        return consumed;
    }

    private int write(ByteBuffer[] sources, int offset, int count, ByteBuffer destination, int most)
            throws SSLException {
        SslHandle open = handle();
        long ssl = open.address();
        if (insideMessage) {
            return 0;
        }
        open.bio().lendDestination(destination);
        try {
            int consumed = Plaintext.write(ssl, sources, offset, count, most);
            if (consumed <= 0) {
                // With no message begun there is nothing that a write waits for.
                throw fail(SslError.drain().exception(false, upcalls.takeFailure()));
            }
            return consumed;
        } finally {
            open.bio().takeBack();
            SslError.clear();
        }
    }

    private SSLEngineResult result(Status status, int consumed, int produced) {
        HandshakeStatus now = status();
        if (finishedDue && status == Status.OK && now != HandshakeStatus.NEED_WRAP) {
            finishedDue = false;
            now = HandshakeStatus.FINISHED;
        }
        return new SSLEngineResult(status, now, consumed, produced);
    }

    // ---- closing

    /** Queues close_notify, or a fatal alert where OpenSSL makes none, and sends no application data any more. */
    void closeOutbound() {
        if (outboundClosed) {
            return;
        }
        outboundClosed = true;
        SslHandle open = handle;
        if (phase == Phase.HANDSHAKING && !anyRecordTaken) {
            queue.append(LastWords.CLOSE_NOTIFY);
            inboundClosed = true;
        } else if (open != null && LibSsl.SSL_in_init(open.address()) == 0) {
            LibSsl.SSL_shutdown(open.address());
            SslError.clear();
        } else if (open != null) {
            inboundClosed = true;
            requests.onFailure();
            LastWords.provokeAlert(open);
        }
        releaseIfDone();
    }

    /**
     * Takes no records any more.
     *
     * @throws SSLException if the peer did not announce it: what came may be cut off
     */
    void closeInbound() throws SSLException {
        if (inboundClosed) {
            return;
        }
        // A handshake that cannot end leaves nothing to send either, but that it is given up.
        if (insideMessage) {
            closeOutbound();
        }
        inboundClosed = true;
        outboundClosed |= phase == Phase.HANDSHAKING;
        requests.onFailure();
        releaseIfDone();
        if (!closeNotifyReceived && isStarted()) {
            throw new SSLException("closing inbound before receiving peer's close_notify");
        }
    }

    /** Ends the connection; what OpenSSL queued, an alert, is still sent. */
    private SSLException fail(SSLException failure) {
        inboundClosed = true;
        outboundClosed = true;
        requests.onFailure();
        identity.fail();
        releaseIfDone();
        return failure;
    }

    /** What is queued is Java's, so the native part can go at once. */
    private void releaseIfDone() {
        SslHandle open = handle;
        if (inboundClosed && outboundClosed && open != null) {
            open.close();
            SslError.clear();
        }
    }

    private SslHandle handle() {
        SslHandle open = handle;
        if (open == null) {
            throw new IllegalStateException("The handshake has not begun");
        }
        return open;
    }

    /** What this connection is and was is resumed no more. */
    void endSessions() {
        identity.end();
    }

    long nativeAddress() {
        return handle().address();
    }

    // ---- post-handshake authentication

    boolean canRequestCertificate() {
        return isEstablished()
                && requests.isOffered()
                && !inboundClosed
                && !outboundClosed
                && session.getProtocol().equals(Protocols.TLS_1_3);
    }

    void requestCertificate(@Nullable Collection<X500Principal> authorities) throws SSLException {
        if (request().isPending()) {
            throw new IllegalStateException("A certificate request is pending");
        }
        if (!canRequestCertificate()) {
            throw new SSLException("No certificate can be asked for on this connection: it takes TLS 1.3, a client"
                    + " that offered post_handshake_auth, and both directions open");
        }
        try {
            requests.send(handle().address(), authorities);
        } finally {
            SslError.clear();
        }
    }
}
