package dev.latchkey.jetty;

import dev.latchkey.NegotiationException;
import dev.latchkey.Reason;
import java.util.concurrent.Executor;
import org.eclipse.jetty.io.EndPoint;
import org.eclipse.jetty.server.Connector;
import org.eclipse.jetty.server.Server;
import org.eclipse.jetty.util.VirtualThreads;
import org.eclipse.jetty.util.thread.ThreadPool;
import org.jspecify.annotations.Nullable;

/**
 * Bounds how many threads of a server wait for clients at one time, so that clients that do not answer leave threads for
 * all others, and in fair {@link Shares}, so that those of one address do not keep all others from being asked. A virtual
 * thread is none of the server's few. Thread-safe; never blocks.
 *
 * <p>Guards that hold no thread would need no bound. But a servlet's guard stands inside the servlet's call, behind the
 * application's filters, and could give its thread back by a dispatch only: the filters would run twice, and a servlet
 * that starts asynchronous work, or whose filters do not support it, would see another request than without the guard.
 */
final class BlockedThreads {
    /** Half of the pool. */
    static final int BY_POOL = -1;

    private final Shares waiting = new Shares();

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
        return (int) waiting.taken();
    }

    /**
     * {@return a place for the calling thread, not taken yet}
     *
     * @param most how many may be taken, or {@link #BY_POOL}
     * @param pool of the threads
     * @param client for whom it will wait
     */
    Place place(int most, Executor pool, EndPoint client) {
        if (VirtualThreads.isVirtualThread()) {
            return new Place(Integer.MAX_VALUE, client);
        }
        if (most != BY_POOL) {
            return new Place(most, client);
        }
        return new Place(
                pool instanceof ThreadPool.SizedThreadPool sized
                        ? Math.max(1, sized.getMaxThreads() / 2)
                        : Integer.MAX_VALUE,
                client);
    }

    /**
     * {@return a place for the calling thread while it waits for a verdict: where applications may not block at all, this
     * still may}
     *
     * @param most how many may be taken, or {@link #BY_POOL}
     * @param client whose chain is judged
     */
    static Place whileJudged(int most, Connector connector, EndPoint client) {
        return of(connector.getServer()).place(most == 0 ? BY_POOL : most, connector.getExecutor(), client);
    }

    /** A thread's place among those that wait. For that thread alone. */
    final class Place implements AutoCloseable {
        private final int most;
        private final EndPoint endPoint;
        private @Nullable Object client;

        private Place(int most, EndPoint endPoint) {
            this.most = most;
            this.endPoint = endPoint;
        }

        /**
         * Takes it, until it is closed; once is enough.
         *
         * @throws NegotiationException if there is none
         */
        void take() throws NegotiationException {
            if (client != null) {
                return;
            }
            Object owner = Shares.client(endPoint);
            if (!waiting.tryTake(owner, 1, most)) {
                throw new JettyNegotiationException(
                        Reason.TOO_MANY,
                        true,
                        waiting() + " of " + most
                                + " threads wait for clients, and too many of them for this one's address",
                        null);
            }
            client = owner;
        }

        @Override
        public void close() {
            if (client != null) {
                waiting.giveBack(client, 1);
                client = null;
            }
        }
    }
}
