package dev.latchkey.openssl;

import java.lang.foreign.ValueLayout;
import org.jspecify.annotations.Nullable;

/**
 * How one connection resumes a TLS 1.2 session: by its identifier (RFC 5246 section 7.3), never by a ticket.
 *
 * <p>TLS 1.2 tickets are not given: in a renegotiation OpenSSL could not renew them, which GnuTLS takes for an error, and
 * a ticket of TLS 1.2 shows all traffic of its session to who gets the server's ticket key later. Guarded by the
 * engine's lock.
 */
final class Resumption {
    private final SessionIdentity identity;
    private final KeptSessions kept;
    private final EndedSessions ended;

    Resumption(SessionIdentity identity, KeptSessions kept, EndedSessions ended) {
        this.identity = identity;
        this.kept = kept;
        this.ended = ended;
    }

    /** A full handshake is complete: keeps its session. The native one stays this connection's own. */
    void keep(long ssl, SessionState state) {
        SessionId id = state.id();
        if (id != null) {
            byte[] session = Certificates.encode(LibSsl.SSL_get_session(ssl), LibSslContext::i2d_SSL_SESSION);
            kept.keep(id, session, identity.ticketData(ssl));
        }
    }

    /** Upcall: a client named this session. A new native object that the caller owns, or 0. */
    long onWanted(long id, int length, long shared) {
        Native.bytes(shared, Integer.BYTES).set(ValueLayout.JAVA_INT, 0, 0);
        KeptSessions.Kept found =
                kept.find(SessionId.of(Native.bytes(id, length).toArray(ValueLayout.JAVA_BYTE)));
        TicketData data = found == null ? null : usable(found);
        if (found == null || data == null) {
            return 0;
        }
        identity.find(data);
        return Certificates.decode(found.session(), LibSslContext::d2i_SSL_SESSION);
    }

    private @Nullable TicketData usable(KeptSessions.Kept found) {
        TicketData data = TicketData.decode(found.data());
        return data == null || ended.contains(data) ? null : data;
    }
}
