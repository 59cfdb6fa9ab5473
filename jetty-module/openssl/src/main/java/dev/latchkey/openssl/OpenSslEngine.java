package dev.latchkey.openssl;

import dev.latchkey.jetty.PostHandshakeAuthenticationEngine;
import java.lang.ref.Reference;
import java.nio.ByteBuffer;
import java.nio.ReadOnlyBufferException;
import java.security.cert.CertificateException;
import java.security.cert.X509Certificate;
import java.util.Collection;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.BiFunction;
import java.util.function.Supplier;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLEngineResult;
import javax.net.ssl.SSLEngineResult.HandshakeStatus;
import javax.net.ssl.SSLException;
import javax.net.ssl.SSLKeyException;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.SSLSession;
import javax.security.auth.x500.X500Principal;
import org.jspecify.annotations.Nullable;

/**
 * An {@link SSLEngine} on OpenSSL: the lock, the settings, and the checks of what callers give; the rest is
 * {@link TlsConnection}'s.
 *
 * <p>One lock serves all methods, so any thread may call any of them at any time. There are no delegated tasks: key and
 * trust managers run inside {@code wrap} and {@code unwrap}, on the caller's thread and under the lock; they may ask
 * this engine for its settings and sessions, but not move data through it.
 */
final class OpenSslEngine extends SSLEngine implements PostHandshakeAuthenticationEngine {
    private final ReentrantLock lock = new ReentrantLock();
    private final EngineSettings settings;
    private final OpenSslContext context;
    private final SSLSession nullSession;
    private @Nullable OpenSslSession session;
    private @Nullable TlsConnection connection;
    private boolean busy;

    OpenSslEngine(OpenSslContext context, @Nullable String peerHost, int peerPort) {
        super(peerHost, peerPort);
        this.context = context;
        this.settings = new EngineSettings(context.engineGetDefaultSSLParameters(), peerHost);
        this.nullSession = new OpenSslSession(context, false, peerHost, peerPort, OpenSslSession.NO_CONNECTION);
    }

    // ---- data

    @Override
    public SSLEngineResult wrap(ByteBuffer @Nullable [] sources, int offset, int length, ByteBuffer destination)
            throws SSLException {
        if (destination == null) {
            throw new IllegalArgumentException("destination is null");
        }
        requireBuffers(sources, offset, length, false);
        if (destination.isReadOnly()) {
            throw new ReadOnlyBufferException();
        }
        return moving(c -> c.wrap(Objects.requireNonNull(sources), offset, length, destination));
    }

    @Override
    public SSLEngineResult unwrap(ByteBuffer source, ByteBuffer @Nullable [] destinations, int offset, int length)
            throws SSLException {
        if (source == null) {
            throw new IllegalArgumentException("source is null");
        }
        requireBuffers(destinations, offset, length, true);
        return moving(c -> c.unwrap(source, Objects.requireNonNull(destinations), offset, length));
    }

    private static void requireBuffers(ByteBuffer @Nullable [] buffers, int offset, int length, boolean writable) {
        if (buffers == null) {
            throw new IllegalArgumentException("the array of buffers is null");
        }
        Objects.checkFromIndexSize(offset, length, buffers.length);
        for (int i = offset; i < offset + length; i++) {
            if (buffers[i] == null) {
                throw new IllegalArgumentException("buffer " + i + " is null");
            }
            if (writable && buffers[i].isReadOnly()) {
                throw new ReadOnlyBufferException();
            }
        }
    }

    @Override
    public void beginHandshake() throws SSLException {
        moving(c -> {
            if (c.isStarted()) {
                c.startAgain();
            } else {
                c.start();
            }
            return true;
        });
    }

    @Override
    public void closeOutbound() {
        StackRoom.require();
        change(() -> connection().closeOutbound());
    }

    @Override
    public void closeInbound() throws SSLException {
        StackRoom.require();
        lock.lock();
        try {
            connection().closeInbound();
        } finally {
            unlock();
        }
    }

    @Override
    public boolean isInboundDone() {
        return locked(() -> connection != null && connection.isInboundDone());
    }

    @Override
    public boolean isOutboundDone() {
        return locked(() -> connection != null && connection.isOutboundDone());
    }

    @Override
    public HandshakeStatus getHandshakeStatus() {
        return locked(() -> connection == null ? HandshakeStatus.NOT_HANDSHAKING : connection.status());
    }

    /** Always null: there are none. */
    @Override
    public @Nullable Runnable getDelegatedTask() {
        return null;
    }

    // ---- sessions

    @Override
    public SSLSession getSession() {
        return locked(() -> {
            OpenSslSession made = session;
            return made != null && connection != null && connection.isEstablished() ? made : nullSession;
        });
    }

    @Override
    public @Nullable SSLSession getHandshakeSession() {
        return locked(() -> connection != null && connection.isNegotiating() ? session : null);
    }

    // ---- post-handshake authentication

    @Override
    public boolean canRequestCertificate() {
        return locked(() -> connection != null && connection.canRequestCertificate());
    }

    @Override
    public void requestCertificate(@Nullable Collection<X500Principal> authorities) throws SSLException {
        moving(c -> {
            c.requestCertificate(authorities);
            return true;
        });
    }

    @Override
    public State certificateRequestState() {
        return locked(
                () -> connection == null ? State.NONE : connection.request().state());
    }

    @Override
    public boolean isInsideMessage() {
        return locked(() -> connection != null && connection.isInsideMessage());
    }

    @Override
    public List<X509Certificate> receivedCertificates() {
        return locked(
                () -> connection == null ? List.of() : connection.request().chain());
    }

    @Override
    public Optional<CertificateException> untrustedReason() {
        return locked(() ->
                connection == null ? Optional.empty() : connection.request().untrusted());
    }

    /** As a client: offer post-handshake authentication; before the handshake. */
    void offerPostHandshakeAuthentication(boolean offer) {
        change(() -> settings.offerPostHandshakeAuthentication(offer));
    }

    /** The {@code SSL}, for tests that make a peer misbehave. */
    long nativeAddressForTests() {
        return locked(() -> connection().nativeAddress());
    }

    // ---- settings

    @Override
    public SSLParameters getSSLParameters() {
        return locked(() -> EngineSettings.copy(settings.parameters()));
    }

    @Override
    public void setSSLParameters(SSLParameters parameters) {
        change(() -> settings.setParameters(parameters));
    }

    @Override
    public String[] getSupportedCipherSuites() {
        return OpenSslContext.supportedCipherSuites();
    }

    @Override
    public String[] getEnabledCipherSuites() {
        return locked(() -> settings.parameters().getCipherSuites());
    }

    @Override
    public void setEnabledCipherSuites(String[] suites) {
        change(() -> settings.setCipherSuites(suites));
    }

    @Override
    public String[] getSupportedProtocols() {
        return Protocols.SUPPORTED.toArray(String[]::new);
    }

    @Override
    public String[] getEnabledProtocols() {
        return locked(() -> settings.parameters().getProtocols());
    }

    @Override
    public void setEnabledProtocols(String[] protocols) {
        change(() -> settings.setProtocols(protocols));
    }

    @Override
    public void setUseClientMode(boolean mode) {
        change(() -> {
            if (connection != null && connection.isStarted() && mode != settings.isClient()) {
                throw new IllegalArgumentException("Cannot change mode after SSL traffic has started");
            }
            settings.setClient(mode);
        });
    }

    @Override
    public boolean getUseClientMode() {
        return locked(settings::isClient);
    }

    @Override
    public void setNeedClientAuth(boolean need) {
        change(() -> settings.parameters().setNeedClientAuth(need));
    }

    @Override
    public boolean getNeedClientAuth() {
        return locked(() -> settings.parameters().getNeedClientAuth());
    }

    @Override
    public void setWantClientAuth(boolean want) {
        change(() -> settings.parameters().setWantClientAuth(want));
    }

    @Override
    public boolean getWantClientAuth() {
        return locked(() -> settings.parameters().getWantClientAuth());
    }

    /** Kept, but without effect: a client of ours never resumes and a server always may. */
    @Override
    public void setEnableSessionCreation(boolean flag) {
        change(() -> settings.setSessionCreation(flag));
    }

    @Override
    public boolean getEnableSessionCreation() {
        return locked(settings::isSessionCreation);
    }

    @Override
    public @Nullable String getApplicationProtocol() {
        return locked(() -> connection != null && connection.isEstablished()
                ? connection.alpn().selected()
                : null);
    }

    @Override
    public @Nullable String getHandshakeApplicationProtocol() {
        return locked(() -> connection != null && connection.isNegotiating()
                ? connection.alpn().selected()
                : null);
    }

    @Override
    public void setHandshakeApplicationProtocolSelector(
            @Nullable BiFunction<SSLEngine, List<String>, String> selector) {
        change(() -> settings.setAlpnSelector(selector));
    }

    @Override
    public @Nullable BiFunction<SSLEngine, List<String>, String> getHandshakeApplicationProtocolSelector() {
        return locked(settings::alpnSelector);
    }

    @Override
    public String toString() {
        return "OpenSslEngine@" + Integer.toHexString(hashCode()) + "[" + getHandshakeStatus() + ", "
                + getSession().getProtocol() + "]";
    }

    // ---- the lock

    /** What moves data, and so must not be called from inside itself. */
    @FunctionalInterface
    private interface Move<T> {
        T on(TlsConnection connection) throws SSLException;
    }

    private <T> T moving(Move<T> move) throws SSLException {
        StackRoom.require();
        lock.lock();
        try {
            if (busy) {
                throw new IllegalStateException("A key or trust manager must not move data through its engine");
            }
            if (!settings.isModeSet()) {
                throw new IllegalStateException("Client/Server mode has not yet been set.");
            }
            busy = true;
            try {
                // What another user of this library left on this thread is not ours.
                SslError.clear();
                return move.on(connection());
            } finally {
                busy = false;
            }
        } finally {
            unlock();
        }
    }

    private <T extends @Nullable Object> T locked(Supplier<T> question) {
        lock.lock();
        try {
            return question.get();
        } finally {
            unlock();
        }
    }

    private void change(Runnable change) {
        lock.lock();
        try {
            change.run();
        } finally {
            unlock();
        }
    }

    private void unlock() {
        try {
            lock.unlock();
        } finally {
            // The cleaner must not free the SSL while a call of ours is in it.
            Reference.reachabilityFence(this);
        }
    }

    /** What a session asks of its connection, under the lock. */
    private final class LockedConnection implements OpenSslSession.Connection {
        @Override
        public void endSessions() {
            change(() -> connection().endSessions());
        }

        @Override
        public byte[] exportKeyingMaterial(String label, byte @Nullable [] context, int length) throws SSLKeyException {
            lock.lock();
            try {
                if (!connection().isEstablished()) {
                    throw new IllegalStateException("The handshake is not complete");
                }
                return KeyingMaterial.export(connection().nativeAddress(), label, context, length);
            } finally {
                unlock();
            }
        }
    }

    private TlsConnection connection() {
        TlsConnection made = connection;
        if (made == null) {
            OpenSslSession own = new OpenSslSession(
                    context, settings.isClient(), getPeerHost(), getPeerPort(), new LockedConnection());
            made = new TlsConnection(this, context, settings, own);
            session = own;
            connection = made;
        }
        return made;
    }
}
