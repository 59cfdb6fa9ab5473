package dev.latchkey.jetty;

import dev.latchkey.NegotiationException;
import dev.latchkey.Reason;
import java.util.concurrent.Executor;
import java.util.concurrent.atomic.AtomicInteger;
import org.eclipse.jetty.server.Server;
import org.eclipse.jetty.util.VirtualThreads;
import org.eclipse.jetty.util.thread.ThreadPool;

/**
 * Bounds how many threads of a server wait for clients at one time, so that clients that do not answer leave threads for
 * all others. A virtual thread is none of the server's few. Thread-safe; never blocks.
 */
final class BlockedThreads {
    /** Half of the pool. */
    static final int BY_POOL = -1;

    private final AtomicInteger waiting = new AtomicInteger();

    /** {@return the count of a server, which its connectors share} */
    static BlockedThreads of(Server server) {
        synchronized (server) {
            BlockedThreads shared = server.getBean(BlockedThreads.class);
            if (shared == null) {
                shared = new BlockedThreads();
                server.addBean(shared);
            }
            return shared;
        }
    }

    int waiting() {
        return waiting.get();
    }

    /**
     * {@return a place for the calling thread, not taken yet}
     *
     * @param most how many may be taken, or {@link #BY_POOL}
     * @param pool of the threads
     */
    Place place(int most, Executor pool) {
        if (VirtualThreads.isVirtualThread()) {
            return new Place(Integer.MAX_VALUE);
        }
        if (most != BY_POOL) {
            return new Place(most);
        }
        return new Place(
                pool instanceof ThreadPool.SizedThreadPool sized
                        ? Math.max(1, sized.getMaxThreads() / 2)
                        : Integer.MAX_VALUE);
    }

    /** A thread's place among those that wait. For that thread alone. */
    final class Place implements AutoCloseable {
        private final int most;
        private boolean taken;

        private Place(int most) {
            this.most = most;
        }

        /**
         * Takes it, until it is closed; once is enough.
         *
         * @throws NegotiationException if there is none
         */
        void take() throws NegotiationException {
            if (taken) {
                return;
            }
            taken = true;
            if (waiting.incrementAndGet() > most) {
                close();
                throw new JettyNegotiationException(
                        Reason.TOO_MANY, true, most + " threads wait for clients already", null);
            }
        }

        @Override
        public void close() {
            if (taken) {
                taken = false;
                waiting.decrementAndGet();
            }
        }
    }
}
