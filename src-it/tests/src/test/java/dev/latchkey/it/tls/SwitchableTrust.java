package dev.latchkey.it.tls;

import java.net.Socket;
import java.security.KeyStore;
import java.security.cert.CRL;
import java.security.cert.CertificateException;
import java.security.cert.X509Certificate;
import java.util.Arrays;
import java.util.Collection;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.TrustManager;
import javax.net.ssl.X509ExtendedTrustManager;
import org.eclipse.jetty.util.ssl.SslContextFactory;

/**
 * A connector's own trust that can change its mind without a reload, as one does that looks revocation up on the
 * network; it counts how often it is asked.
 */
final class SwitchableTrust extends SslContextFactory.Server {
    private final Set<X509Certificate> refused = ConcurrentHashMap.newKeySet();
    private final AtomicInteger judged = new AtomicInteger();

    void refuse(X509Certificate leaf) {
        refused.add(leaf);
    }

    void accept(X509Certificate leaf) {
        refused.remove(leaf);
    }

    int timesJudged() {
        return judged.get();
    }

    @Override
    protected TrustManager[] getTrustManagers(KeyStore trustStore, Collection<? extends CRL> crls) throws Exception {
        return Arrays.stream(super.getTrustManagers(trustStore, crls))
                .map(m -> new Switchable((X509ExtendedTrustManager) m))
                .toArray(TrustManager[]::new);
    }

    private final class Switchable extends X509ExtendedTrustManager {
        private final X509ExtendedTrustManager stock;

        Switchable(X509ExtendedTrustManager stock) {
            this.stock = stock;
        }

        private void check(X509Certificate[] chain) throws CertificateException {
            judged.incrementAndGet();
            if (refused.contains(chain[0])) {
                throw new CertificateException("refused");
            }
        }

        @Override
        public void checkClientTrusted(X509Certificate[] chain, String authType, SSLEngine engine)
                throws CertificateException {
            check(chain);
            stock.checkClientTrusted(chain, authType, engine);
        }

        @Override
        public void checkClientTrusted(X509Certificate[] chain, String authType, Socket socket)
                throws CertificateException {
            check(chain);
            stock.checkClientTrusted(chain, authType, socket);
        }

        @Override
        public void checkClientTrusted(X509Certificate[] chain, String authType) throws CertificateException {
            check(chain);
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
