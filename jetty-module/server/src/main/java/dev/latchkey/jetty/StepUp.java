package dev.latchkey.jetty;

import dev.latchkey.ClientCertificate;
import dev.latchkey.NegotiationException;
import dev.latchkey.NegotiationOptions;
import dev.latchkey.NegotiationOptions.BodyTooLarge;
import dev.latchkey.NegotiationOptions.Presence;
import dev.latchkey.NegotiationOptions.Untrusted;
import dev.latchkey.Reason;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.eclipse.jetty.http.HttpHeader;
import org.eclipse.jetty.server.Request;
import org.eclipse.jetty.util.thread.Scheduler;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One attempt to get a client's certificate: body in, client asked, chain judged, body back.
 *
 * <p>Steps run on the given executor, one after the other. {@link #giveUp} may be called by any thread; whoever ends the
 * attempt first decides its outcome, and only an attempt that was not over changes the connection's identity.
 */
final class StepUp {
    private static final Logger LOG = LoggerFactory.getLogger(StepUp.class);

    /** How far early data may exceed the body's limit: the head of a pipelined request. */
    private static final int HEAD = 16 * 1024;

    private final Request request;
    private final NegotiableSslConnection connection;
    private final Http1 http;
    private final StepUpStream stream;
    private final NegotiationOptions options;
    private final Rule rule;
    private final Executor executor;
    private final NegotiationStatistics statistics;
    private final FailureLog.Call call;
    private final CompletableFuture<ClientCertificate> outcome = new CompletableFuture<>();
    private final AtomicBoolean over = new AtomicBoolean();

    private volatile Consumer<NegotiationException> pending = this::fail;
    private volatile Scheduler.@Nullable Task timer;
    private volatile @Nullable Judged accepted;
    private volatile boolean asked;
    private volatile boolean answeredNone;
    private volatile Reason late = Reason.TIMEOUT;

    /**
     * @param options with nothing left open
     * @param executor runs the steps
     */
    StepUp(
            Request request,
            NegotiableSslConnection connection,
            Http1 http,
            StepUpStream stream,
            NegotiationOptions options,
            Rule rule,
            Executor executor,
            NegotiationStatistics statistics,
            FailureLog.Call call) {
        this.request = request;
        this.connection = connection;
        this.http = http;
        this.stream = stream;
        this.options = options;
        this.rule = rule;
        this.executor = executor;
        this.statistics = statistics;
        this.call = call;
    }

    /** {@return what came of it; completes with a certificate, none, or a {@link NegotiationException}} */
    CompletableFuture<ClientCertificate> outcome() {
        return outcome;
    }

    /** {@return what was accepted by this attempt, once the outcome is there; null if none was} */
    @Nullable
    Judged accepted() {
        return accepted;
    }

    /** {@return whether the client was asked and showed no certificate, which is then the answer, whatever it was before} */
    boolean answeredNone() {
        return answeredNone;
    }

    /** Starts; the caller has reserved the connection for this. Throws nothing: the outcome tells. */
    void start() {
        statistics.started();
        try {
            begin();
        } catch (Throwable x) {
            fail(HandshakeFailures.translate(x));
        }
    }

    private void begin() {
        stream.onEnd(() -> giveUp(Reason.RESPONSE_COMMITTED, null));
        if (request.getHeaders().contains(HttpHeader.EXPECT)) {
            // The client waits for 100 Continue: it is asked first, and sends its body afterwards.
            whenDone(declaredBody(), this::ask);
        } else {
            whenDone(body(), this::ask);
        }
    }

    private static <T> T required(@Nullable T value) {
        if (value == null) {
            throw new IllegalStateException("options with nothing left open");
        }
        return value;
    }

    // The body.

    private CompletableFuture<Void> declaredBody() {
        long limit = options.bodyLimit().orElseThrow();
        long declared = request.getLength();
        return declared > limit
                ? CompletableFuture.failedFuture(new JettyNegotiationException(
                        Reason.BODY_TOO_LARGE, false, declared + " bytes; the limit is " + limit, null))
                : CompletableFuture.completedFuture(null);
    }

    private CompletableFuture<Void> body() {
        CompletableFuture<Void> declared = declaredBody();
        if (declared.isCompletedExceptionally()) {
            return declared;
        }
        RequestBody body = new RequestBody(request, stream, options.bodyLimit().orElseThrow(), executor);
        checkRate(
                body,
                System.nanoTime(),
                required(options.bodyTimeout().orElse(null)).toMillis());
        CompletableFuture<Void> read = body.read();
        waitingFor(body::giveUp);
        return read;
    }

    /**
     * Looks, when a body's time is up, whether what has come meanwhile has earned it more: an upload at an honest rate is
     * not cut, however long it takes, and one that dribbles is.
     */
    private void checkRate(RequestBody body, long beganNanos, long allowedMillis) {
        long left = allowedMillis - TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - beganNanos);
        if (body.isDone()) {
            return;
        }
        if (left <= 0) {
            giveUp(Reason.BODY_TIMEOUT, body.kept() + " bytes in " + allowedMillis + " ms");
            return;
        }
        cancelTimer();
        timer = schedule(left, () -> checkRate(body, beganNanos, allowed(body)));
    }

    private long allowed(RequestBody body) {
        return allowedMillis(options, body.kept(), connection.factory().getMinBodyDataRate());
    }

    /**
     * {@return how long a body may take of which so much has come}
     *
     * @param rate in bytes a second; 0 for none
     */
    static long allowedMillis(NegotiationOptions options, long bytes, long rate) {
        long floor = required(options.bodyTimeout().orElse(null)).toMillis();
        // Nothing of a day or more is exact, and none of it overflows.
        return rate == 0 ? floor : floor + Math.min(bytes, Long.MAX_VALUE / 1_000_000) * 1000 / rate;
    }

    // The question.

    private void ask(@Nullable Void bodyIsHere) {
        asked = true;
        connection.identity().askedAgain();
        startTimer(required(options.deadline().orElse(null)), () -> late);
        CertificateMechanism.Asked question = connection
                .mechanism()
                .ask(new CertificateMechanism.Question(
                        options.acceptedIssuers().orElse(null),
                        options.bodyLimit().orElseThrow() + HEAD,
                        executor));
        waitingFor(question::giveUp);
        whenDone(question.answer(), this::judge);
    }

    // The answer.

    private void judge(CertificateMechanism.Answer answer) {
        waitingFor(this::fail);
        if (connection.hasEarlyData() || http.hasNextRequest()) {
            // What came before the new identity is not served under it (CVE-2009-3555): answer, then close.
            http.closeAfterResponse();
        }
        Proof proof = answer.proof();
        if (proof == null) {
            noCertificate();
            return;
        }
        // The same deadline goes on, now for the server: a look-up of revocation that hangs is not waited for longer.
        late = Reason.VALIDATION_TIMEOUT;
        CompletableFuture<Judged> judgement = connection.identity().judge(proof, rule);
        waitingFor(why -> {
            fail(why);
            judgement.cancel(false);
        });
        if (judgement.isDone()) {
            whenDone(judgement, this::decide);
        } else {
            whenDone(judgement.thenApplyAsync(judged -> judged, executor), this::decide);
        }
    }

    private void decide(Judged judged) {
        waitingFor(this::fail);
        if (connection.identity().isFull()) {
            http.closeAfterResponse();
        }
        Verdict verdict = judged.verdict();
        Reason distrust = verdict.distrust();
        if (distrust == null) {
            accept(judged);
            return;
        }
        JettyNegotiationException why = new JettyNegotiationException(distrust, true, verdict.words(), verdict.cause());
        if (options.untrusted() == Untrusted.MARK) {
            Proof proof = judged.proof();
            end(
                    () -> call.failed(why), // which the application is told by the mark
                    ClientCertificate.untrusted(proof.chain(), distrust, proof.mechanism()));
        } else {
            fail(why);
        }
    }

    private void accept(Judged judged) {
        Proof proof = judged.proof();
        if (!connection.identity().stands(judged)) {
            // Requests would not be shown it: this call must not say otherwise.
            fail(new JettyNegotiationException(
                    Reason.HANDSHAKE_FAILED,
                    false,
                    "the certificate belongs to a TLS session that was forgotten",
                    null));
            return;
        }
        end(
                () -> {
                    connection.identity().replace(judged);
                    accepted = judged;
                    statistics.certificate();
                },
                ClientCertificate.trusted(proof.chain(), proof.mechanism(), false));
    }

    private void noCertificate() {
        answeredNone = true;
        if (!over.get()) {
            connection.identity().clear();
        }
        if (options.presence() == Presence.NEED) {
            fail(new JettyNegotiationException(Reason.NO_CERTIFICATE, true, null, null));
            return;
        }
        end(
                statistics::noCertificate,
                ClientCertificate.none(connection.mechanism().kind()));
    }

    // The end, which comes once.

    private void end(Runnable change, ClientCertificate result) {
        if (over.compareAndSet(false, true)) {
            change.run();
            tidyUp();
            if (LOG.isDebugEnabled()) {
                LOG.debug("{}: {}, after {} ms", result, call, call.millis());
            }
            outcome.complete(result);
        }
    }

    private void fail(NegotiationException why) {
        if (!over.compareAndSet(false, true)) {
            return;
        }
        if (why.reason() == Reason.BODY_TOO_LARGE
                && options.bodyTooLarge() == BodyTooLarge.GO_ON_WITHOUT
                && !asked) { // once the client is asked, too much early data has cost the connection
            tidyUp();
            outcome.complete(ClientCertificate.none());
            return;
        }
        if (!why.isConnectionUsable()) {
            http.closeAfterResponse();
        }
        call.failed(why);
        tidyUp();
        outcome.completeExceptionally(why);
    }

    private void tidyUp() {
        cancelTimer();
        connection.end(this);
        statistics.ended(call.millis());
    }

    /** Ends the attempt from outside; what cannot be used any more is closed. Never blocks. */
    void giveUp(NegotiationException why) {
        if (!over.get()) {
            pending.accept(why);
            fail(why);
        }
    }

    /** An exception is made only where there is something to give up: a stack trace costs more than the rest here. */
    private void giveUp(Reason reason, @Nullable String detail) {
        if (!over.get()) {
            giveUp(new JettyNegotiationException(reason, reason == Reason.VALIDATION_TIMEOUT, detail, null));
        }
    }

    /** Gives up because the application does not want to know any more. */
    void cancel() {
        if (!over.get()) {
            statistics.cancelled();
            giveUp(new JettyNegotiationException(Reason.CONNECTION_LOST, false, "the application gave up", null));
        }
    }

    // Plumbing.

    /** Says who must be told when the attempt is given up from now on. */
    private void waitingFor(Consumer<NegotiationException> who) {
        pending = who;
        if (over.get()) {
            who.accept(new JettyNegotiationException(Reason.CONNECTION_LOST, false, "given up meanwhile", null));
        }
    }

    private <T extends @Nullable Object> void whenDone(CompletableFuture<T> step, Consumer<T> next) {
        step.whenComplete((value, failure) -> {
            try {
                if (failure != null) {
                    throw failure;
                }
                if (!over.get()) {
                    next.accept(value);
                }
            } catch (Throwable x) {
                fail(HandshakeFailures.translate(x));
            }
        });
    }

    private void startTimer(Duration time, Supplier<Reason> reason) {
        cancelTimer();
        timer = schedule(time.toMillis(), () -> giveUp(reason.get(), time.toMillis() + " ms"));
    }

    private Scheduler.Task schedule(long delayMillis, Runnable task) {
        return request.getConnectionMetaData()
                .getConnector()
                .getScheduler()
                // Not on the scheduler's thread, which serves everybody; and for a blocking call on the thread that
                // waits, because the pool may have none left when all its threads wait.
                .schedule(() -> executor.execute(task), delayMillis, TimeUnit.MILLISECONDS);
    }

    private void cancelTimer() {
        Scheduler.Task running = timer;
        if (running != null) {
            running.cancel();
        }
    }
}
