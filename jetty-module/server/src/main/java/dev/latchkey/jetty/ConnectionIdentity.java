package dev.latchkey.jetty;

import dev.latchkey.Mechanism;
import java.security.cert.Certificate;
import java.security.cert.X509Certificate;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Supplier;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLPeerUnverifiedException;
import javax.net.ssl.SSLSession;
import org.jspecify.annotations.Nullable;

/**
 * Whose connection this is: what the client proved on it, and which rules accepted that.
 *
 * <p>A proof is visible to requests only while the connector's own trust accepts it, its certificates are valid and it
 * is not forgotten. Thread-safe; no lock is held while a trust manager judges, so two threads may judge the same twice.
 */
final class ConnectionIdentity {
    /** More rules than this on one connection are judged anew each time. */
    private static final int MOST_VERDICTS = 64;

    /** A proof with what was said of it. */
    private static final class State {
        final Proof proof;
        final Map<Rule, Verdict> verdicts = new ConcurrentHashMap<>();
        /** The trust that the connector's verdict was given under; a reload makes another. */
        volatile @Nullable Trust judgedUnder;

        State(Proof proof) {
            this.proof = proof;
        }
    }

    private final SSLEngine engine;
    private final Supplier<Trust> connectorTrust;
    /** The memory of the engine's own SSLContext, whatever was loaded since: who shares a TLS session shares it. */
    private final ForgottenSessions forgottenSessions;
    /** All TLS sessions with a chain that this connection has had: the client may hold a ticket of each. */
    private final Set<ForgottenSessions.Key> sessions = ConcurrentHashMap.newKeySet();

    private volatile @Nullable State state;
    private volatile boolean forgotten;
    private volatile boolean declined;

    /**
     * @param engine the connection's engine
     * @param connectorTrust the connector's trust as it is now
     * @param forgottenSessions the sessions that were forgotten under the engine's SSLContext
     */
    ConnectionIdentity(SSLEngine engine, Supplier<Trust> connectorTrust, ForgottenSessions forgottenSessions) {
        this.engine = engine;
        this.connectorTrust = connectorTrust;
        this.forgottenSessions = forgottenSessions;
    }

    /**
     * Takes what the first handshake brought. A chain that the engine did not have judged came from a resumed TLS
     * session, and is judged when it is first asked for.
     */
    void firstHandshake(HandshakeScope scope, Trust trust) {
        SSLSession session = engine.getSession();
        List<X509Certificate> chain = peerCertificates(session);
        if (chain.isEmpty()) {
            declined = engine.getWantClientAuth() || engine.getNeedClientAuth();
            return;
        }
        State first = new State(new Proof(chain, Proof.authType(chain.get(0)), Mechanism.FIRST_HANDSHAKE, session));
        if (chain.equals(scope.chain())) {
            first.verdicts.put(Rule.CONNECTOR, Verdict.ACCEPTED);
            first.judgedUnder = trust;
        }
        note(first.proof);
        state = first;
    }

    /** {@return whether the client was asked in the first handshake, showed no certificate, and has shown none since} */
    boolean isDeclined() {
        return declined && sessions.isEmpty();
    }

    private void note(Proof proof) {
        sessions.add(ForgottenSessions.key(proof.session(), proof.leaf()));
    }

    static List<X509Certificate> peerCertificates(SSLSession session) {
        try {
            Certificate[] chain = session.getPeerCertificates();
            return Arrays.stream(chain).map(X509Certificate.class::cast).toList();
        } catch (SSLPeerUnverifiedException none) {
            return List.of();
        }
    }

    /** {@return the proof that requests may see, judged now if it was not yet; null if none} May block. */
    @Nullable
    Proof visible() {
        return accepted(Rule.CONNECTOR);
    }

    /** {@return the proof that requests may see, as far as it is known; null if none} Never blocks. */
    @Nullable
    Proof known() {
        State now = state;
        if (now == null || !isAlive(now.proof) || now.judgedUnder != connectorTrust.get()) {
            return null;
        }
        Verdict verdict = now.verdicts.get(Rule.CONNECTOR);
        return verdict != null && verdict.isAccepted() ? now.proof : null;
    }

    /** {@return the proof if a rule accepts it, judged now if it was not yet; null if there is none or it does not} */
    @Nullable
    Proof accepted(Rule rule) {
        State now = state;
        if (now == null || !isAlive(now.proof)) {
            return null;
        }
        Trust trust = connectorTrust.get();
        if (now.judgedUnder != trust) {
            // The stores were loaded anew: what the old ones said counts no more.
            now.verdicts.clear();
            now.judgedUnder = trust;
        }
        Verdict verdict = now.verdicts.get(rule);
        if (verdict == null) {
            verdict = CertificateValidation.judge(now.proof, rule, trust, engine);
            if (now.judgedUnder == trust) { // else a reload came in between, and this verdict is of the old stores
                remember(now, rule, verdict);
            }
        }
        return verdict.isAccepted() ? now.proof : null;
    }

    /** {@return whether a proof may still be shown to anybody: it is valid, and was not forgotten} Never blocks. */
    boolean isAlive(Proof proof) {
        return !forgotten
                && proof.isWithinValidity(Instant.now())
                && !forgottenSessions.contains(proof.session(), proof.leaf());
    }

    /** {@return what a rule says of a proof that is not this connection's yet} May block. */
    Verdict judge(Proof proof, Rule rule) {
        note(proof);
        return CertificateValidation.judge(proof, rule, connectorTrust.get(), engine);
    }

    private static void remember(State now, Rule rule, Verdict verdict) {
        if (now.verdicts.size() < MOST_VERDICTS) {
            now.verdicts.put(rule, verdict);
        }
    }

    /** Replaces what the client proved before, after a rule has accepted the new proof. */
    void replace(Proof proof, Rule acceptedBy) {
        State next = new State(proof);
        next.judgedUnder = connectorTrust.get();
        next.verdicts.put(acceptedBy, Verdict.ACCEPTED);
        state = next;
        forgotten = false;
    }

    /** The client was asked again and showed no certificate: what it proved before is not its answer any more. */
    void clear() {
        state = null;
    }

    /** Takes the identity from the connection and from each TLS session that it has had. */
    void forget() {
        State now = state;
        forgotten = true;
        state = null;
        forgottenSessions.forget(sessions);
        if (now != null) {
            now.proof.session().invalidate();
        }
    }
}
