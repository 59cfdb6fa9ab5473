package dev.latchkey.jetty;

import dev.latchkey.Reason;
import java.io.IOException;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.LongSupplier;
import org.eclipse.jetty.util.annotation.ManagedAttribute;
import org.eclipse.jetty.util.annotation.ManagedObject;
import org.eclipse.jetty.util.annotation.ManagedOperation;
import org.eclipse.jetty.util.component.Dumpable;
import org.jspecify.annotations.Nullable;

/**
 * Counts the negotiations of a connector by their outcome, with the same codes as the log. Over JMX and in the server's
 * dump. Thread-safe.
 */
@ManagedObject("Negotiations of client certificates on one connector")
public final class NegotiationStatistics implements Dumpable {
    private final LongAdder asked = new LongAdder();
    private final LongAdder certificates = new LongAdder();
    private final LongAdder withoutCertificate = new LongAdder();
    private final LongAdder alreadyPresent = new LongAdder();
    private final LongAdder cancelled = new LongAdder();
    private final LongAdder totalMillis = new LongAdder();
    private final AtomicInteger inFlight = new AtomicInteger();
    private final AtomicLong longestMillis = new AtomicLong();
    private final Map<Reason, LongAdder> failures = new EnumMap<>(Reason.class);
    private final LongSupplier keptBytes;
    private final FailureLog failureLog = new FailureLog(this);

    NegotiationStatistics(LongSupplier keptBytes) {
        this.keptBytes = keptBytes;
        for (Reason reason : Reason.values()) {
            failures.put(reason, new LongAdder());
        }
    }

    void started() {
        asked.increment();
        inFlight.incrementAndGet();
    }

    void ended(long millis) {
        inFlight.decrementAndGet();
        totalMillis.add(millis);
        longestMillis.accumulateAndGet(millis, Math::max);
    }

    void certificate() {
        certificates.increment();
    }

    void noCertificate() {
        withoutCertificate.increment();
    }

    void present() {
        alreadyPresent.increment();
    }

    void cancelled() {
        cancelled.increment();
    }

    /** {@return where failed calls are told, which then are counted here} */
    FailureLog failureLog() {
        return failureLog;
    }

    /** For the log of failures alone. */
    void failed(Reason reason) {
        count(reason).increment();
    }

    private LongAdder count(Reason reason) {
        LongAdder adder = failures.get(reason);
        if (adder == null) {
            throw new IllegalArgumentException(reason.token());
        }
        return adder;
    }

    /** {@return how many negotiations reserved their connection since the start or the last reset} */
    @ManagedAttribute("negotiations started")
    public long getStarted() {
        return asked.sum();
    }

    /** {@return how many negotiations run now} */
    @ManagedAttribute("negotiations running now")
    public int getInFlight() {
        return inFlight.get();
    }

    /** {@return how many negotiations ended with a certificate that was accepted} */
    @ManagedAttribute("negotiations that ended with an accepted certificate")
    public long getCertificates() {
        return certificates.sum();
    }

    /** {@return how many negotiations ended without a certificate, where none was needed} */
    @ManagedAttribute("negotiations that ended without a certificate, which was only wanted")
    public long getWithoutCertificate() {
        return withoutCertificate.sum();
    }

    /** {@return how many calls found a certificate that was there already} */
    @ManagedAttribute("calls that found a certificate there already")
    public long getAlreadyPresent() {
        return alreadyPresent.sum();
    }

    /** {@return how many negotiations the application gave up} */
    @ManagedAttribute("negotiations that the application gave up")
    public long getCancelled() {
        return cancelled.sum();
    }

    /** {@return how many calls failed, of whatever reason} */
    @ManagedAttribute("calls that failed")
    public long getFailed() {
        return failures.values().stream().mapToLong(LongAdder::sum).sum();
    }

    /** {@return the reasons that occurred, as {@code code token count}} */
    @ManagedAttribute("failed calls by reason: code, token, count")
    public String[] getFailures() {
        return Arrays.stream(Reason.values())
                .filter(reason -> count(reason).sum() > 0)
                .map(reason -> reason.code() + " " + reason.token() + " "
                        + count(reason).sum())
                .toArray(String[]::new);
    }

    /**
     * {@return how many calls failed for a reason}
     *
     * @param reason its code or its token; an unknown one counts 0
     */
    @ManagedOperation(value = "failed calls of one reason, by its code or token", impact = "INFO")
    public long getFailures(String reason) {
        return Arrays.stream(Reason.values())
                .filter(r -> r.code().equals(reason) || r.token().equals(reason))
                .mapToLong(r -> count(r).sum())
                .sum();
    }

    /** {@return the longest negotiation, in milliseconds} */
    @ManagedAttribute("the longest negotiation, in milliseconds")
    public long getLongestMillis() {
        return longestMillis.get();
    }

    /** {@return the mean time of a negotiation, in milliseconds; 0 before the first one ended} */
    @ManagedAttribute("the mean time of a negotiation, in milliseconds")
    public long getMeanMillis() {
        long ended = asked.sum() - inFlight.get();
        return ended <= 0 ? 0 : totalMillis.sum() / ended;
    }

    /** {@return the bytes that are kept for negotiations now} */
    @ManagedAttribute("bytes kept now for negotiations and the bodies read for them")
    public long getKeptBytes() {
        return keptBytes.getAsLong();
    }

    /** Sets all counts to zero, but for what is running now. */
    @ManagedOperation(value = "sets the counts to zero", impact = "ACTION")
    public void reset() {
        for (LongAdder adder :
                new LongAdder[] {asked, certificates, withoutCertificate, alreadyPresent, cancelled, totalMillis}) {
            adder.reset();
        }
        failures.values().forEach(LongAdder::reset);
        longestMillis.set(0);
    }

    @Override
    public void dump(Appendable out, @Nullable String indent) throws IOException {
        Dumpable.dumpObjects(
                out,
                indent,
                this,
                "started=" + getStarted(),
                "inFlight=" + getInFlight(),
                "certificates=" + getCertificates(),
                "failures=" + String.join(", ", getFailures()),
                "keptBytes=" + getKeptBytes());
    }

    @Override
    public String toString() {
        return "NegotiationStatistics[started=" + getStarted() + ", inFlight=" + getInFlight() + "]";
    }
}
