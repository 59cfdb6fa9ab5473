package dev.latchkey;

import java.time.Duration;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/**
 * What became of the calls of one request, for its error page and its line in the access log. Put at the request when a
 * call begins, because the request may be gone when it ends. Thread-safe.
 */
final class CallRecord {
    /** What is told when there is nothing to tell. */
    private static final String NOTHING = "-";

    private final FirstFailure firstFailure = new FirstFailure();
    private volatile String outcome = NOTHING;
    private volatile long asyncTimeout;

    /** {@return the record of a request, there from now on} */
    static CallRecord of(RequestView request) {
        CallRecord made = new CallRecord();
        CallRecord record = request.attributeOr(ClientCertificates.OUTCOME_ATTRIBUTE, CallRecord.class, made);
        request.attributeOr(ClientCertificates.FIRST_FAILURE_ATTRIBUTE, FirstFailure.class, record.firstFailure);
        return record;
    }

    /** {@return the request's first failure, if there was one} */
    @Nullable
    NegotiationException firstFailure() {
        return firstFailure.get();
    }

    ClientCertificate ended(ClientCertificate certificate) {
        outcome = (certificate.isTrusted()
                        ? "certificate"
                        : certificate.distrust().map(CallRecord::words).orElse("none"))
                + certificate
                        .mechanism()
                        .map(mechanism -> " " + mechanism.token())
                        .orElse("");
        return certificate;
    }

    NegotiationException failed(NegotiationException failure) {
        firstFailure.compareAndSet(null, failure);
        outcome = words(failure.reason());
        return failure;
    }

    private static String words(Reason reason) {
        return reason.code() + " " + reason.token();
    }

    /**
     * Lengthens the asynchronous timeout, which is the application's own time, by what a negotiation may take. Once: a
     * timeout that we have set stands for all negotiations of the request, until the application sets another.
     *
     * @param negotiation nobody is asked if it is complete
     * @param longest how long it may take
     */
    void giveTime(RequestView request, CompletionStage<?> negotiation, Duration longest) {
        if (!negotiation.toCompletableFuture().isDone()) {
            asyncTimeout = request.lengthenAsyncTimeout(asyncTimeout, longest.toMillis());
        }
    }

    @Override
    public String toString() {
        return outcome;
    }

    private static final class FirstFailure extends AtomicReference<@Nullable NegotiationException> {
        private static final long serialVersionUID = 1L;

        @Override
        public String toString() {
            NegotiationException failure = get();
            return failure == null ? NOTHING : words(failure.reason());
        }
    }
}
