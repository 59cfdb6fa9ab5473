package dev.latchkey.jetty;

import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.security.cert.CertificateEncodingException;
import java.security.cert.X509Certificate;
import java.util.Collection;
import java.util.Collections;
import java.util.HashSet;
import java.util.HexFormat;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import javax.net.ssl.SSLSession;

/**
 * Remembers TLS sessions whose identity must not be shown any more.
 *
 * <p>JSSE cannot take back a stateless session ticket that a client holds (RFC 5077): {@code invalidate()} does not
 * reach it, and the session id changes with each resumption. What a ticket brings back unchanged is the moment at which
 * the session was made and the certificate, so these two name it.
 *
 * <p>Too much is forgotten rather than too little: of a certificate with more sessions than are remembered, all that are
 * as old as the youngest of them count as forgotten; and when there are more certificates than are remembered, all
 * sessions that are as old as those of the one that fell out. So nobody can crowd out the sessions of others by his own.
 * Thread-safe.
 */
final class ForgottenSessions {
    private static final int MOST_CERTIFICATES = 10_000;
    private static final int MOST_OF_ONE = 16;

    /** What names a session over its resumptions. */
    record Key(long created, String leafDigest) {}

    /** What was forgotten of one certificate. Guarded by the lock of all. */
    private static final class OfOne {
        private final Set<Long> created = new HashSet<>();
        private long allUpTo = Long.MIN_VALUE;

        void forget(long session) {
            created.add(session);
            if (created.size() > MOST_OF_ONE) {
                allUpTo = Math.max(allUpTo, Collections.max(created));
                created.clear();
            }
        }

        boolean contains(long session) {
            return session <= allUpTo || created.contains(session);
        }

        long youngest() {
            return created.isEmpty() ? allUpTo : Math.max(allUpTo, Collections.max(created));
        }
    }

    private final Map<String, OfOne> byLeaf = new LinkedHashMap<>();
    private long allUpTo = Long.MIN_VALUE;
    /** Read without the lock on each request; nothing is forgotten on most servers. */
    private volatile boolean any;

    void forget(Collection<Key> sessions) {
        synchronized (this) {
            for (Key key : sessions) {
                OfOne known = byLeaf.remove(key.leafDigest()); // and to the end of the row
                OfOne ofOne = known == null ? new OfOne() : known;
                ofOne.forget(key.created());
                byLeaf.put(key.leafDigest(), ofOne);
            }
            while (byLeaf.size() > MOST_CERTIFICATES) {
                Iterator<OfOne> oldest = byLeaf.values().iterator();
                allUpTo = Math.max(allUpTo, oldest.next().youngest());
                oldest.remove();
            }
            any = true;
        }
    }

    boolean contains(SSLSession session, X509Certificate leaf) {
        if (!any) {
            return false;
        }
        Key key = key(session, leaf);
        synchronized (this) {
            OfOne ofOne = byLeaf.get(key.leafDigest());
            return key.created() <= allUpTo || ofOne != null && ofOne.contains(key.created());
        }
    }

    static Key key(SSLSession session, X509Certificate leaf) {
        try {
            byte[] digest = MessageDigest.getInstance("SHA-256").digest(leaf.getEncoded());
            return new Key(session.getCreationTime(), HexFormat.of().formatHex(digest));
        } catch (NoSuchAlgorithmException | CertificateEncodingException x) {
            throw new IllegalStateException("a certificate that was received can be encoded", x);
        }
    }
}
