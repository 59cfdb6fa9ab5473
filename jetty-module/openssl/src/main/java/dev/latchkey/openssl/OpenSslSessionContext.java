package dev.latchkey.openssl;

import java.util.Collections;
import java.util.Enumeration;
import javax.net.ssl.SSLSession;
import javax.net.ssl.SSLSessionContext;
import org.jspecify.annotations.Nullable;

/**
 * The settings of a context's TLS sessions. The sessions themselves are OpenSSL's and in the clients' tickets, so none
 * is listed here. Safe for any thread.
 */
final class OpenSslSessionContext implements SSLSessionContext {
    private static final int DEFAULT_TIMEOUT = 86_400;
    private static final int DEFAULT_CACHE_SIZE = 20_480;

    private final ContextHandle handle;
    private int timeout;
    private int cacheSize;

    OpenSslSessionContext(ContextHandle handle) {
        this.handle = handle;
        setSessionTimeout(DEFAULT_TIMEOUT);
        setSessionCacheSize(DEFAULT_CACHE_SIZE);
    }

    @Override
    public @Nullable SSLSession getSession(byte[] sessionId) {
        return null;
    }

    @Override
    public Enumeration<byte[]> getIds() {
        return Collections.emptyEnumeration();
    }

    /** Applies to TLS sessions that begin later; 0 means no limit. */
    @Override
    public synchronized void setSessionTimeout(int seconds) {
        if (seconds < 0) {
            throw new IllegalArgumentException("A timeout cannot be negative: " + seconds);
        }
        timeout = seconds;
        handle.setTimeout(seconds == 0 ? Integer.MAX_VALUE : seconds);
    }

    @Override
    public synchronized int getSessionTimeout() {
        return timeout;
    }

    @Override
    public synchronized void setSessionCacheSize(int size) {
        if (size < 0) {
            throw new IllegalArgumentException("A cache size cannot be negative: " + size);
        }
        cacheSize = size;
        handle.setCacheSize(size);
    }

    @Override
    public synchronized int getSessionCacheSize() {
        return cacheSize;
    }
}
