package dev.latchkey.openssl;

import java.util.LinkedHashSet;
import java.util.Set;

/**
 * TLS sessions that must not be resumed any more, although their tickets are still good: the server keeps no list of
 * tickets, so it keeps one of what it ended. Those that it keeps by identifier are looked up here, too.
 *
 * <p>Bounded: when it is full, all sessions that began before that moment are ended instead, which costs their clients
 * a full handshake and nothing else. Safe for any thread.
 */
final class EndedSessions {
    private final int most;
    private final Set<SessionId> ids = new LinkedHashSet<>();
    private long endedBefore;

    EndedSessions(int most) {
        this.most = most;
    }

    synchronized void add(SessionId id) {
        if (ids.size() >= most) {
            ids.clear();
            endedBefore = System.currentTimeMillis() + 1;
        }
        ids.add(id);
    }

    synchronized boolean contains(TicketData data) {
        return data.created() < endedBefore || ids.contains(data.id());
    }
}
