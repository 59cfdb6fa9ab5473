package dev.latchkey.it.tls;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.net.Socket;
import java.security.KeyStore;
import java.security.cert.CRL;
import java.security.cert.CertificateException;
import java.security.cert.X509Certificate;
import java.util.Arrays;
import java.util.Collection;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.TrustManager;
import javax.net.ssl.X509ExtendedTrustManager;
import org.eclipse.jetty.util.ssl.SslContextFactory;

/** A connector's own trust whose judgements hang while a test wants it, as those that wait for an OCSP responder do. */
final class SlowTrust extends SslContextFactory.Server {
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
    protected TrustManager[] getTrustManagers(KeyStore trustStore, Collection<? extends CRL> crls) throws Exception {
        return Arrays.stream(super.getTrustManagers(trustStore, crls))
                .map(m -> new Slow((X509ExtendedTrustManager) m))
                .toArray(TrustManager[]::new);
    }

    private void judge() throws CertificateException {
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

    private final class Slow extends X509ExtendedTrustManager {
        private final X509ExtendedTrustManager stock;

        Slow(X509ExtendedTrustManager stock) {
            this.stock = stock;
        }

        @Override
        public void checkClientTrusted(X509Certificate[] chain, String authType, SSLEngine engine)
                throws CertificateException {
            judge();
            stock.checkClientTrusted(chain, authType, engine);
        }

        @Override
        public void checkClientTrusted(X509Certificate[] chain, String authType, Socket socket)
                throws CertificateException {
            judge();
            stock.checkClientTrusted(chain, authType, socket);
        }

        @Override
        public void checkClientTrusted(X509Certificate[] chain, String authType) throws CertificateException {
            judge();
            stock.checkClientTrusted(chain, authType);
        }

        @Override
        public void checkServerTrusted(X509Certificate[] chain, String authType, SSLEngine engine)
                throws CertificateException {
            stock.checkServerTrusted(chain, authType, engine);
        }

        @Override
        public void checkServerTrusted(X509Certificate[] chain, String authType, Socket socket)
                throws CertificateException {
            stock.checkServerTrusted(chain, authType, socket);
        }

        @Override
        public void checkServerTrusted(X509Certificate[] chain, String authType) throws CertificateException {
            stock.checkServerTrusted(chain, authType);
        }

        @Override
        public X509Certificate[] getAcceptedIssuers() {
            return stock.getAcceptedIssuers();
        }
    }
}
