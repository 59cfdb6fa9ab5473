package dev.latchkey.impersonation.http;

import dev.latchkey.impersonation.IdentityFlow;
import dev.latchkey.impersonation.IdentityKey;
import java.net.http.HttpClient;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;

/**
 * A {@code java.net.http} client for each identity, up to a number, of those that were used last.
 *
 * <p>Clients are made by a thread without identity, since their own threads would be born with it. Any thread.
 */
final class IdentityClients implements AutoCloseable {
    private final IdentityFlow flow;
    private final Supplier<HttpClient> factory;
    private final int most;
    private final long idleNanos;
    private final Map<IdentityKey, Entry> entries = new HashMap<>();
    private final ScheduledThreadPoolExecutor idling;
    private boolean closed;

    IdentityClients(IdentityFlow flow, Supplier<HttpClient> factory, int most, Duration idle) {
        this.flow = flow;
        this.factory = factory;
        this.most = most;
        idleNanos = idle.toNanos();
        idling = new ScheduledThreadPoolExecutor(1, flow.cleanThreads("latchkey-http-idle-"));
        long period = Math.max(1, idleNanos / 2);
        idling.scheduleWithFixedDelay(this::evictIdle, period, period, TimeUnit.NANOSECONDS);
    }

    /**
     * Lends the client of an identity.
     *
     * @return to be closed when the exchange is over
     * @throws NegotiateException {@link NegotiateFailure#TOO_MANY} if all clients are in use by others
     */
    Lease lend(IdentityKey key) {
        List<HttpClient> over = new ArrayList<>();
        try {
            synchronized (entries) {
                if (closed) {
                    throw new IllegalStateException("The client is closed");
                }
                Entry entry = entries.get(key);
                if (entry == null) {
                    if (entries.size() >= most) {
                        over.add(evictOldest());
                    }
                    entry = new Entry(made());
                    entries.put(key, entry);
                }
                entry.uses++;
                return new Lease(entry);
            }
        } finally {
            over.forEach(IdentityClients::end);
        }
    }

    private HttpClient made() {
        HttpClient[] made = new HttpClient[1];
        flow.none().run(() -> made[0] = factory.get());
        return made[0];
    }

    private HttpClient evictOldest() {
        Map.Entry<IdentityKey, Entry> oldest = null;
        for (Map.Entry<IdentityKey, Entry> each : entries.entrySet()) {
            Entry entry = each.getValue();
            if (entry.uses == 0 && (oldest == null || entry.lastUse - oldest.getValue().lastUse < 0)) {
                oldest = each;
            }
        }
        if (oldest == null) {
            throw new NegotiateException(NegotiateFailure.TOO_MANY, most + " are", null);
        }
        entries.remove(oldest.getKey());
        return oldest.getValue().client;
    }

    private void evictIdle() {
        List<HttpClient> over = new ArrayList<>();
        synchronized (entries) {
            long now = System.nanoTime();
            for (Iterator<Entry> each = entries.values().iterator(); each.hasNext(); ) {
                Entry entry = each.next();
                if (entry.uses == 0 && (closed || now - entry.lastUse >= idleNanos)) {
                    each.remove();
                    over.add(entry.client);
                }
            }
        }
        over.forEach(IdentityClients::end);
    }

    /** {@return how many clients there are} */
    int size() {
        synchronized (entries) {
            return entries.size();
        }
    }

    @Override
    public void close() {
        synchronized (entries) {
            closed = true;
        }
        idling.shutdown();
        evictIdle();
    }

    /** From Java 21 on a client can be closed; before, its thread ends when the collector has found it. */
    private static void end(HttpClient client) {
        if ((Object) client instanceof AutoCloseable closeable) {
            try {
                closeable.close();
            } catch (Exception e) {
                throw new IllegalStateException("An idle client could not be closed", e);
            }
        }
    }

    private static final class Entry {
        final HttpClient client;
        int uses;
        long lastUse;

        Entry(HttpClient client) {
            this.client = client;
        }
    }

    /** The use of a client by one exchange. */
    final class Lease implements AutoCloseable {
        private final Entry entry;

        private Lease(Entry entry) {
            this.entry = entry;
        }

        HttpClient client() {
            return entry.client;
        }

        @Override
        public void close() {
            boolean last;
            synchronized (entries) {
                entry.uses--;
                entry.lastUse = System.nanoTime();
                last = closed;
            }
            if (last) {
                evictIdle();
            }
        }
    }
}
