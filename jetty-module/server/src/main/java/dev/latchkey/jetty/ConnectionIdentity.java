package dev.latchkey.jetty;

import dev.latchkey.Mechanism;
import dev.latchkey.NegotiationException;
import java.security.cert.Certificate;
import java.security.cert.X509Certificate;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Supplier;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLPeerUnverifiedException;
import javax.net.ssl.SSLSession;
import org.jspecify.annotations.Nullable;

/**
 * Whose connection this is: what the client proved on it, and which rules accepted that.
 *
 * <p>A proof is visible to requests only while the connector's own trust accepts it, the certificates that this rests on
 * are valid and it is not forgotten. Proof, trust and verdicts are swapped as one. Thread-safe.
 */
final class ConnectionIdentity {
    /** A connection that has had as many TLS sessions with an identity ends: each can be resumed, and is remembered. */
    private static final int MOST_SESSIONS = 64;

    private final SSLEngine engine;
    private final Supplier<Trust> connectorTrust;
    private final JudgingThreads threads;
    /** The memory of the engine's own SSLContext, whatever was loaded since: who shares a TLS session shares it. */
    private final ForgottenSessions forgottenSessions;

    private final Supplier<BlockedThreads.Place> places;
    /**
     * All TLS sessions that this connection has had, with a chain that the connector's trust has accepted or may accept
     * yet: the client may hold a ticket of each.
     */
    private final Map<ForgottenSessions.Key, SSLSession> sessions = new ConcurrentHashMap<>();

    private final AtomicReference<@Nullable Judgements> state = new AtomicReference<>();
    private volatile FirstAnswer firstAnswer = FirstAnswer.NOT_ASKED;

    /** What the client said to the question in the first handshake. */
    private enum FirstAnswer {
        /** It was not asked, or has been asked again since. */
        NOT_ASKED,
        /** It showed a certificate, or none. */
        GIVEN,
        /** It resumed a TLS session, which leaves no room for the question. */
        RESUMED
    }

    /**
     * @param engine the connection's engine
     * @param connectorTrust the connector's trust as it is now
     * @param threads on which chains are judged
     * @param forgottenSessions the sessions that were forgotten under the engine's SSLContext
     * @param places gives a thread its place while it waits for a verdict
     */
    ConnectionIdentity(
            SSLEngine engine,
            Supplier<Trust> connectorTrust,
            JudgingThreads threads,
            ForgottenSessions forgottenSessions,
            Supplier<BlockedThreads.Place> places) {
        this.engine = engine;
        this.connectorTrust = connectorTrust;
        this.threads = threads;
        this.forgottenSessions = forgottenSessions;
        this.places = places;
    }

    /**
     * Takes what the first handshake brought. A chain that the engine did not have judged came from a resumed TLS
     * session, and is judged when it is first asked for.
     *
     * @param connectedMillis when the engine was made: a TLS session that is older was resumed
     */
    void firstHandshake(HandshakeScope scope, Trust trust, long connectedMillis) {
        SSLSession session = engine.getSession();
        List<X509Certificate> chain = peerCertificates(session);
        boolean judged = !chain.isEmpty() && chain.equals(scope.chain());
        if (engine.getWantClientAuth() || engine.getNeedClientAuth()) {
            boolean resumed = chain.isEmpty() ? session.getCreationTime() < connectedMillis : !judged;
            firstAnswer = resumed ? FirstAnswer.RESUMED : FirstAnswer.GIVEN;
        }
        if (!chain.isEmpty()) {
            Proof proof = new Proof(chain, Proof.authType(chain.get(0)), Mechanism.FIRST_HANDSHAKE, session);
            note(proof);
            state.set(new Judgements(proof, trust, engine, threads, judged));
        }
    }

    /** {@return whether the client was asked in the first handshake, showed no certificate, and has shown none since} */
    boolean isDeclined() {
        return firstAnswer == FirstAnswer.GIVEN && state.get() == null && sessions.isEmpty();
    }

    /** {@return whether the client would have been asked in the first handshake, had it not resumed a TLS session} */
    boolean wasNotAskedForItResumed() {
        return firstAnswer == FirstAnswer.RESUMED;
    }

    /** Takes care that the TLS session is not resumed any more, so that the client's next connection is asked. */
    void endSession() {
        engine.getSession().invalidate();
    }

    /** {@return whether it was new} */
    private boolean note(Proof proof) {
        return sessions.putIfAbsent(ForgottenSessions.key(proof.session(), proof.leaf()), proof.session()) == null;
    }

    /** {@return whether the connection has had so many TLS sessions with an identity that it must end} */
    boolean isFull() {
        return sessions.size() >= MOST_SESSIONS;
    }

    static List<X509Certificate> peerCertificates(SSLSession session) {
        try {
            Certificate[] chain = session.getPeerCertificates();
            return Arrays.stream(chain).map(X509Certificate.class::cast).toList();
        } catch (SSLPeerUnverifiedException none) {
            return List.of();
        }
    }

    /** {@return what is proven on this connection, under the trust of now; null if nothing is that may be shown} */
    private @Nullable Judgements now() {
        while (true) {
            Judgements now = state.get();
            if (now == null || !isAlive(now.proof())) {
                return null;
            }
            Trust trust = connectorTrust.get();
            if (now.trust() == trust) {
                return now;
            }
            // The stores were loaded anew: what the old ones said counts no more.
            Judgements next = now.under(trust);
            if (state.compareAndSet(now, next)) {
                return next;
            }
        }
    }

    /** {@return what was proven last, whether it may be seen or not; null if nothing was} */
    @Nullable
    Proof proof() {
        Judgements now = state.get();
        return now == null ? null : now.proof();
    }

    /**
     * {@return the proof that requests may see; null if there is none, or it was not judged in time, or no thread more may
     * wait} The only method here that waits.
     *
     * @param millis how long, counted from when somebody first waited for this proof
     */
    @Nullable
    Judged awaitVisible(long millis) {
        Judgements now = now();
        if (now == null) {
            return null;
        }
        CompletableFuture<Optional<Judged>> accepted = accepted(Rule.CONNECTOR);
        if (accepted.isDone()) {
            return known(accepted);
        }
        try (BlockedThreads.Place place = places.get()) {
            place.take();
            return accepted.get(now.patience(millis), TimeUnit.NANOSECONDS).orElse(null);
        } catch (InterruptedException x) {
            Thread.currentThread().interrupt();
            return null;
        } catch (ExecutionException | TimeoutException | NegotiationException notJudged) {
            return null; // in doubt nobody is
        }
    }

    /** {@return the proof that requests may see, as far as it is known; null if none} Never waits. */
    @Nullable
    Judged known() {
        return known(accepted(Rule.CONNECTOR));
    }

    private static @Nullable Judged known(CompletableFuture<Optional<Judged>> known) {
        return known.isDone() && !known.isCompletedExceptionally()
                ? known.join().orElse(null)
                : null;
    }

    /**
     * {@return completes with the proof if a rule accepts it, judged from now on if it was not yet; empty if there is none
     * or it does not; fails if it cannot be judged now}
     */
    CompletableFuture<Optional<Judged>> accepted(Rule rule) {
        Judgements now = now();
        if (now == null) {
            return CompletableFuture.completedFuture(Optional.empty());
        }
        return now.of(rule).thenCompose(verdict -> {
            Judged judged = new Judged(now, rule, verdict);
            Judgements then = state.get();
            if (then != null && (then != now || !isOfNow(judged))) {
                return accepted(rule); // another proof came, or the stores were loaded anew, while this one was judged
            }
            boolean good = then != null && judged.isAccepted() && stands(judged);
            return CompletableFuture.completedFuture(good ? Optional.of(judged) : Optional.empty());
        });
    }

    /** {@return whether a proof may still be shown to anybody: it is valid, and was not forgotten} Never waits. */
    boolean isAlive(Proof proof) {
        return proof.isWithinValidity(Instant.now()) && !forgottenSessions.contains(proof.session(), proof.leaf());
    }

    /** {@return whether what a rule said still holds} Never waits. */
    boolean stands(Judged judged) {
        return isAlive(judged.proof()) && judged.verdict().isWithinValidity(Instant.now()) && isOfNow(judged);
    }

    private boolean isOfNow(Judged judged) {
        return judged.rule().trustManager() != null || judged.judgements().trust() == connectorTrust.get();
    }

    /**
     * {@return what a rule says of a proof that is not this connection's yet, under the trust of when it has said it; who
     * does not want to know any more cancels it}
     */
    CompletableFuture<Judged> judge(Proof proof, Rule rule) {
        boolean isNew = note(proof);
        Judgements fresh = new Judgements(proof, connectorTrust.get(), engine, threads, false);
        CompletableFuture<Judged> result = fresh.of(rule).thenCompose(verdict -> {
            Judged judged = new Judged(fresh, rule, verdict);
            if (!isOfNow(judged)) {
                return judge(proof, rule);
            }
            if (isNew && !judged.isAccepted() && rule.equals(Rule.CONNECTOR)) {
                // Nobody accepts it, so there is nothing to forget, however many of these the client makes.
                sessions.remove(ForgottenSessions.key(proof.session(), proof.leaf()));
                if (proof.mechanism() == Mechanism.RENEGOTIATION
                        && !(engine instanceof PostHandshakeAuthenticationEngine)) {
                    // JSSE would keep it, with its chain, for a day; our own engine bounds what it keeps by size.
                    proof.session().invalidate();
                }
            }
            return CompletableFuture.completedFuture(judged);
        });
        result.whenComplete((judged, failure) -> {
            if (failure instanceof CancellationException) {
                fresh.abandon();
            }
        });
        return result;
    }

    /** The client has been asked on the open connection: what it said in the first handshake is not its answer any more. */
    void askedAgain() {
        firstAnswer = FirstAnswer.NOT_ASKED;
    }

    /** Replaces what the client proved before, after a rule has accepted the new proof. */
    void replace(Judged accepted) {
        state.set(accepted.judgements());
    }

    /** The client was asked again and showed no certificate: what it proved before is not its answer any more. */
    void clear() {
        state.set(null);
    }

    /** Takes the identity from the connection and from each TLS session that it has had. */
    void forget() {
        state.set(null);
        forgottenSessions.forget(sessions.keySet());
        sessions.values().forEach(SSLSession::invalidate);
    }
}
