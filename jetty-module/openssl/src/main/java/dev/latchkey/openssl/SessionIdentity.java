package dev.latchkey.openssl;

import java.security.cert.X509Certificate;
import java.util.List;
import java.util.concurrent.ThreadLocalRandom;
import org.jspecify.annotations.Nullable;

/**
 * Who the two ends of one connection are, and so what its TLS session and its tickets say.
 *
 * <p>Guarded by the engine's lock.
 */
final class SessionIdentity {
    private final OpenSslContext context;
    private final KeySelector keySelector;
    private final ServerNames serverNames;
    private long family = ThreadLocalRandom.current().nextLong();
    private long created = System.currentTimeMillis();
    /** What the peer sent on this connection, empty if that was "none"; null when it was not asked yet. */
    private @Nullable List<X509Certificate> received;
    /** Our chain as a resumed session had it; no certificate is chosen then. */
    private List<X509Certificate> resumedLocal = List.of();

    SessionIdentity(OpenSslContext context, KeySelector keySelector, ServerNames serverNames) {
        this.context = context;
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

    /** What is known while the first handshake runs. */
    SessionState unfinished(long ssl) {
        return state(ssl, SessionState.NULL.id(), List.of(), List.of());
    }

    /** What holds after a handshake, the first one or a renegotiation. */
    SessionState finished(long ssl, boolean resumed) {
        byte[] id = ResumedPeer.sessionId(ssl);
        if (!resumed) {
            return state(ssl, id, received(), keySelector.used(ssl));
        }
        TicketData data = Tickets.read(LibSsl.SSL_get_session(ssl));
        if (data != null) {
            family = data.family();
            created = data.created();
        }
        resumedLocal = context.chainOf(data == null ? -1 : data.localChain());
        return state(ssl, id, ResumedPeer.chain(ssl, data), resumedLocal);
    }

    private SessionState state(long ssl, byte[] id, List<X509Certificate> peer, List<X509Certificate> local) {
        String protocol = Protocols.name(LibSsl.SSL_version(ssl));
        String suite = CipherSuites.instance().nameOf(LibSsl.SSL_get_current_cipher(ssl));
        return new SessionState(protocol, suite, id, peer, local, serverNames.requested(), family, created);
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
        return new TicketData(family, created, local, intermediates);
    }
}
