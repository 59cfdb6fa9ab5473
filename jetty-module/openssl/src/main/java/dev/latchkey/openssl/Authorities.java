package dev.latchkey.openssl;

import java.security.cert.X509Certificate;
import java.util.Arrays;
import java.util.List;
import javax.net.ssl.X509TrustManager;
import javax.security.auth.x500.X500Principal;

/**
 * The names of authorities that go with a CertificateRequest: those that the trust manager accepts at that moment.
 *
 * <p>As with JSSE the trust manager is asked each time, for it may answer one connection otherwise than another. The
 * usual answer is in the context already, and is not copied again. Immutable; the calls on a connection are made under
 * its engine's lock.
 */
final class Authorities {
    private final X509TrustManager manager;
    private final X509Certificate[] usual;

    Authorities(X509TrustManager manager) {
        this.manager = manager;
        this.usual = issuers(manager);
    }

    private static X509Certificate[] issuers(X509TrustManager manager) {
        X509Certificate[] issuers = manager.getAcceptedIssuers();
        return issuers == null ? new X509Certificate[0] : issuers.clone();
    }

    /** The names that a connection sends without being told. */
    List<X500Principal> usual() {
        return names(usual);
    }

    /** Tells a connection that is about to ask which names to send. */
    void apply(long ssl) {
        X509Certificate[] now = issuers(manager);
        // 0 means: those of the context.
        LibSsl.SSL_set_client_CA_list(ssl, Arrays.equals(now, usual) ? 0 : Certificates.namesToNative(names(now)));
    }

    private static List<X500Principal> names(X509Certificate[] issuers) {
        return Arrays.stream(issuers)
                .map(X509Certificate::getSubjectX500Principal)
                .distinct()
                .toList();
    }
}
