package dev.latchkey.jetty;

import org.eclipse.jetty.server.Server;

/**
 * Bounds the bytes that all negotiations of a server keep at one time, in fair {@link Shares}. Thread-safe; never blocks.
 */
final class BufferBudget {
    private final Shares shares = new Shares();
    private volatile long limit;

    BufferBudget(long limit) {
        this.limit = limit;
    }

    /** {@return the one that bounds all connectors of a server together, by the largest limit that one names} */
    BufferBudget shared(Server server) {
        synchronized (server) {
            BufferBudget known = server.getBean(BufferBudget.class);
            if (known == null) {
                server.addBean(this);
                return this;
            }
            known.setLimit(Math.max(known.limit(), limit));
            return known;
        }
    }

    /** Takes effect for what is taken from now on. */
    void setLimit(long limit) {
        this.limit = limit;
    }

    long limit() {
        return limit;
    }

    long taken() {
        return shares.taken();
    }

    /**
     * {@return whether the bytes were taken; they must then be given back exactly once}
     *
     * @param client whose they are
     */
    boolean tryTake(Object client, long bytes) {
        return shares.tryTake(client, bytes, limit);
    }

    void giveBack(Object client, long bytes) {
        shares.giveBack(client, bytes);
    }
}
