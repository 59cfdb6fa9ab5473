package dev.latchkey.jetty;

import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;
import javax.net.ssl.SSLEngineResult;
import javax.net.ssl.SSLEngineResult.HandshakeStatus;
import javax.net.ssl.SSLException;

/**
 * Ends a connection whose engine gets nowhere, so that nothing can loop on it for ever.
 *
 * <p>Jetty's flush and fill go round, under the connection's lock, until the engine has done what it was called for or
 * says that it waits for something. An engine that does neither would keep the thread, the lock, and with the lock the
 * selector. So would a client that sends records without data faster than they can be read; and one that begins a
 * message, on which a response has to wait, and spins it out.
 *
 * <p>Threads: confined to the lock of the connection, but for {@link #isInsideMessage}.
 */
final class ProgressWatch {
    /** So many calls in a row may move nothing; a loop of Jetty's makes a second one only if something has changed. */
    private static final int MOST_IDLE_CALLS = 16;

    /** So many records without data may come without a pause: more than the longest chain in records of one byte. */
    private static final int MOST_EMPTY_RECORDS = 262_144;

    private static final long TIME_WITHOUT_TIMEOUT_MILLIS = 30_000;

    private final LongSupplier idleTimeoutMillis;
    private int idleCalls;
    private int emptyRecords;
    private volatile boolean waiting;
    private long waitingSinceNanos;

    /** @param idleTimeoutMillis how long a message may take on which a response waits; without limit if not positive */
    ProgressWatch(LongSupplier idleTimeoutMillis) {
        this.idleTimeoutMillis = idleTimeoutMillis;
    }

    /**
     * Looks at what came of a wrap.
     *
     * @param hasData whether there is application data still to be wrapped
     * @throws SSLException if the engine is called again and again, and does nothing
     */
    void wrapped(SSLEngineResult result, boolean hasData) throws SSLException {
        HandshakeStatus next = result.getHandshakeStatus();
        if (result.bytesConsumed() > 0) {
            waiting = false;
        }
        if (result.bytesConsumed() > 0 || result.bytesProduced() > 0) {
            idleCalls = 0;
        } else if ((next == HandshakeStatus.NOT_HANDSHAKING && hasData) || next == HandshakeStatus.NEED_WRAP) {
            if (++idleCalls > MOST_IDLE_CALLS) {
                throw new SSLException("the TLS engine does nothing, call after call: " + oneLine(result));
            }
        }
    }

    /**
     * Looks at what came of an unwrap.
     *
     * @param bounded whether this time has a deadline of its own
     * @param responseWaits whether there is application data that could not be wrapped so far
     * @throws SSLException if what comes is not worth reading on
     */
    void unwrapped(SSLEngineResult result, boolean bounded, boolean responseWaits) throws SSLException {
        if (result.bytesConsumed() > 0) {
            idleCalls = 0;
        }
        if (result.bytesConsumed() == 0 || result.bytesProduced() > 0) {
            emptyRecords = 0;
        } else if (++emptyRecords > MOST_EMPTY_RECORDS) {
            throw new RefusedRecordException("records without data, and no end of them");
        }
        if (bounded) {
            waiting = false;
        } else if (result.getHandshakeStatus() != HandshakeStatus.NEED_UNWRAP) {
            // Where one message ends and the next begins in one go, nothing is written in between.
            waiting = waiting && responseWaits;
        } else if (!waiting) {
            waiting = true;
            waitingSinceNanos = System.nanoTime();
        } else if (TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - waitingSinceNanos) > mostMillis()) {
            throw new RefusedRecordException("a message that has begun does not come to its end");
        }
    }

    /** {@return whether the peer has begun a message that has not come to its end; any thread} */
    boolean isInsideMessage() {
        return waiting;
    }

    private long mostMillis() {
        long idle = idleTimeoutMillis.getAsLong();
        return idle > 0 ? idle : TIME_WITHOUT_TIMEOUT_MILLIS;
    }

    private static String oneLine(SSLEngineResult result) {
        return result.toString().replaceAll("\\s+", " ");
    }
}
