package dev.latchkey.openssl;

import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * The TLS 1.2 sessions of a server, by their identifiers, for clients that come again.
 *
 * <p>They are kept encoded, and each connection that resumes one has OpenSSL decode it anew: so no two connections ever
 * hold the same native {@code SSL_SESSION}, and what one writes into its own no other can read half. OpenSSL's own
 * store, which shares the object, is off. Bounded by number, the oldest go first; by age; and by size, for a client
 * with a huge certificate must not cost what thousands of others do. Safe for any thread; the lock is held for a few
 * steps in a map and over no call.
 */
final class KeptSessions {
    /** A session that takes more is not kept: its client makes a full handshake instead. */
    static final int LARGEST = 16 * 1024;
    /** What a session may take on average, in bytes, before fewer are kept. */
    static final int USUAL = 4 * 1024;

    private static final int DEFAULT_TIMEOUT = 86_400;
    private static final int DEFAULT_SIZE = 20_480;

    private final LongSupplier clock;
    private final Map<SessionId, Kept> sessions = new LinkedHashMap<>();
    private long timeoutMillis = DEFAULT_TIMEOUT * 1000L;
    private int most = DEFAULT_SIZE;
    private long bytes;

    /**
     * One session.
     *
     * @param session as OpenSSL encodes it; it holds the master secret
     * @param data as {@link TicketData} encodes it
     * @param since when it was made, in milliseconds of the clock
     */
    // Never compared.
    @SuppressWarnings("ArrayRecordComponent")
    record Kept(byte[] session, byte[] data, long since) {
        private int size() {
            return session.length + data.length;
        }
    }

    /** The clock counts milliseconds. */
    KeptSessions(LongSupplier clock) {
        this.clock = clock;
    }

    synchronized void keep(SessionId id, byte[] session, TicketData data) {
        Kept kept = new Kept(session, data.encode(), clock.getAsLong());
        if (kept.size() > LARGEST) {
            return;
        }
        remove(id);
        sessions.put(id, kept);
        bytes += kept.size();
        trim();
    }

    synchronized @Nullable Kept find(SessionId id) {
        Kept kept = sessions.get(id);
        if (kept != null && isTooOld(kept)) {
            remove(id);
            return null;
        }
        return kept;
    }

    synchronized void remove(SessionId id) {
        Kept old = sessions.remove(id);
        if (old != null) {
            bytes -= old.size();
        }
    }

    /** In seconds, 0 means no limit. As with JSSE it holds for sessions that are kept already, too. */
    synchronized void setTimeout(int seconds) {
        timeoutMillis = seconds * 1000L;
        trim();
    }

    synchronized int timeout() {
        return (int) (timeoutMillis / 1000);
    }

    /** How many there may be; 0 means no limit. */
    synchronized void setMost(int number) {
        most = number;
        trim();
    }

    synchronized int most() {
        return most;
    }

    /** One with the same settings. */
    synchronized KeptSessions emptyOne() {
        KeptSessions made = new KeptSessions(clock);
        made.timeoutMillis = timeoutMillis;
        made.most = most;
        return made;
    }

    synchronized int size() {
        return sessions.size();
    }

    /** The oldest are in front. */
    private void trim() {
        Iterator<Kept> oldest = sessions.values().iterator();
        while (oldest.hasNext()) {
            Kept kept = oldest.next();
            if (!isTooOld(kept) && !areTooMany()) {
                return;
            }
            bytes -= kept.size();
            oldest.remove();
        }
    }

    private boolean areTooMany() {
        return most > 0 && (sessions.size() > most || bytes > (long) most * USUAL);
    }

    private boolean isTooOld(Kept kept) {
        return timeoutMillis > 0 && clock.getAsLong() - kept.since() > timeoutMillis;
    }
}
