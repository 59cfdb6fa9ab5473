package dev.latchkey.jetty;

import dev.latchkey.NegotiationException;
import dev.latchkey.Reason;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.security.cert.Certificate;
import java.security.cert.X509Certificate;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Supplier;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLEngineResult;
import javax.net.ssl.SSLEngineResult.HandshakeStatus;
import javax.net.ssl.SSLException;
import org.eclipse.jetty.io.ByteBufferPool;
import org.eclipse.jetty.io.Connection;
import org.eclipse.jetty.io.EndPoint;
import org.eclipse.jetty.io.EofException;
import org.eclipse.jetty.io.QuietException;
import org.eclipse.jetty.io.ssl.SslConnection;
import org.eclipse.jetty.server.Connector;
import org.eclipse.jetty.server.Request;
import org.eclipse.jetty.util.BufferUtil;
import org.eclipse.jetty.util.Callback;
import org.jspecify.annotations.Nullable;

/**
 * An SslConnection that lets its own negotiation through and nobody else's.
 *
 * <p>What it lets through: a TLS 1.2 renegotiation from {@link #openHandshake} until the engine reports FINISHED, and
 * none before, after, or in between (CVE-2009-3555, RFC 5746 section 5). Whatever {@code renegotiationAllowed} and
 * {@code renegotiationLimit} say, a client cannot start one.
 *
 * <p>Application data that arrives meanwhile was sent under the old identity. It is kept aside ({@link KeptBytes}) and
 * given to the HTTP parser afterwards.
 *
 * <pre>
 *            begin             openHandshake            FINISHED               end
 *   IDLE ------------> RESERVED ------------> HANDSHAKING ------------> RESERVED -----> IDLE
 *                      (body is read,         (renegotiation allowed,   (chain is
 *                       no idle timeout)       early data kept aside)    judged)
 * </pre>
 *
 * <p>Threads: {@link #unwrap}, {@link #wrap} and all that they call run under the SslConnection's own lock, on whatever
 * thread moves bytes. The step-up that holds the reservation calls the rest, from one thread at a time.
 */
final class NegotiableSslConnection extends SslConnection {
    private static final String TLS_1_2 = "TLSv1.2";

    private final LatchkeySslConnectionFactory factory;
    private final ByteBufferPool pool;
    private final KeptBytes earlyData;
    private final ClientHelloTap helloTap;
    private final RecordWatch records = new RecordWatch();
    private final ProgressWatch progress;
    private final HandshakeScope firstHandshake;
    private final @Nullable Trust trust;
    private final ConnectionIdentity identity;
    private final AtomicReference<@Nullable Object> reservation = new AtomicReference<>();
    private final AtomicInteger resetAndRunning = new AtomicInteger();
    private final CertificateMechanism renegotiation = new Renegotiation(this);
    private final CertificateMechanism postHandshakeAuthentication = new PostHandshakeAuthentication(this);

    private volatile @Nullable HandshakeScope negotiation;
    private volatile boolean renegotiating;
    private volatile boolean firstHandshakeDone;
    /** Whether there is data that the engine has not taken yet. */
    private volatile boolean responseWaits;

    private volatile @Nullable Lingering lingering;

    /**
     * @param trust the trust that the engine was made under, or null if the SSLContext is not one of ours
     * @param hello what the client said, or null if nobody has read it yet
     */
    NegotiableSslConnection(
            LatchkeySslConnectionFactory factory,
            Connector connector,
            EndPoint endPoint,
            SSLEngine engine,
            @Nullable Trust trust,
            @Nullable ClientHello hello) {
        super(
                connector.getByteBufferPool(),
                connector.getExecutor(),
                factory.getSslContextFactory(),
                endPoint,
                engine,
                // On Java's heap, what a native engine writes would be copied once more on its way to the network.
                factory.isDirectBuffersForEncryption() || engine instanceof PostHandshakeAuthenticationEngine,
                factory.isDirectBuffersForDecryption());
        this.factory = factory;
        this.pool = connector.getByteBufferPool();
        this.earlyData = factory.newKeptBytes(this);
        this.progress = new ProgressWatch(endPoint::getIdleTimeout);
        this.firstHandshake =
                HandshakeScope.first(factory.getMaxAuthoritiesSize(), new FirstJudgement(factory, connector, endPoint));
        this.trust = trust;
        this.helloTap = hello == null ? new ClientHelloTap() : ClientHelloTap.done(hello);
        this.identity = new ConnectionIdentity(
                engine,
                factory::currentTrust,
                factory.judgingThreads(),
                trust == null ? new ForgottenSessions() : trust.forgotten(),
                () -> BlockedThreads.whileJudged(factory.getMaxBlockedThreads(), connector, endPoint));
    }

    /** {@return the connection that a request came by, or null if TLS does not end at one of ours} */
    static @Nullable NegotiableSslConnection of(Request request) {
        Connection connection = request.getConnectionMetaData().getConnection();
        EndPoint endPoint = connection == null ? null : connection.getEndPoint();
        while (endPoint != null) {
            if (endPoint instanceof SslEndPoint ssl) {
                return ssl.getSslConnection() instanceof NegotiableSslConnection ours ? ours : null;
            }
            endPoint = endPoint instanceof EndPoint.Wrapper wrapper ? wrapper.unwrap() : null;
        }
        return null;
    }

    LatchkeySslConnectionFactory factory() {
        return factory;
    }

    ByteBufferPool pool() {
        return pool;
    }

    ConnectionIdentity identity() {
        return identity;
    }

    /** {@return how this connection's client is asked, by the TLS version that was negotiated} */
    CertificateMechanism mechanism() {
        return isTls12() ? renegotiation : postHandshakeAuthentication;
    }

    /** Fails where a chain cannot be judged after the handshake: the engine was not made by our SSLContext. */
    void requireDeferredJudgement() throws NegotiationException {
        if (trust == null) {
            throw new JettyNegotiationException(
                    Reason.ENGINE_CANNOT, true, "the SslContextFactory was given an SSLContext of its own", null);
        }
    }

    boolean isTls12() {
        return TLS_1_2.equals(getSSLEngine().getSession().getProtocol());
    }

    /** {@return whether the client knows RFC 5746, as far as its ClientHello was seen} */
    boolean isRenegotiationSecure() {
        ClientHello hello = helloTap.hello();
        return hello != null && hello.secureRenegotiation();
    }

    /** {@return the host that the client named in its ClientHello, as far as it was seen; null if none} */
    @Nullable
    String requestedHost() {
        ClientHello hello = helloTap.hello();
        return hello == null ? null : hello.serverName();
    }

    NegotiableEndPoint negotiableEndPoint() {
        return (NegotiableEndPoint) getSslEndPoint();
    }

    // The reservation: one step-up at a time, and time for a person meanwhile.

    boolean begin(Object stepUp) {
        return reservation.compareAndSet(null, stepUp);
    }

    void end(Object stepUp) {
        reservation.compareAndSet(stepUp, null);
    }

    /**
     * {@inheritDoc}
     *
     * <p>A person who looks for a smart card sends nothing for longer than any idle timeout: while a step-up runs, its
     * own deadlines bound the time. The timer re-arms itself, so the timeout applies again afterwards.
     *
     * <p>A response that waits for the rest of a message fails now, whatever the protocol above makes of the timeout:
     * HTTP/2 would reset the stream first, and wait, timeout after timeout, for a frame that cannot be written either.
     */
    @Override
    public boolean onIdleExpired(TimeoutException timeout) {
        return reservation.get() == null
                && ((responseWaits && progress.isInsideMessage()) || super.onIdleExpired(timeout));
    }

    /** {@return how many requests still run whose HTTP/2 stream we have reset; counted by who resets} */
    AtomicInteger resetAndRunning() {
        return resetAndRunning;
    }

    // The handshake of ours.

    /**
     * Begins a negotiation: application data is kept aside from now on.
     *
     * @param renegotiate whether to let one renegotiation through, until the engine has finished it
     */
    void openHandshake(HandshakeScope scope, boolean renegotiate) {
        records.reset();
        negotiation = scope;
        renegotiating = renegotiate;
    }

    /** Ends what {@link #openHandshake} began, however it ended; early data can be read from now on. */
    void closeHandshake() {
        renegotiating = false;
        negotiation = null;
    }

    /** {@return the server's own certificate on this connection, or null} */
    @Nullable
    X509Certificate serverCertificate() {
        Certificate[] local = getSSLEngine().getSession().getLocalCertificates();
        return local != null && local.length > 0 && local[0] instanceof X509Certificate x509 ? x509 : null;
    }

    /** Keeps application data that came during the handshake. {@return whether there was room} */
    boolean keepEarlyData(ByteBuffer bytes) {
        return earlyData.append(bytes);
    }

    boolean hasEarlyData() {
        return !earlyData.isEmpty();
    }

    long earlyDataSize() {
        return earlyData.size();
    }

    @Override
    public boolean isRenegotiationAllowed() {
        return renegotiating;
    }

    /** {@return no limit: ours are not counted (Jetty's default is 5), and a client's are never allowed} */
    @Override
    public int getRenegotiationLimit() {
        return -1;
    }

    @Override
    protected SSLEngineResult unwrap(SSLEngine engine, ByteBuffer input, ByteBuffer output) throws SSLException {
        int start = input.position();
        if (negotiation != null) {
            records.begins(input);
        }
        SSLEngineResult result;
        try {
            result = engine.unwrap(input, output);
            // A first handshake has Jetty's idle timeout, a negotiation of ours its deadline.
            progress.unwrapped(result, !firstHandshakeDone || negotiation != null, responseWaits);
        } catch (SSLException x) {
            throw quiet(x);
        }
        if (result.bytesConsumed() > 0) {
            if (!helloTap.isDone()) {
                helloTap.consumed(input.duplicate().flip().position(start));
            }
            if (negotiation != null) {
                records.consumed();
            }
        }
        note(result);
        return result;
    }

    @Override
    protected SSLEngineResult wrap(SSLEngine engine, ByteBuffer[] input, ByteBuffer output) throws SSLException {
        try {
            SSLEngineResult result = engine.wrap(input, output);
            progress.wrapped(result, !BufferUtil.isEmpty(input));
            note(result);
            return result;
        } catch (SSLException x) {
            throw quiet(x);
        }
    }

    private void note(SSLEngineResult result) {
        if (result.getHandshakeStatus() != HandshakeStatus.FINISHED) {
            return;
        }
        // From here on a ClientHello is the client's own, even if it lies in the same segment.
        renegotiating = false;
        if (!firstHandshakeDone) {
            firstHandshakeDone = true;
            FirstHandshakeChoice.unmark(getSSLEngine());
            if (trust != null
                    && !FirstHandshakeChoice.isCarriedOver(
                            helloTap.hello(), getSSLEngine().getSession(), factory.getAlternatives())) {
                identity.firstHandshake(firstHandshake, trust, getEndPoint().getCreatedTimeStamp());
            }
        }
    }

    /** A client that breaks off a negotiation is worth a line in the log, which we write; not a stack trace. */
    private SSLException quiet(SSLException x) {
        return reservation.get() == null || x instanceof QuietException ? x : new QuietSslException(x);
    }

    @Override
    protected boolean networkFlush(ByteBuffer output) throws IOException {
        try {
            return super.networkFlush(output);
        } catch (IOException x) {
            throw reservation.get() == null || x instanceof QuietException ? x : new EofException(x);
        }
    }

    /** From when the response has been written, what the client still sends is thrown away. */
    void linger(Lingering after) {
        lingering = after;
    }

    @Override
    public void onFillable() {
        Lingering after = lingering;
        if (after == null || !getSslEndPoint().isOutputShutdown()) {
            super.onFillable();
        } else if (after.discard()) {
            fillInterested();
        }
    }

    @Override
    public void onClose(@Nullable Throwable cause) {
        try {
            super.onClose(cause);
        } finally {
            earlyData.release();
            freeEngine();
            Lingering after = lingering;
            if (after != null) {
                after.end();
            }
        }
    }

    /** Jetty never closes inbound when a client vanishes, and an engine with native memory frees it at both closes. */
    private void freeEngine() {
        SSLEngine engine = getSSLEngine();
        if (engine instanceof PostHandshakeAuthenticationEngine) {
            engine.closeOutbound();
            try {
                engine.closeInbound();
            } catch (SSLException vanished) {
                // The client did not say that it closes; the connection is gone all the same.
            }
        }
    }

    @Override
    protected SslEndPoint newSslEndPoint() {
        return new NegotiableEndPoint();
    }

    private @Nullable HandshakeScope scope() {
        HandshakeScope ours = negotiation;
        return ours != null ? ours : firstHandshakeDone ? null : firstHandshake;
    }

    /** The decrypted side: what the HTTP parser reads, and the identity that requests see. */
    final class NegotiableEndPoint extends SslEndPoint {
        private volatile @Nullable SharedRead sharedRead;

        /** Tells the driver of a negotiation of the next bytes; others may ask meanwhile, and are told too. */
        void awaitBytes(Callback driver) {
            SharedRead read = new SharedRead(driver, getExecutor());
            sharedRead = read;
            fillInterested(read);
        }

        @Override
        public boolean tryFillInterested(Callback reader) {
            SharedRead read = sharedRead;
            if (read == null || !read.join(reader)) {
                return super.tryFillInterested(forNow(reader));
            }
            if (negotiation == null && hasEarlyData()) {
                getFillInterest().fillable();
            }
            return true;
        }

        @Override
        public void fillInterested(Callback reader) {
            super.fillInterested(forNow(reader));
        }

        private Callback forNow(Callback reader) {
            return firstHandshakeDone ? reader : FirstJudgement.blocking(reader);
        }

        /** Reads past the early data, for the one who keeps it. */
        int fillDuringHandshake(ByteBuffer buffer) throws IOException {
            return scopedFill(buffer);
        }

        @Override
        public int fill(ByteBuffer buffer) throws IOException {
            if (negotiation == null) {
                int replayed = earlyData.drainTo(buffer);
                if (replayed > 0) {
                    return replayed;
                }
            }
            return scopedFill(buffer);
        }

        private int scopedFill(ByteBuffer buffer) throws IOException {
            HandshakeScope scope = scope();
            return scope == null ? super.fill(buffer) : scope.run(() -> super.fill(buffer));
        }

        @Override
        public boolean flush(ByteBuffer... buffers) throws IOException {
            boolean hasData = !BufferUtil.isEmpty(buffers);
            HandshakeScope scope = scope();
            try {
                boolean flushed = scope == null ? super.flush(buffers) : scope.run(() -> super.flush(buffers));
                if (hasData) {
                    responseWaits = !BufferUtil.isEmpty(buffers);
                }
                return flushed;
            } catch (SSLException x) {
                throw x;
            } catch (IOException x) {
                // Jetty's "Broken pipe" to who writes when TLS is closed: the client left, which is worth no warning.
                throw x instanceof QuietException ? x : new EofException(x);
            }
        }

        @Override
        protected void needsFillInterest() {
            if (negotiation == null && hasEarlyData()) {
                getExecutor().execute(() -> getFillInterest().fillable());
            } else {
                super.needsFillInterest();
            }
        }

        @Override
        public boolean isInputShutdown() {
            return !hasEarlyData() && super.isInputShutdown();
        }

        /**
         * {@inheritDoc}
         *
         * <p>Made anew for each request, because the identity changes; Jetty keeps the first one for ever.
         */
        @Override
        public SslSessionData getSslSessionData() {
            if (trust == null) {
                return super.getSslSessionData(); // the engine judged by a trust that is not ours to know
            }
            Proof proven = identity.proof();
            return proven == null ? sessionDataWith(() -> null) : sessionDataWith(() -> visible(proven));
        }

        /** {@return what a request may see to which a proof was accepted, by whatever rule} */
        SslSessionData sessionDataWith(Supplier<@Nullable Proof> proof) {
            return new ShownSessionData(getSSLEngine().getSession(), proof);
        }

        /** A request sees what was proven before it began, or nobody. */
        @SuppressWarnings("ReferenceEquality") // the very same proof: the same chain may have been proven anew
        private @Nullable Proof visible(Proof proven) {
            Judged judged = identity.awaitVisible(factory.getDeadline());
            return judged != null && judged.proof() == proven ? proven : null;
        }
    }
}
