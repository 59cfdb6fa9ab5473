package dev.latchkey.impersonation.http;

import dev.latchkey.impersonation.IdentityKey;
import java.util.LinkedHashMap;
import java.util.Map;
import org.eclipse.jetty.http.HttpCookieStore;

/** A store of cookies for each identity, of those that were seen last. Any thread. */
final class IdentityCookies {
    private static final int MOST = 1000;

    private final Map<IdentityKey, HttpCookieStore> stores = new LinkedHashMap<>(16, 0.75f, true) {
        private static final long serialVersionUID = 1L;

        @Override
        protected boolean removeEldestEntry(Map.Entry<IdentityKey, HttpCookieStore> eldest) {
            return size() > MOST;
        }
    };

    synchronized HttpCookieStore of(IdentityKey key) {
        return stores.computeIfAbsent(key, each -> new HttpCookieStore.Default());
    }
}
