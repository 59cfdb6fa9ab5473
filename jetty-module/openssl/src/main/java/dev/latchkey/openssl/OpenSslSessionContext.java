package dev.latchkey.openssl;

import java.util.Collections;
import java.util.Enumeration;
import javax.net.ssl.SSLSession;
import javax.net.ssl.SSLSessionContext;
import org.jspecify.annotations.Nullable;

/**
 * The settings of a context's TLS sessions. The sessions themselves are encoded, here or in the clients' tickets, so
 * none is listed. Safe for any thread.
 */
final class OpenSslSessionContext implements SSLSessionContext {
    private final KeptSessions kept;

    OpenSslSessionContext(KeptSessions kept) {
        this.kept = kept;
    }

    KeptSessions kept() {
        return kept;
    }

    @Override
    public @Nullable SSLSession getSession(byte[] sessionId) {
        return null;
    }

    @Override
    public Enumeration<byte[]> getIds() {
        return Collections.emptyEnumeration();
    }

    /** Applies to sessions that are kept and to tickets that are given later; 0 means no limit. */
    @Override
    public void setSessionTimeout(int seconds) {
        if (seconds < 0) {
            throw new IllegalArgumentException("A timeout cannot be negative: " + seconds);
        }
        kept.setTimeout(seconds);
    }

    @Override
    public int getSessionTimeout() {
        return kept.timeout();
    }

    @Override
    public void setSessionCacheSize(int size) {
        if (size < 0) {
            throw new IllegalArgumentException("A cache size cannot be negative: " + size);
        }
        kept.setMost(size);
    }

    @Override
    public int getSessionCacheSize() {
        return kept.most();
    }
}
