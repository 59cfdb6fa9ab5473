package dev.latchkey.jetty;

import java.util.ArrayList;
import java.util.Collections;
import java.util.Enumeration;
import java.util.List;
import javax.net.ssl.SSLSession;
import javax.net.ssl.SSLSessionContext;
import org.jspecify.annotations.Nullable;

/** Two caches of TLS sessions, set as one. Thread-safe as far as the two are. */
final class PairedSessionContext implements SSLSessionContext {
    private final SSLSessionContext first;
    private final SSLSessionContext second;

    PairedSessionContext(SSLSessionContext first, SSLSessionContext second) {
        this.first = first;
        this.second = second;
    }

    @Override
    public @Nullable SSLSession getSession(byte[] id) {
        SSLSession found = first.getSession(id);
        return found != null ? found : second.getSession(id);
    }

    @Override
    public Enumeration<byte[]> getIds() {
        List<byte[]> ids = new ArrayList<>(Collections.list(first.getIds()));
        ids.addAll(Collections.list(second.getIds()));
        return Collections.enumeration(ids);
    }

    @Override
    public void setSessionTimeout(int seconds) {
        first.setSessionTimeout(seconds);
        second.setSessionTimeout(seconds);
    }

    @Override
    public int getSessionTimeout() {
        return second.getSessionTimeout();
    }

    @Override
    public void setSessionCacheSize(int size) {
        first.setSessionCacheSize(size);
        second.setSessionCacheSize(size);
    }

    @Override
    public int getSessionCacheSize() {
        return second.getSessionCacheSize();
    }
}
