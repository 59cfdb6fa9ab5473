package dev.latchkey.impersonation;

import java.util.concurrent.atomic.LongAdder;

/** Counts what a {@link IdentityFlow} did. Any thread; figures that belong together may be read apart. */
public final class IdentityStatistics {
    private final LongAdder captured = new LongAdder();
    private final LongAdder released = new LongAdder();
    private final LongAdder refused = new LongAdder();
    private final LongAdder lostThreads = new LongAdder();
    private final LongAdder leftOpen = new LongAdder();
    private final LongAdder washed = new LongAdder();

    IdentityStatistics() {}

    /** {@return how many captured parts are held at this moment: handles not yet given back} */
    public long held() {
        return captured.sum() - released.sum();
    }

    /** {@return how many parts were captured} */
    public long captured() {
        return captured.sum();
    }

    /** {@return how many tasks did not run because their identity could not be proven on their thread} */
    public long refused() {
        return refused.sum();
    }

    /** {@return how many threads serve no more because they could not be proven clean} */
    public long lostThreads() {
        return lostThreads.sum();
    }

    /** {@return how many scopes, and identities of others, were left on a thread by a task and reverted at its end} */
    public long leftOpen() {
        return leftOpen.sum();
    }

    /** {@return how many threads were found to carry an identity that they were started with, and have been cleaned} */
    public long washed() {
        return washed.sum();
    }

    void captured(int parts) {
        captured.add(parts);
    }

    void released(int parts) {
        released.add(parts);
    }

    void countRefused() {
        refused.increment();
    }

    void countLostThread() {
        lostThreads.increment();
    }

    void countLeftOpen() {
        leftOpen.increment();
    }

    void countWashed() {
        washed.increment();
    }

    @Override
    public String toString() {
        return "IdentityStatistics[held=" + held() + ", captured=" + captured() + ", refused=" + refused()
                + ", lostThreads=" + lostThreads() + ", leftOpen=" + leftOpen() + ", washed=" + washed() + "]";
    }
}
