package dev.latchkey.it.tls;

import dev.latchkey.testkit.ForwardingTrustManager;
import java.net.Socket;
import java.security.KeyStore;
import java.security.cert.CRL;
import java.security.cert.CertificateException;
import java.security.cert.X509Certificate;
import java.util.Arrays;
import java.util.Collection;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.TrustManager;
import javax.net.ssl.X509ExtendedTrustManager;
import org.eclipse.jetty.util.ssl.SslContextFactory;

/** A connector's own trust, in which a test has its say before a client's chain is judged. */
abstract class WatchedTrust extends SslContextFactory.Server {
    /** Called before each judgement of a client's chain, on the thread that judges; what it throws refuses the chain. */
    abstract void judge(X509Certificate[] chain) throws CertificateException;

    @Override
    protected TrustManager[] getTrustManagers(KeyStore trustStore, Collection<? extends CRL> crls) throws Exception {
        return Arrays.stream(super.getTrustManagers(trustStore, crls))
                .map(m -> new Watched((X509ExtendedTrustManager) m))
                .toArray(TrustManager[]::new);
    }

    private final class Watched extends ForwardingTrustManager {
        Watched(X509ExtendedTrustManager stock) {
            super(stock);
        }

        @Override
        public void checkClientTrusted(X509Certificate[] chain, String authType, SSLEngine engine)
                throws CertificateException {
            judge(chain);
            super.checkClientTrusted(chain, authType, engine);
        }

        @Override
        public void checkClientTrusted(X509Certificate[] chain, String authType, Socket socket)
                throws CertificateException {
            judge(chain);
            super.checkClientTrusted(chain, authType, socket);
        }

        @Override
        public void checkClientTrusted(X509Certificate[] chain, String authType) throws CertificateException {
            judge(chain);
            super.checkClientTrusted(chain, authType);
        }
    }
}
