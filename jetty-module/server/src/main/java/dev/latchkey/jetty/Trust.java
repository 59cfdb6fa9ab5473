package dev.latchkey.jetty;

import javax.net.ssl.X509ExtendedTrustManager;

/**
 * The trust that one load of a connector's stores made: a trust manager and the TLS sessions that were forgotten under
 * it. A reload makes a new one, and verdicts of the old one do not count any more. Compared by identity.
 */
final class Trust {
    private final X509ExtendedTrustManager trustManager;
    private final ForgottenSessions forgotten = new ForgottenSessions();

    Trust(X509ExtendedTrustManager trustManager) {
        this.trustManager = trustManager;
    }

    X509ExtendedTrustManager trustManager() {
        return trustManager;
    }

    /** TLS sessions live as long as the SSLContext that this trust belongs to, and so does the memory of them. */
    ForgottenSessions forgotten() {
        return forgotten;
    }
}
