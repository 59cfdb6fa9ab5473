package dev.latchkey.openssl;

import java.lang.foreign.MemorySegment;
import javax.net.ssl.SSLHandshakeException;

/**
 * Renegotiation on TLS 1.2 (RFC 5746): lets ours through and no other.
 *
 * <p>OpenSSL's switch blocks both sides' alike, so it is lifted from our HelloRequest to the end of the handshake that
 * answers it. That end is seen by the messages: OpenSSL reports the bare HelloRequest as a complete handshake. Guarded
 * by the engine's lock.
 */
final class Renegotiation {
    /** Where ours is. */
    private enum Stage {
        NONE,
        /** Asked for; the peer's ClientHello did not come yet, application data may. */
        REQUESTED,
        /** Under way. */
        STARTED
    }

    private static final int GET_SECURE_RENEGOTIATION_SUPPORT = 76;
    private static final int MOST_REFUSALS = 3;

    private final EngineSettings settings;
    private Stage stage = Stage.NONE;
    private int refusals;

    Renegotiation(EngineSettings settings) {
        this.settings = settings;
    }

    boolean isPending() {
        return stage != Stage.NONE;
    }

    boolean isStarted() {
        return stage == Stage.STARTED;
    }

    /**
     * Queues our HelloRequest, or as a client our ClientHello.
     *
     * @return the result of OpenSSL's call, as {@code SSL_do_handshake} has it
     * @throws SSLHandshakeException if the peer cannot renegotiate safely; nothing is changed
     */
    int start(long ssl) throws SSLHandshakeException {
        if (LibSsl.SSL_ctrl(ssl, GET_SECURE_RENEGOTIATION_SUPPORT, 0, MemorySegment.NULL) == 0) {
            throw new SSLHandshakeException("The peer does not support secure renegotiation (RFC 5746)");
        }
        LibSsl.SSL_clear_options(ssl, ContextHandle.OPTION_NO_RENEGOTIATION);
        settings.applyVerify(ssl);
        LibSsl.SSL_set_msg_callback(ssl, Upcalls.MESSAGE);
        stage = settings.isClient() ? Stage.STARTED : Stage.REQUESTED;
        return LibSsl.SSL_renegotiate(ssl) == 1 ? LibSsl.SSL_do_handshake(ssl) : -1;
    }

    /** The peer's ClientHello came. */
    void onClientHello() {
        if (stage == Stage.REQUESTED) {
            stage = Stage.STARTED;
        }
    }

    /** We are a client, and the server's HelloRequest was answered. */
    void onPeersRequest() {
        stage = Stage.STARTED;
    }

    void finish(long ssl) {
        stage = Stage.NONE;
        LibSsl.SSL_set_msg_callback(ssl, MemorySegment.NULL);
        if (!settings.isClient()) {
            LibSsl.SSL_set_options(ssl, ContextHandle.OPTION_NO_RENEGOTIATION);
        }
    }

    /** OpenSSL has refused the peer's, and said so; true when it was once too often, for some ask in a loop. */
    boolean onRefused() {
        return ++refusals > MOST_REFUSALS;
    }
}
