package dev.latchkey.openssl;

import dev.latchkey.jetty.PostHandshakeAuthenticationEngine.State;
import dev.latchkey.openssl.PendingCertificateRequest.Event;
import java.lang.foreign.MemorySegment;
import java.security.cert.CertificateException;
import java.security.cert.X509Certificate;
import java.util.Collection;
import java.util.List;
import javax.net.ssl.SSLException;
import javax.security.auth.x500.X500Principal;
import org.jspecify.annotations.Nullable;

/**
 * Post-handshake authentication (RFC 8446, section 4.6.2): asks OpenSSL to ask, and puts its settings back afterwards.
 *
 * <p>Guarded by the engine's lock.
 */
final class CertificateRequests {
    private static final int VERIFY_POST_HANDSHAKE = 0x08;
    private static final int NO_KEY_UPDATE = -1;
    private static final int EXTENSION_POST_HANDSHAKE_AUTH = 49;

    private final EngineSettings settings;
    private final Authorities usual;
    private final PendingCertificateRequest request = new PendingCertificateRequest();
    private boolean offered;

    CertificateRequests(EngineSettings settings, Authorities usual) {
        this.settings = settings;
        this.usual = usual;
    }

    PendingCertificateRequest request() {
        return request;
    }

    /** A ClientHello is being read: looks for the offer, before OpenSSL lets go of it. */
    void onClientHello(long ssl) {
        MemorySegment none = MemorySegment.NULL;
        offered = LibSsl.SSL_client_hello_get0_ext(ssl, EXTENSION_POST_HANDSHAKE_AUTH, none, none) == 1;
    }

    boolean isOffered() {
        return offered && !settings.isClient();
    }

    /** Queues a CertificateRequest. If OpenSSL refuses, nothing was sent and all is as before. */
    void send(long ssl, @Nullable Collection<X500Principal> authorities) throws SSLException {
        if (authorities == null) {
            usual.apply(ssl);
        } else {
            LibSsl.SSL_set_client_CA_list(ssl, Certificates.namesToNative(authorities));
        }
        LibSsl.SSL_set_verify(ssl, EngineSettings.VERIFY_PEER | VERIFY_POST_HANDSHAKE, MemorySegment.NULL);
        LibSsl.SSL_set_msg_callback(ssl, Upcalls.MESSAGE);
        if (LibSsl.SSL_get_key_update_type(ssl) != NO_KEY_UPDATE) {
            // The client's KeyUpdate wants one of ours, which goes with what is written next; and then OpenSSL is done,
            // and leaves the request unsent. Writing nothing sends it.
            LibSsl.SSL_write(ssl, MemorySegment.NULL, 0);
            SslError.clear();
        }
        if (LibSsl.SSL_verify_client_post_handshake(ssl) != 1 || LibSsl.SSL_do_handshake(ssl) != 1) {
            SslError error = SslError.drain();
            restore(ssl);
            throw new SSLException("No certificate can be asked for: " + error.text());
        }
        request.on(Event.REQUESTED);
    }

    /** A record was taken without a fatal error; true when an answer is complete with it. */
    boolean onRecordTaken(long ssl) {
        boolean finished = request.isPending() && request.on(Event.RECORD_TAKEN);
        if (finished) {
            restore(ssl);
        }
        return finished;
    }

    /** The connection failed or was closed; its SSL goes with it, so there is nothing to put back. */
    void onFailure() {
        request.on(Event.FAILURE);
    }

    /** The answer has a chain; true when there is an answer pending, whose verdict is kept and ends nothing. */
    boolean onChain(List<X509Certificate> chain, @Nullable CertificateException verdict) {
        if (request.isPending()) {
            request.keep(chain, verdict);
        }
        return request.isPending();
    }

    boolean isUntrusted() {
        return request.state() == State.FINISHED && request.untrusted().isPresent();
    }

    private void restore(long ssl) {
        settings.applyVerify(ssl);
        LibSsl.SSL_set_msg_callback(ssl, MemorySegment.NULL);
        LibSsl.SSL_set_client_CA_list(ssl, 0);
    }
}
