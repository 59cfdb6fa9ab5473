package dev.latchkey.jetty;

import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.security.cert.CertificateEncodingException;
import java.security.cert.X509Certificate;
import java.util.Collection;
import java.util.HexFormat;
import java.util.Iterator;
import java.util.LinkedHashSet;
import java.util.Set;
import javax.net.ssl.SSLSession;

/**
 * Remembers TLS sessions whose identity must not be shown any more.
 *
 * <p>JSSE cannot take back a stateless session ticket that a client holds (RFC 5077): {@code invalidate()} does not
 * reach it, and the session id changes with each resumption. What a ticket brings back unchanged is the moment at which
 * the session was made and the certificate, so these two name it. When there are too many to remember, every session
 * with an identity that is as old as one that fell out counts as forgotten: too much is forgotten then, never too
 * little. Thread-safe.
 */
final class ForgottenSessions {
    private static final int MOST = 10_000;

    /** What names a session over its resumptions. */
    record Key(long created, String leafDigest) {}

    private final Set<Key> keys = new LinkedHashSet<>();
    private long allUpTo = Long.MIN_VALUE;
    /** Read without the lock on each request; nothing is forgotten on most servers. */
    private volatile boolean any;

    void forget(Collection<Key> sessions) {
        synchronized (this) {
            keys.addAll(sessions);
            while (keys.size() > MOST) {
                Iterator<Key> oldest = keys.iterator();
                allUpTo = Math.max(allUpTo, oldest.next().created());
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
            return key.created() <= allUpTo || keys.contains(key);
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
