package dev.latchkey.it.tls;

import java.security.cert.CertificateException;
import java.security.cert.X509Certificate;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * A connector's own trust that can change its mind without a reload, as one does that looks revocation up on the
 * network; it counts how often it is asked.
 */
final class SwitchableTrust extends WatchedTrust {
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
    void judge(X509Certificate[] chain) throws CertificateException {
        judged.incrementAndGet();
        if (refused.contains(chain[0])) {
            throw new CertificateException("refused");
        }
    }
}
