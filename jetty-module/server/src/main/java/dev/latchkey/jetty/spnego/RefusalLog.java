package dev.latchkey.jetty.spnego;

import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.function.LongSupplier;

/**
 * Tells the log why callers were refused, and no caller can fill it: lines that come too fast are counted instead, and
 * the next line that is written says how many they were. Thread-safe.
 */
final class RefusalLog {
    static final int PER_SECOND = 10;

    private static final int BURST = 100;
    private static final int MOST = 300;
    private static final long NANOS_A_LINE = TimeUnit.SECONDS.toNanos(1) / PER_SECOND;

    private final Consumer<String> log;
    private final LongSupplier clock;

    /** The lines that may be written, as the time for which they stand. */
    private long creditNanos = BURST * NANOS_A_LINE;

    private long countedAt;
    private long leftOut;

    /** @param clock in nanoseconds */
    RefusalLog(Consumer<String> log, LongSupplier clock) {
        this.log = log;
        this.clock = clock;
        countedAt = clock.getAsLong();
    }

    /** @param line what a caller may have had a word in: it is made one short line */
    void tell(String line) {
        long before;
        synchronized (this) {
            long now = clock.getAsLong();
            creditNanos = Math.min(BURST * NANOS_A_LINE, creditNanos + now - countedAt);
            countedAt = now;
            if (creditNanos < NANOS_A_LINE) {
                leftOut++;
                return;
            }
            creditNanos -= NANOS_A_LINE;
            before = leftOut;
            leftOut = 0;
        }
        String printable = line.substring(0, Math.min(MOST, line.length())).replaceAll("[^ -~]", "?");
        log.accept(before == 0 ? printable : printable + " (" + before + " lines before it were left out)");
    }
}
