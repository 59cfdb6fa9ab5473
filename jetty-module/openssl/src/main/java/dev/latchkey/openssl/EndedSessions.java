package dev.latchkey.openssl;

import java.util.LinkedHashSet;
import java.util.Set;

/**
 * TLS sessions that must not be resumed any more, although their tickets are still good: the server keeps no list of
 * tickets, so it keeps one of what it ended.
 *
 * <p>Bounded: when it is full, all sessions that began before that moment are ended instead, which costs their clients
 * a full handshake and nothing else. Safe for any thread.
 */
final class EndedSessions {
    private final int most;
    private final Set<Long> families = new LinkedHashSet<>();
    private long endedBefore;

    EndedSessions(int most) {
        this.most = most;
    }

    synchronized void add(long family) {
        if (families.size() >= most) {
            families.clear();
            endedBefore = System.currentTimeMillis() + 1;
        }
        families.add(family);
    }

    synchronized boolean contains(TicketData data) {
        return data.created() < endedBefore || families.contains(data.family());
    }
}
