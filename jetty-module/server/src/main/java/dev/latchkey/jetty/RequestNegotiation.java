package dev.latchkey.jetty;

import dev.latchkey.ClientCertificate;
import dev.latchkey.ClientCertificates;
import dev.latchkey.Mechanism;
import dev.latchkey.NegotiationException;
import dev.latchkey.NegotiationOptions;
import dev.latchkey.NegotiationOptions.Presence;
import dev.latchkey.Reason;
import dev.latchkey.spi.LongestWait;
import dev.latchkey.spi.Stages;
import java.time.Duration;
import java.util.EnumSet;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import org.eclipse.jetty.http.HttpStatus;
import org.eclipse.jetty.io.EndPoint;
import org.eclipse.jetty.server.Context;
import org.eclipse.jetty.server.Request;
import org.eclipse.jetty.server.handler.ContextHandler;
import org.eclipse.jetty.util.thread.Scheduler;
import org.jspecify.annotations.Nullable;

/**
 * The service of a request: options in, one {@link StepUp} run, result or reason out.
 *
 * <p>Any thread may call while the request lives. A blocking call does the work on its own thread; an asynchronous one
 * on the server's pool, and completes in the web application's context.
 */
final class RequestNegotiation implements ClientCertificates, LongestWait {
    /** Reasons that leave bytes of the body on their way, which the client is still busy sending. */
    private static final Set<Reason> LEFT_UNREAD =
            EnumSet.of(Reason.BODY_TOO_LARGE, Reason.BODY_TIMEOUT, Reason.TOO_MANY);

    private final Request request;
    private final LatchkeySslConnectionFactory factory;
    private final NegotiableSslConnection connection;
    private volatile @Nullable Judged acceptedHere;
    /** Whether a call of this request has waited for a judgement until its deadline: looking does not wait once more. */
    private volatile boolean waitedInVain;
    /** After which this request asks nobody any more, and each call fails the same way. */
    private volatile @Nullable NegotiationException lastFailure;

    private @Nullable StepUpStream stream;

    RequestNegotiation(Request request, NegotiableSslConnection connection) {
        this.request = request;
        this.connection = connection;
        this.factory = connection.factory();
    }

    Request request() {
        return request;
    }

    @Override
    public ClientCertificate current() {
        Judged here = acceptedIfItStands();
        return shown(here, here != null ? null : ofConnection());
    }

    /** {@return what the connector's own trust accepts, whatever a call of this request accepts by another} */
    ClientCertificate currentOfConnector() {
        return shown(null, ofConnection());
    }

    private @Nullable Judged ofConnection() {
        ConnectionIdentity identity = connection.identity();
        return waitedInVain ? identity.known() : identity.awaitVisible(factory.getDeadline());
    }

    private static ClientCertificate shown(@Nullable Judged here, @Nullable Judged ofConnection) {
        Judged judged = here != null ? here : ofConnection;
        return judged == null ? ClientCertificate.none() : present(judged.proof());
    }

    private @Nullable Judged acceptedIfItStands() {
        Judged here = acceptedHere;
        return here != null && connection.identity().stands(here) ? here : null;
    }

    private static ClientCertificate present(Proof proof) {
        return ClientCertificate.trusted(proof.chain(), proof.mechanism(), true);
    }

    @Override
    public NegotiationOptions defaults() {
        return factory.defaultOptions();
    }

    /** The body may take longer than the time for it, by what {@link StepUp} allows for as much as may be kept of it. */
    @Override
    public Duration longestWait(NegotiationOptions options) {
        long declared = request.getLength();
        long limit = options.bodyLimit().orElseThrow();
        return options.deadline()
                .orElseThrow()
                .plusMillis(StepUp.allowedMillis(
                        options, declared < 0 ? limit : Math.min(declared, limit), factory.getMinBodyDataRate()));
    }

    @Override
    public ClientCertificate negotiateClientCertificate(NegotiationOptions options) throws NegotiationException {
        CallerExecutor caller = new CallerExecutor();
        try (BlockedThreads.Place place =
                factory.newPlace(request.getConnectionMetaData().getConnector(), connection)) {
            return await(attempt(options, caller, place), caller);
        }
    }

    private static ClientCertificate await(Attempt attempt, CallerExecutor caller) throws NegotiationException {
        try {
            caller.runUntilDone(attempt.outcome());
            return attempt.outcome().get();
        } catch (InterruptedException x) {
            attempt.cancel();
            Thread.currentThread().interrupt();
            throw new JettyNegotiationException(Reason.CONNECTION_LOST, false, "the thread was interrupted", x);
        } catch (ExecutionException x) {
            throw asNegotiationException(x.getCause());
        }
    }

    private static NegotiationException asNegotiationException(@Nullable Throwable cause) {
        return HandshakeFailures.translate(cause == null ? new IllegalStateException("no cause") : cause);
    }

    @Override
    public CompletionStage<ClientCertificate> negotiateClientCertificateAsync(NegotiationOptions options) {
        Attempt attempt =
                attempt(options, request.getConnectionMetaData().getConnector().getExecutor(), null);
        Executor inContext = contextExecutor();
        // What is there at once needs no other thread, and tells that nobody is asked.
        boolean done = attempt.outcome().isDone();
        return Stages.follow(
                attempt.outcome(),
                done ? Runnable::run : task -> hop(inContext, task),
                (certificate, failure) -> {
                    if (failure != null) {
                        throw HandshakeFailures.translate(failure);
                    }
                    return certificate;
                },
                attempt::cancel);
    }

    /** The web application's class loader and context, on a thread of the pool. */
    private Executor contextExecutor() {
        Context context = ContextHandler.getCurrentContext();
        if (context instanceof ContextHandler.ScopedContext scoped) {
            return task -> scoped.execute(task, request);
        }
        return context == null ? request.getContext() : context;
    }

    private static void hop(Executor executor, Runnable task) {
        try {
            executor.execute(task);
        } catch (RejectedExecutionException stopping) {
            task.run(); // the pool takes nothing more; nobody must wait for ever
        }
    }

    /** @param place of the thread that will wait for it, taken if that has to be; null if none will */
    private Attempt attempt(NegotiationOptions given, Executor executor, BlockedThreads.@Nullable Place place) {
        NegotiationOptions options = given.withDefaults(defaults());
        Rule rule = Rule.of(options, String.valueOf(Request.getServerName(request)));
        Attempt attempt = new Attempt();
        CompletableFuture<Optional<Judged>> known = options.isFresh()
                ? CompletableFuture.completedFuture(Optional.empty())
                : connection.identity().accepted(rule);
        Step step = new Step(
                attempt,
                options,
                rule,
                executor,
                factory.getStatistics().failureLog().begin(request),
                place);
        if (!known.isDone()) {
            try {
                step.takePlace();
            } catch (NegotiationException tooMany) {
                known.completeExceptionally(tooMany);
            }
        }
        if (known.isDone()) {
            proceed(step, known);
        } else {
            // A resumed TLS session brought it along, or another rule judges: no thread waits but the caller's.
            Scheduler.Task timer = request.getConnectionMetaData()
                    .getConnector()
                    .getScheduler()
                    .schedule(
                            () -> known.completeExceptionally(late(options)),
                            options.deadline().orElseThrow().toMillis(),
                            TimeUnit.MILLISECONDS);
            known.whenComplete((judged, failure) -> {
                timer.cancel();
                hop(executor, () -> proceed(step, known));
            });
        }
        return attempt;
    }

    private static JettyNegotiationException late(NegotiationOptions options) {
        String detail = options.deadline().orElseThrow().toMillis() + " ms";
        return new JettyNegotiationException(Reason.VALIDATION_TIMEOUT, true, detail, null);
    }

    /** One call: what is asked for, how, on what, and for whom. */
    private record Step(
            Attempt attempt,
            NegotiationOptions options,
            Rule rule,
            Executor executor,
            FailureLog.Call call,
            BlockedThreads.@Nullable Place place) {
        /** Takes the place of the thread that will wait, if one will. */
        void takePlace() throws NegotiationException {
            if (place != null) {
                place.take();
            }
        }
    }

    /** Goes on when it is known whether a rule accepts what is there. */
    private void proceed(Step step, CompletableFuture<Optional<Judged>> known) {
        try {
            Judged judged = known.join().orElse(null);
            NegotiationException earlier = lastFailure;
            if (judged != null) {
                factory.getStatistics().present();
                show(judged);
                step.attempt().outcome.complete(present(judged.proof()));
            } else if (earlier != null) {
                step.attempt().outcome.completeExceptionally(earlier);
            } else {
                start(step);
            }
        } catch (NegotiationException | RuntimeException x) {
            NegotiationException failure = HandshakeFailures.translate(x);
            if (failure.reason() == Reason.VALIDATION_TIMEOUT) {
                waitedInVain = true;
                show(null);
            }
            step.call().failed(failure);
            remember(failure);
            step.attempt().outcome.completeExceptionally(failure);
        }
    }

    /** Nobody can be asked any more in a request that costs its connection, or whose client was sent away. */
    private void remember(NegotiationException why) {
        if (!why.isConnectionUsable() || why.reason() == Reason.HTTP_VERSION) {
            lastFailure = why;
        }
    }

    private void start(Step step) throws NegotiationException {
        Attempt attempt = step.attempt();
        NegotiationOptions options = step.options();
        Uncommitted.require(request);
        if (!options.isFresh() && !canBeAskedAgain()) {
            if (connection.identity().wasNotAskedForItResumed() && !hasMechanism()) {
                throw comeAgain();
            }
            if (connection.identity().isDeclined()) {
                attempt.outcome.complete(declined(options));
                return;
            }
        }
        Http1 http = requireHttp1();
        requireMechanism();
        step.takePlace();
        StepUpStream below = stream();
        StepUp stepUp = new StepUp(
                request,
                connection,
                http,
                below,
                options,
                step.rule(),
                step.executor(),
                factory.getStatistics(),
                step.call());
        if (!connection.begin(stepUp)) {
            throw new JettyNegotiationException(Reason.IN_PROGRESS, true, null, null);
        }
        stepUp.outcome().whenComplete((value, failure) -> {
            if (stepUp.answeredNone()) {
                acceptedHere = null;
            }
            show(stepUp.accepted());
            if (failure instanceof NegotiationException why) {
                remember(why);
                if (LEFT_UNREAD.contains(why.reason())) {
                    Lingering lingering = factory.newLingering(request, connection);
                    connection.linger(lingering);
                    below.linger(lingering);
                }
            }
            if (failure == null) {
                attempt.outcome.complete(value);
            } else {
                attempt.outcome.completeExceptionally(failure);
            }
        });
        attempt.runs(stepUp);
        stepUp.start();
    }

    /** An outcome, and what runs for it, which can be given up. Thread-safe. */
    private static final class Attempt {
        final CompletableFuture<ClientCertificate> outcome = new CompletableFuture<>();
        private @Nullable StepUp stepUp;
        private boolean cancelled;

        CompletableFuture<ClientCertificate> outcome() {
            return outcome;
        }

        void runs(StepUp begun) {
            synchronized (this) {
                stepUp = begun;
                if (!cancelled) {
                    return;
                }
            }
            begun.cancel();
        }

        void cancel() {
            StepUp begun;
            synchronized (this) {
                cancelled = true;
                begun = stepUp;
            }
            if (begun != null) {
                begun.cancel();
            }
        }
    }

    /** {@return whether this connection has a way to ask, so that the first handshake's answer need not be the last} */
    private boolean canBeAskedAgain() {
        return hasMechanism() && Http1.of(request) != null;
    }

    private boolean hasMechanism() {
        try {
            connection.mechanism().check();
            return true;
        } catch (NegotiationException cannot) {
            return false;
        }
    }

    /** The client was asked in the first handshake and showed none: an answer, which another connection would not change. */
    private ClientCertificate declined(NegotiationOptions options) throws NegotiationException {
        connection.identity().endSession(); // or the next connection would resume it, and not be asked
        if (options.presence() == Presence.NEED) {
            throw new JettyNegotiationException(Reason.NO_CERTIFICATE, true, "asked in the first handshake", null);
        }
        factory.getStatistics().noCertificate();
        return ClientCertificate.none(Mechanism.FIRST_HANDSHAKE);
    }

    /** The client would have been asked in the first handshake, had there been a full one: the next will be. */
    private NegotiationException comeAgain() {
        connection.identity().endSession();
        Http1 http = Http1.of(request);
        if (http != null) {
            http.closeAfterResponse();
        } else if (Http2Farewell.appliesTo(request)) {
            Http2Farewell.endConnection(request);
        }
        return new JettyNegotiationException(Reason.RESUMED, false, null, null);
    }

    private Http1 requireHttp1() throws NegotiationException {
        Http1 http = Http1.of(request);
        if (http == null) {
            throw refuseVersion();
        }
        if (!http.isStillHttp()) {
            throw new JettyNegotiationException(Reason.RESPONSE_COMMITTED, true, "the connection was upgraded", null);
        }
        return http;
    }

    private void requireMechanism() throws NegotiationException {
        try {
            connection.mechanism().check();
        } catch (NegotiationException cannot) {
            StepUpRedirect.apply(request, factory.getAlternatives());
            throw cannot;
        }
    }

    /** Decided before the body is read and before any error page: the client is to come back, whatever it sent. */
    private NegotiationException refuseVersion() {
        String version = request.getConnectionMetaData().getHttpVersion().asString();
        VersionAnswer answer = factory.http2Answer();
        JettyNegotiationException why =
                new JettyNegotiationException(Reason.HTTP_VERSION, true, version, null).withStatus(answer.status());
        if (StepUpRedirect.apply(request, factory.getAlternatives())
                || !answer.isReset()
                || !Http11Required.appliesTo(request)) {
            return why;
        }
        return Http11Required.reset(request, connection.resetAndRunning(), why)
                ? why
                : why.withStatus(HttpStatus.MISDIRECTED_REQUEST_421);
    }

    /** One stream a request, however often it negotiates. */
    private synchronized StepUpStream stream() {
        StepUpStream below = stream;
        if (below == null) {
            below = StepUpStream.below(request, factory.newKeptBytes(connection));
            stream = below;
        }
        return below;
    }

    /** Makes this request's attributes tell what is true now; Jetty keeps what it saw at the beginning. */
    private void show(@Nullable Judged judged) {
        if (judged != null) {
            acceptedHere = judged;
        }
        NegotiableSslConnection.NegotiableEndPoint endPoint = connection.negotiableEndPoint();
        boolean ofConnection = acceptedIfItStands() == null && !waitedInVain;
        request.setAttribute(
                EndPoint.SslSessionData.ATTRIBUTE,
                ofConnection
                        ? endPoint.getSslSessionData()
                        : endPoint.sessionDataWith(() -> {
                            Judged here = acceptedIfItStands();
                            Judged seen = here == null && waitedInVain ? ofConnection() : here;
                            return seen == null ? null : seen.proof();
                        }));
    }

    @Override
    public void forget() {
        acceptedHere = null;
        connection.identity().forget();
        Http1 http = Http1.of(request);
        if (http != null) {
            http.closeAfterResponse();
        }
        show(null);
    }

    @Override
    public String toString() {
        return "ClientCertificates["
                + shown(acceptedIfItStands(), connection.identity().known()) + "]";
    }
}
