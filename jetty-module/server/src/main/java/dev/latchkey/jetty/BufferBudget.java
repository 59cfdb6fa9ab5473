package dev.latchkey.jetty;

import java.util.concurrent.atomic.AtomicLong;

/**
 * Bounds the bytes that all negotiations of a connector keep at one time. Thread-safe; never blocks.
 */
final class BufferBudget {
    private final AtomicLong taken = new AtomicLong();
    private volatile long limit;

    BufferBudget(long limit) {
        this.limit = limit;
    }

    /** Takes effect for what is taken from now on. */
    void setLimit(long limit) {
        this.limit = limit;
    }

    long limit() {
        return limit;
    }

    long taken() {
        return taken.get();
    }

    /** {@return whether the bytes were taken; they must then be given back exactly once} */
    boolean tryTake(long bytes) {
        long now = taken.addAndGet(bytes);
        if (now <= limit) {
            return true;
        }
        taken.addAndGet(-bytes);
        return false;
    }

    void giveBack(long bytes) {
        taken.addAndGet(-bytes);
    }
}
