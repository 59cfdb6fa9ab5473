package dev.latchkey.openssl;

import java.security.cert.X509Certificate;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Who the two ends of one connection are, and so what its TLS session and its tickets say.
 *
 * <p>A full handshake begins a session, so does the answer to a post-handshake request: another name, another age. What
 * proved nothing anew must not look younger, and what was proved anew is not what was forgotten. Guarded by the engine's
 * lock.
 */
final class SessionIdentity {
    /** A connection that began more sessions than this ends the oldest. */
    private static final int MOST_SESSIONS = 32;

    private final OpenSslContext context;
    private final KeptSessions kept;
    private final KeySelector keySelector;
    private final ServerNames serverNames;
    private final Deque<SessionId> sessions = new ArrayDeque<>(1);
    private SessionId id = SessionId.random();
    private long created = System.currentTimeMillis();
    /** What came with the session that OpenSSL looks at, on TLS 1.2; it may refuse that session. */
    private @Nullable TicketData found;
    /** What the peer sent on this connection, empty if that was "none"; null when it was not asked yet. */
    private @Nullable List<X509Certificate> received;
    /** Our chain as a resumed session had it; no certificate is chosen then. */
    private List<X509Certificate> resumedLocal = List.of();

    SessionIdentity(OpenSslContext context, KeySelector keySelector, ServerNames serverNames) {
        this.context = context;
        this.kept = context.keptSessions();
        this.keySelector = keySelector;
        this.serverNames = serverNames;
    }

    /** The peer is asked, or answered: what it sent before does not count any more. */
    void expectChain() {
        received = List.of();
    }

    void receive(List<X509Certificate> chain) {
        received = List.copyOf(chain);
    }

    List<X509Certificate> received() {
        return received == null ? List.of() : received;
    }

    /** The server keeps the session that the client named. */
    void find(TicketData data) {
        found = data;
    }

    /** A new session begins on this connection; the server may have named it. */
    void begin(@Nullable SessionId given) {
        called(given == null ? SessionId.random() : given, Math.max(System.currentTimeMillis(), created + 1));
    }

    private void called(SessionId newId, long newCreated) {
        id = newId;
        created = newCreated;
        sessions.add(newId);
        if (sessions.size() > MOST_SESSIONS) {
            end(sessions.remove());
        }
    }

    private void end(SessionId ended) {
        context.endedSessions().add(ended);
        kept.remove(ended);
    }

    /** Nothing that this connection was so far is resumed any more. */
    void end() {
        sessions.forEach(this::end);
        while (sessions.size() > 1) {
            sessions.remove();
        }
    }

    /** The connection failed: what the server keeps of it is thrown away (RFC 5246 section 7.2.2). */
    void fail() {
        sessions.forEach(kept::remove);
    }

    /** What is known while the first handshake runs. */
    SessionState unfinished(long ssl) {
        return state(ssl, null, List.of(), List.of());
    }

    /** What holds after a handshake, the first one or a renegotiation. */
    SessionState finished(long ssl, boolean resumed) {
        boolean older = LibSsl.SSL_version(ssl) == Protocols.number(Protocols.TLS_1_2);
        if (!resumed) {
            if (older) {
                begin(ResumedPeer.sessionId(ssl));
            } else {
                called(id, created); // As it is in the ticket that was made meanwhile.
            }
            return state(ssl, id, received(), keySelector.used(ssl));
        }
        TicketData data = older ? found : Tickets.read(LibSsl.SSL_get_session(ssl));
        if (data == null) {
            begin(null);
        } else {
            called(data.id(), data.created());
        }
        resumedLocal = context.chainOf(data == null ? -1 : data.localChain());
        return state(ssl, id, ResumedPeer.chain(ssl, data), resumedLocal);
    }

    /** What holds after the answer to a post-handshake request. */
    SessionState answered(SessionState before) {
        return new SessionState(
                before.protocol(),
                before.cipherSuite(),
                id,
                received(),
                before.localCertificates(),
                before.requestedNames(),
                created);
    }

    private SessionState state(
            long ssl, @Nullable SessionId name, List<X509Certificate> peer, List<X509Certificate> local) {
        String protocol = Protocols.name(LibSsl.SSL_version(ssl));
        String suite = CipherSuites.instance().nameOf(LibSsl.SSL_get_current_cipher(ssl));
        return new SessionState(protocol, suite, name, peer, local, serverNames.requested(), created);
    }

    /** What a ticket carries; that of a resumed session stays as it is until the peer sends a new chain. */
    TicketData ticketData(long ssl) {
        TicketData old = received == null ? Tickets.read(LibSsl.SSL_get_session(ssl)) : null;
        if (old != null) {
            return old;
        }
        List<X509Certificate> chain = received();
        List<X509Certificate> intermediates = chain.isEmpty() ? chain : chain.subList(1, chain.size());
        List<X509Certificate> used = keySelector.used(ssl);
        int local = context.numberOf(used.isEmpty() ? resumedLocal : used);
        return new TicketData(id, created, local, intermediates);
    }
}
