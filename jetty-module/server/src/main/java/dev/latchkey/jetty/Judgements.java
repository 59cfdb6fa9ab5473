package dev.latchkey.jetty;

import dev.latchkey.Reason;
import java.time.Instant;
import java.util.Map;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import javax.net.ssl.SSLEngine;

/**
 * What rules say of one proof under one trust: these two belong together and never change, so no verdict of one trust
 * can be taken for one of another. Each rule judges once, and all who ask meanwhile wait for the same judgement.
 * Thread-safe; nothing here blocks.
 */
final class Judgements {
    /** More rules than this on one connection are judged anew each time. */
    private static final int MOST_RULES = 64;

    private final Proof proof;
    private final Trust trust;
    private final SSLEngine engine;
    private final JudgingThreads threads;
    /** Good for one verdict: when the certificates that it rests on are over, the trust manager is asked. */
    private final AtomicBoolean acceptedByEngine;

    private final Map<Rule, CompletableFuture<Verdict>> verdicts = new ConcurrentHashMap<>();
    private final AtomicLong waitUntil = new AtomicLong();
    private volatile boolean abandoned;

    /** @param acceptedByEngine whether the trust's own trust manager has accepted the chain in the handshake */
    Judgements(Proof proof, Trust trust, SSLEngine engine, JudgingThreads threads, boolean acceptedByEngine) {
        this.proof = proof;
        this.trust = trust;
        this.engine = engine;
        this.threads = threads;
        this.acceptedByEngine = new AtomicBoolean(acceptedByEngine);
    }

    /** {@return the same proof, of which nothing is known yet under another trust} */
    Judgements under(Trust other) {
        return new Judgements(proof, other, engine, threads, false);
    }

    Proof proof() {
        return proof;
    }

    Trust trust() {
        return trust;
    }

    /**
     * {@return what a rule says, judged from now on if it was not yet}
     *
     * <p>Fails with {@link Reason#TOO_MANY} if too many chains wait to be judged.
     */
    CompletableFuture<Verdict> of(Rule rule) {
        CompletableFuture<Verdict> known = verdicts.get(rule);
        if (known != null && isGood(known)) {
            return known;
        }
        CompletableFuture<Verdict> mine = new CompletableFuture<>();
        if (known == null ? verdicts.putIfAbsent(rule, mine) != null : !verdicts.replace(rule, known, mine)) {
            return of(rule); // another thread was faster
        }
        if (verdicts.size() > MOST_RULES) {
            verdicts.remove(rule, mine);
        }
        begin(rule).whenComplete((verdict, failure) -> {
            if (failure == null) {
                mine.complete(verdict);
            } else {
                verdicts.remove(rule, mine); // nothing was said; who asks next may have better luck
                mine.completeExceptionally(failure);
            }
        });
        return mine;
    }

    private CompletableFuture<Verdict> begin(Rule rule) {
        try {
            return rule.equals(Rule.CONNECTOR) && acceptedByEngine.getAndSet(false)
                    ? CompletableFuture.completedFuture(CertificateValidation.acceptedByEngine(proof, trust, engine))
                    : threads.judge(() -> judge(rule));
        } catch (RejectedExecutionException tooMany) {
            return CompletableFuture.failedFuture(new JettyNegotiationException(
                    Reason.TOO_MANY, true, "too many chains wait to be validated", tooMany));
        }
    }

    private Verdict judge(Rule rule) {
        if (abandoned) {
            throw new CancellationException("nobody waits for it any more");
        }
        return CertificateValidation.judge(proof, rule, trust, engine);
    }

    /**
     * {@return how long somebody who only looks may wait for a verdict, in nanoseconds}
     *
     * <p>All wait for the same moment, so however many look, one after the other, they do not wait longer than the first.
     *
     * @param millis how long the first may
     */
    long patience(long millis) {
        long now = System.nanoTime();
        waitUntil.compareAndSet(0, now + TimeUnit.MILLISECONDS.toNanos(millis) | 1); // 0 means that nobody waits
        return waitUntil.get() - now;
    }

    /** What has not begun need not begin. */
    void abandon() {
        abandoned = true;
    }

    /** {@return whether this is still to be waited for, or said something that holds} */
    private static boolean isGood(CompletableFuture<Verdict> verdict) {
        if (!verdict.isDone()) {
            return true;
        }
        if (verdict.isCompletedExceptionally()) {
            return false;
        }
        Verdict said = verdict.join();
        return !said.isAccepted() || said.isWithinValidity(Instant.now());
    }
}
