package dev.latchkey.openssl;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import org.jspecify.annotations.Nullable;

/**
 * What one connection puts into its TLS 1.3 session tickets (RFC 8446 section 4.6.1) and takes out of one that came.
 *
 * <p>OpenSSL makes a ticket of a session that is the connection's own: one that it made, or a copy of what it decrypted.
 * Guarded by the engine's lock.
 */
final class Tickets {
    /** A full handshake, and no new ticket for this one. */
    static final int IGNORE = 1;

    private static final int IGNORE_AND_RENEW = 2;
    private static final int USE = 3;
    private static final int USE_AND_RENEW = 4;
    private static final int STATUS_SUCCESS = 5;
    private static final int STATUS_SUCCESS_RENEW = 6;

    private final SessionIdentity identity;
    private final KeptSessions settings;
    private final EndedSessions ended;

    Tickets(SessionIdentity identity, KeptSessions settings, EndedSessions ended) {
        this.identity = identity;
        this.settings = settings;
        this.ended = ended;
    }

    /** Upcall: a ticket is about to be made of the connection's session. */
    void onMade(long ssl) {
        byte[] encoded = identity.ticketData(ssl).encode();
        long session = LibSsl.SSL_get_session(ssl);
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment bytes = arena.allocateFrom(ValueLayout.JAVA_BYTE, encoded);
            LibSslContext.SSL_SESSION_set1_ticket_appdata(session, bytes, encoded.length);
        }
        int timeout = settings.timeout();
        LibSslContext.SSL_SESSION_set_timeout(session, timeout == 0 ? Integer.MAX_VALUE : timeout);
    }

    /** Upcall: a ticket came, and OpenSSL read it or could not. On TLS 1.2 none is taken, and none given for it. */
    int onRead(long ssl, long session, int status) {
        if (LibSsl.SSL_version(ssl) != Protocols.number(Protocols.TLS_1_3)) {
            return IGNORE;
        }
        if (status != STATUS_SUCCESS && status != STATUS_SUCCESS_RENEW) {
            return IGNORE_AND_RENEW;
        }
        TicketData data = read(session);
        if (data == null || ended.contains(data)) {
            return IGNORE_AND_RENEW;
        }
        return status == STATUS_SUCCESS ? USE : USE_AND_RENEW;
    }

    /** Our data in a session, or null when it has none. */
    static @Nullable TicketData read(long session) {
        if (session == 0) {
            return null;
        }
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment data = arena.allocate(ValueLayout.JAVA_LONG);
            MemorySegment length = arena.allocate(ValueLayout.JAVA_LONG);
            LibSslContext.SSL_SESSION_get0_ticket_appdata(session, data, length);
            long address = data.get(ValueLayout.JAVA_LONG, 0);
            long size = length.get(ValueLayout.JAVA_LONG, 0);
            return address == 0 || size == 0
                    ? null
                    : TicketData.decode(Native.bytes(address, size).toArray(ValueLayout.JAVA_BYTE));
        }
    }
}
