package dev.latchkey.jetty;

import dev.latchkey.ClientCertificate;
import dev.latchkey.ClientCertificates;
import dev.latchkey.Mechanism;
import dev.latchkey.NegotiationException;
import dev.latchkey.NegotiationOptions;
import dev.latchkey.NegotiationOptions.Presence;
import dev.latchkey.Reason;
import dev.latchkey.spi.Stages;
import java.util.EnumSet;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import org.eclipse.jetty.http.HttpStatus;
import org.eclipse.jetty.io.EndPoint;
import org.eclipse.jetty.server.Context;
import org.eclipse.jetty.server.Request;
import org.eclipse.jetty.server.handler.ContextHandler;
import org.jspecify.annotations.Nullable;

/**
 * The service of a request: options in, one {@link StepUp} run, result or reason out.
 *
 * <p>Any thread may call while the request lives. A blocking call does the work on its own thread; an asynchronous one
 * on the server's pool, and completes in the web application's context.
 */
final class RequestNegotiation implements ClientCertificates {
    /** Reasons that leave bytes of the body on their way, which the client is still busy sending. */
    private static final Set<Reason> LEFT_UNREAD =
            EnumSet.of(Reason.BODY_TOO_LARGE, Reason.BODY_TIMEOUT, Reason.TOO_MANY);

    private final Request request;
    private final LatchkeySslConnectionFactory factory;
    private final NegotiableSslConnection connection;
    private volatile @Nullable Proof acceptedHere;
    /** After which this request asks nobody any more, and each call fails the same way. */
    private volatile @Nullable NegotiationException lastFailure;

    private @Nullable StepUpStream stream;

    RequestNegotiation(Request request, NegotiableSslConnection connection) {
        this.request = request;
        this.connection = connection;
        this.factory = connection.factory();
    }

    @Override
    public ClientCertificate current() {
        Proof here = acceptedHere;
        Proof proof = here != null && connection.identity().isAlive(here)
                ? here
                : connection.identity().known();
        return proof == null ? ClientCertificate.none() : present(proof);
    }

    private static ClientCertificate present(Proof proof) {
        return ClientCertificate.trusted(proof.chain(), proof.mechanism(), true);
    }

    @Override
    public NegotiationOptions defaults() {
        return factory.defaultOptions();
    }

    @Override
    public ClientCertificate negotiateClientCertificate(NegotiationOptions options) throws NegotiationException {
        CallerExecutor caller = new CallerExecutor();
        try (BlockedThreads.Place place =
                factory.newPlace(request.getConnectionMetaData().getConnector())) {
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

    /** An outcome, and the attempt behind it that can be given up; null when it was there at once. */
    private record Attempt(
            CompletableFuture<ClientCertificate> outcome,
            @Nullable StepUp stepUp) {
        void cancel() {
            if (stepUp != null) {
                stepUp.cancel();
            }
        }
    }

    /** @param place of the thread that will wait for it, taken if that has to be; null if none will */
    private Attempt attempt(NegotiationOptions given, Executor executor, BlockedThreads.@Nullable Place place) {
        NegotiationOptions options = given.withDefaults(defaults());
        Rule rule = Rule.of(options, String.valueOf(Request.getServerName(request)));
        Proof proof = options.isFresh() ? null : connection.identity().accepted(rule);
        if (proof != null) {
            factory.getStatistics().present();
            show(proof);
            return new Attempt(CompletableFuture.completedFuture(present(proof)), null);
        }
        NegotiationException earlier = lastFailure;
        if (earlier != null) {
            return new Attempt(CompletableFuture.failedFuture(earlier), null);
        }
        FailureLog.Call call = factory.getStatistics().failureLog().begin(request);
        try {
            return start(options, rule, executor, call, place);
        } catch (NegotiationException x) {
            call.failed(x);
            remember(x);
            return new Attempt(CompletableFuture.failedFuture(x), null);
        }
    }

    /** Nobody can be asked any more in a request that costs its connection, or whose client was sent away. */
    private void remember(NegotiationException why) {
        if (!why.isConnectionUsable() || why.reason() == Reason.HTTP_VERSION) {
            lastFailure = why;
        }
    }

    private Attempt start(
            NegotiationOptions options,
            Rule rule,
            Executor executor,
            FailureLog.Call call,
            BlockedThreads.@Nullable Place place)
            throws NegotiationException {
        Uncommitted.require(request);
        if (!options.isFresh() && connection.identity().isDeclined() && !canBeAskedAgain()) {
            return new Attempt(declined(options), null);
        }
        Http1 http = requireHttp1();
        requireMechanism();
        if (place != null) {
            place.take();
        }
        StepUpStream below = stream();
        StepUp stepUp =
                new StepUp(request, connection, http, below, options, rule, executor, factory.getStatistics(), call);
        if (!connection.begin(stepUp)) {
            throw new JettyNegotiationException(Reason.IN_PROGRESS, true, null, null);
        }
        CompletableFuture<ClientCertificate> shown = stepUp.outcome().whenComplete((value, failure) -> {
            show(stepUp.accepted());
            if (failure instanceof NegotiationException why) {
                remember(why);
                if (LEFT_UNREAD.contains(why.reason())) {
                    Lingering lingering = factory.newLingering(request, connection);
                    connection.linger(lingering);
                    below.linger(lingering);
                }
            }
        });
        stepUp.start();
        return new Attempt(shown, stepUp);
    }

    /** {@return whether this connection has a way to ask, so that the first handshake's answer need not be the last} */
    private boolean canBeAskedAgain() {
        try {
            connection.mechanism().check();
            return Http1.of(request) != null;
        } catch (NegotiationException cannot) {
            return false;
        }
    }

    /** The client was asked in the first handshake and showed none: an answer, which another connection would not change. */
    private CompletableFuture<ClientCertificate> declined(NegotiationOptions options) throws NegotiationException {
        if (options.presence() == Presence.NEED) {
            throw new JettyNegotiationException(Reason.NO_CERTIFICATE, true, "asked in the first handshake", null);
        }
        factory.getStatistics().noCertificate();
        return CompletableFuture.completedFuture(ClientCertificate.none(Mechanism.FIRST_HANDSHAKE));
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
    private void show(@Nullable Proof proof) {
        if (proof != null) {
            acceptedHere = proof;
        }
        Proof here = acceptedHere;
        boolean alive = here != null && connection.identity().isAlive(here);
        request.setAttribute(
                EndPoint.SslSessionData.ATTRIBUTE,
                alive
                        ? connection.negotiableEndPoint().sessionDataWith(here)
                        : connection.negotiableEndPoint().getSslSessionData());
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
        return "ClientCertificates[" + current() + "]";
    }
}
