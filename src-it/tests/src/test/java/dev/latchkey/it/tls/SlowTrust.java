package dev.latchkey.it.tls;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.security.cert.CertificateException;
import java.security.cert.X509Certificate;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

/** A connector's own trust whose judgements hang while a test wants it, as those that wait for an OCSP responder do. */
final class SlowTrust extends WatchedTrust {
    private final AtomicInteger judging = new AtomicInteger();
    private final AtomicInteger most = new AtomicInteger();
    private final AtomicInteger all = new AtomicInteger();
    private volatile CountDownLatch gate = new CountDownLatch(0);

    /** Judgements that begin from now on hang. */
    void hold() {
        gate = new CountDownLatch(1);
    }

    /** All go on. */
    void release() {
        gate.countDown();
    }

    int timesJudged() {
        return all.get();
    }

    /** {@return how many judged at once at most} */
    int mostAtOnce() {
        return most.get();
    }

    void awaitJudging(int count) {
        await("judgements that hang")
                .untilAsserted(() -> assertThat(judging.get()).isEqualTo(count));
    }

    @Override
    void judge(X509Certificate[] chain) throws CertificateException {
        all.incrementAndGet();
        most.accumulateAndGet(judging.incrementAndGet(), Math::max);
        try {
            if (!gate.await(60, TimeUnit.SECONDS)) {
                throw new CertificateException("the test has forgotten to release");
            }
        } catch (InterruptedException x) {
            throw new CertificateException(x);
        } finally {
            judging.decrementAndGet();
        }
    }
}
