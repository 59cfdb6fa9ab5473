package dev.latchkey.jetty;

import dev.latchkey.NegotiationException;
import dev.latchkey.Reason;
import java.util.EnumMap;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import org.eclipse.jetty.server.Connector;
import org.eclipse.jetty.server.Request;
import org.eclipse.jetty.server.SslConnectionFactory;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The one place where a failed call is told, whatever its reason: it is counted, and it is one line of the log.
 *
 * <p>A client can make failures cheaply: each request with one header is one. So lines that come too fast are left out,
 * {@value #BURST} at once and {@value #PER_SECOND} a second on a connector; one line tells of which reasons how many
 * were, and the counts have them all. Thread-safe.
 */
final class FailureLog {
    static final int BURST = 100;
    static final int PER_SECOND = 10;

    private static final Logger LOG = LoggerFactory.getLogger(FailureLog.class);
    private static final int MOST_OF_MESSAGE = 500;
    private static final long FORGOTTEN_NANOS = TimeUnit.SECONDS.toNanos(5);
    private static final long NANOS_A_LINE = TimeUnit.SECONDS.toNanos(1) / PER_SECOND;

    private final NegotiationStatistics statistics;
    private final Map<Reason, Integer> leftOut = new EnumMap<>(Reason.class);
    /** The lines that may be written, as the time for which they stand. */
    private long creditNanos = BURST * NANOS_A_LINE;

    private long countedAt = System.nanoTime();
    private long leftOutSince;

    FailureLog(NegotiationStatistics statistics) {
        this.statistics = statistics;
    }

    /** {@return the log of the connector that a request came by, also of one without Latchkey} */
    static FailureLog of(Request request) {
        Connector connector = request.getConnectionMetaData().getConnector();
        if (connector.getConnectionFactory(SslConnectionFactory.class)
                instanceof LatchkeySslConnectionFactory factory) {
            return factory.getStatistics().failureLog();
        }
        synchronized (connector) {
            NegotiationStatistics there = connector.getBean(NegotiationStatistics.class);
            if (there == null) {
                there = new NegotiationStatistics(() -> 0);
                connector.addBean(there, false);
            }
            return there.failureLog();
        }
    }

    /** {@return a call that begins now} */
    Call begin(Request request) {
        return new Call(this, request.getConnectionMetaData().getConnector(), RequestLine.of(request));
    }

    /** {@return what begins now and is no application's call; the line tells what it is} */
    Call begin(Connector connector, String what) {
        return new Call(this, connector, what);
    }

    private void tell(NegotiationException why, Call call) {
        statistics.failed(why.reason());
        if (!LOG.isInfoEnabled()) {
            return;
        }
        if (mayWrite(System.nanoTime())) {
            LOG.info(
                    "{}: {}, after {} ms",
                    LogText.escaped(String.valueOf(why.getMessage()), MOST_OF_MESSAGE, ' '),
                    call,
                    call.millis());
            LOG.debug("{} came of", why.reason().code(), why);
        } else if (leaveOut(why.reason(), System.nanoTime())) {
            call.tellInASecond(this::tellWhatWasLeftOut);
        }
    }

    private synchronized boolean mayWrite(long now) {
        creditNanos = Math.min(BURST * NANOS_A_LINE, creditNanos + now - countedAt);
        countedAt = now;
        if (creditNanos < NANOS_A_LINE) {
            return false;
        }
        creditNanos -= NANOS_A_LINE;
        return true;
    }

    /** {@return whether somebody must see to it that this is told} */
    private synchronized boolean leaveOut(Reason reason, long now) {
        // A scheduler that was stopped forgets what it was given.
        boolean nobodyDoes = leftOut.isEmpty() || now - leftOutSince > FORGOTTEN_NANOS;
        if (nobodyDoes) {
            leftOutSince = now;
        }
        leftOut.merge(reason, 1, Integer::sum);
        return nobodyDoes;
    }

    private void tellWhatWasLeftOut() {
        String counts;
        synchronized (this) {
            counts = leftOut.entrySet().stream()
                    .map(each -> each.getKey().code() + " " + each.getKey().token() + " " + each.getValue())
                    .collect(Collectors.joining(", "));
            leftOut.clear();
        }
        if (!counts.isEmpty()) {
            LOG.info("failures came too fast for a line each; left out: {}", counts);
        }
    }

    /** One call of an application's, from its beginning. Any thread. */
    static final class Call {
        private final FailureLog log;
        private final Connector connector;
        private final Object what;
        private final long startedNanos = System.nanoTime();

        private Call(FailureLog log, Connector connector, Object what) {
            this.log = log;
            this.connector = connector;
            this.what = what;
        }

        /** Counts and logs that it failed. To be called once, by whoever finds out. */
        void failed(NegotiationException why) {
            log.tell(why, this);
        }

        long millis() {
            return TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - startedNanos);
        }

        private void tellInASecond(Runnable task) {
            connector.getScheduler().schedule(task, 1, TimeUnit.SECONDS);
        }

        @Override
        public String toString() {
            return what.toString();
        }
    }
}
