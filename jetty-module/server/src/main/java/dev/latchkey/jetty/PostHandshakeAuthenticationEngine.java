package dev.latchkey.jetty;

import java.security.cert.CertificateException;
import java.security.cert.X509Certificate;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import javax.net.ssl.SSLException;
import javax.security.auth.x500.X500Principal;
import org.jspecify.annotations.Nullable;

/**
 * What a TLS engine adds that can ask its client for a certificate after the handshake (RFC 8446, section 4.6.2).
 *
 * <p>A server casts its {@link javax.net.ssl.SSLEngine} to this and uses it so: {@link #requestCertificate} queues the
 * CertificateRequest, {@code wrap} sends it, {@code unwrap} takes the answer, which may come in any number of records
 * and between records of application data, and {@link #certificateRequestState()} says how far it is. Nothing of the
 * answer is visible before {@link State#FINISHED}, that is, before the client's Finished was verified.
 *
 * <p>Safe for any thread; each method holds the engine's lock for a moment and does no I/O.
 */
public interface PostHandshakeAuthenticationEngine {
    /** How far the last request is. */
    enum State {
        /** Nothing was asked for on this connection. */
        NONE,
        /** The CertificateRequest is queued or sent; no answer yet. */
        SENT,
        /** The client's Certificate came; its Finished did not come yet, or is not verified yet. */
        CERTIFICATE_SEEN,
        /** The client's Finished was verified: the answer stands. It may be "no certificate". */
        FINISHED,
        /** The answer was wrong, or the connection ended first. The identity from before is unchanged. */
        FAILED;

        /** Whether an answer is awaited. */
        public boolean isPending() {
            return this == SENT || this == CERTIFICATE_SEEN;
        }
    }

    /**
     * Whether a certificate can be asked for on this connection, now or after the pending request.
     *
     * @return true when the handshake is complete, the protocol is TLS 1.3, this is the server, the client offered the
     *     extension {@code post_handshake_auth}, and the connection is open in both directions
     */
    boolean canRequestCertificate();

    /**
     * Asks the client for a certificate. It may be called again after an answer, which then replaces the one before.
     *
     * @param authorities the names of the CAs to send, empty for none, or null for those of the trust manager
     * @throws IllegalStateException if a request is pending
     * @throws SSLException if {@link #canRequestCertificate()} is false; nothing was sent and the connection is as it
     *     was, unless the exception says that it is closed
     */
    void requestCertificate(@Nullable Collection<X500Principal> authorities) throws SSLException;

    /**
     * Whether the peer has begun a handshake message, or an answer of several, and what came of it is not whole: a
     * Certificate whose Finished is to come, a KeyUpdate without its end. Until it is whole nothing can be written on
     * this connection: {@code wrap} takes no data, and the handshake status is {@code NEED_UNWRAP}. To close then is to
     * abort: a fatal alert is sent and no close_notify.
     *
     * <p>Together with {@link State#SENT} it tells an answer that has begun from one of which nothing came yet.
     *
     * @return false before the first handshake is complete, and when the connection is closed in either direction
     */
    boolean isInsideMessage();

    /** How far the last request is; never null. */
    State certificateRequestState();

    /**
     * The certificates of the finished answer, the client's own first, trusted or not.
     *
     * @return empty when the client has none to give, when the engine took none of what it gave (then there is an
     *     {@link #untrustedReason()}), and as long as the state is not {@link State#FINISHED}
     */
    List<X509Certificate> receivedCertificates();

    /**
     * Why the trust manager did not accept the chain of the finished answer, or why the engine did not ask it: too many
     * certificates, or too large, or one that Java cannot read. A chain that is not accepted is no
     * identity: the engine's session does not show it, now or when it is resumed.
     *
     * @return empty when it was accepted, when there is none, and as long as the state is not {@link State#FINISHED}
     */
    Optional<CertificateException> untrustedReason();
}
