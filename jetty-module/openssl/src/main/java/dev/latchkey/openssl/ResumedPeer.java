package dev.latchkey.openssl;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.security.cert.CertificateException;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Reads out of a connection's native TLS session who the peer is.
 *
 * <p>In a resumption the trust manager is not asked, so only a chain that it accepted before is shown; whether it still
 * holds is the server's to decide. Used under the engine's lock.
 */
final class ResumedPeer {
    private static final long VERIFIED = 0;

    private ResumedPeer() {}

    /** The chain of a resumed session: the leaf as OpenSSL kept it, the rest as we did. Without our part, none. */
    static List<X509Certificate> chain(long ssl, @Nullable TicketData data) {
        long leaf = LibSsl.SSL_get0_peer_certificate(ssl);
        if (data == null || leaf == 0 || (int) LibSsl.SSL_get_verify_result(ssl) != VERIFIED) {
            return List.of();
        }
        try {
            List<X509Certificate> chain = new ArrayList<>();
            chain.add(Certificates.toJava(leaf));
            chain.addAll(data.intermediates());
            return List.copyOf(chain);
        } catch (CertificateException e) {
            return List.of();
        }
    }

    /** The identifier that the server sent; null when it sent none. */
    static @Nullable SessionId sessionId(long ssl) {
        long session = LibSsl.SSL_get_session(ssl);
        if (session == 0) {
            return null;
        }
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment length = arena.allocate(ValueLayout.JAVA_INT);
            long id = LibSslContext.SSL_SESSION_get_id(session, length);
            int size = length.get(ValueLayout.JAVA_INT, 0);
            return size == 0 ? null : SessionId.of(Native.bytes(id, size).toArray(ValueLayout.JAVA_BYTE));
        }
    }
}
