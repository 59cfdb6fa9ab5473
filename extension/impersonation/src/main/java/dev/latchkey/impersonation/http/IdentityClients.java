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
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Supplier;

/**
 * A {@code java.net.http} client for each identity, up to a number, of those that were used last.
 *
 * <p>Clients are made with no identity on the thread, since their own threads would be born with it, and outside of the
 * lock, since that takes a while; they are ended by a thread of this class. Any thread; nobody waits for another's.
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
        Entry over = null;
        Lease lease;
        synchronized (entries) {
            if (closed) {
                throw new IllegalStateException("The client is closed");
            }
            Entry entry = entries.get(key);
            if (entry == null) {
                if (entries.size() >= most) {
                    over = evictOldest();
                }
                entry = new Entry(() -> flow.none().call(factory::get));
                entries.put(key, entry);
            }
            lease = new Lease(entry);
        }
        if (over != null) {
            end(List.of(over));
        }
        try {
            lease.client();
            return lease;
        } catch (RuntimeException | Error e) {
            forget(key, lease.entry);
            lease.close();
            throw e;
        }
    }

    /** A client that could not be made is tried anew by the next. */
    @SuppressWarnings("ReferenceEquality") // That very one.
    private void forget(IdentityKey key, Entry entry) {
        synchronized (entries) {
            if (entries.get(key) == entry) {
                entries.remove(key);
            }
        }
    }

    private Entry evictOldest() {
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
        return oldest.getValue();
    }

    private void evictIdle() {
        List<Entry> over = new ArrayList<>();
        synchronized (entries) {
            long now = System.nanoTime();
            for (Iterator<Entry> each = entries.values().iterator(); each.hasNext(); ) {
                Entry entry = each.next();
                if (entry.uses == 0 && (closed || now - entry.lastUse >= idleNanos)) {
                    each.remove();
                    over.add(entry);
                }
            }
        }
        end(over);
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
        evictIdle();
        idling.shutdown();
    }

    private void end(List<Entry> over) {
        if (over.isEmpty()) {
            return;
        }
        Runnable ends = () -> over.forEach(each -> ClientEnd.end(each.client()));
        try {
            idling.execute(ends);
        } catch (RejectedExecutionException e) {
            // Closed: the last use of a client ends it.
            flow.none().run(ends);
        }
    }

    /** One identity's client, which the first user makes while others wait for it. */
    private static final class Entry {
        private final FutureTask<HttpClient> made;
        int uses;
        long lastUse;

        Entry(Callable<HttpClient> factory) {
            made = new FutureTask<>(factory);
        }

        HttpClient client() {
            made.run();
            boolean interrupted = false;
            try {
                while (true) {
                    try {
                        return made.get();
                    } catch (InterruptedException e) {
                        interrupted = true;
                    }
                }
            } catch (ExecutionException e) {
                if (e.getCause() instanceof RuntimeException cause) {
                    throw cause;
                }
                if (e.getCause() instanceof Error cause) {
                    throw cause;
                }
                throw new IllegalStateException(e.getCause());
            } finally {
                if (interrupted) {
                    Thread.currentThread().interrupt();
                }
            }
        }
    }

    /** The use of a client by one exchange, or by one body. Any thread; a second close does nothing. */
    final class Lease implements AutoCloseable {
        private final Entry entry;
        private final AtomicBoolean given = new AtomicBoolean();

        private Lease(Entry entry) {
            this.entry = entry;
            synchronized (entries) {
                entry.uses++;
            }
        }

        HttpClient client() {
            return entry.client();
        }

        /** {@return another lease of the same client, while this one is not closed} */
        Lease again() {
            return new Lease(entry);
        }

        @Override
        public void close() {
            if (!given.compareAndSet(false, true)) {
                return;
            }
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
