package dev.latchkey.impersonation.http;

import dev.latchkey.impersonation.Identity;
import dev.latchkey.impersonation.IdentityFlow;
import dev.latchkey.impersonation.IdentityKey;
import java.io.IOException;
import java.net.CookieHandler;
import java.net.CookieManager;
import java.net.URI;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Cookies of {@code HttpURLConnection}, each identity's apart: {@code CookieHandler.setDefault(...)} takes it.
 *
 * <p>The JVM has one handler for all such connections, and asks it on the thread that uses the connection. Keeps those
 * of the last 1,000 identities. Any thread.
 */
public final class IdentityCookieHandler extends CookieHandler {
    private static final int MOST = 1000;

    private final IdentityFlow flow;
    private final Map<IdentityKey, CookieManager> managers = new LinkedHashMap<>(16, 0.75f, true) {
        private static final long serialVersionUID = 1L;

        @Override
        protected boolean removeEldestEntry(Map.Entry<IdentityKey, CookieManager> eldest) {
            return size() > MOST;
        }
    };

    /** @param flow where identities are taken from, as {@code Identities.flow()} */
    public IdentityCookieHandler(IdentityFlow flow) {
        this.flow = flow;
    }

    @Override
    public Map<String, List<String>> get(URI uri, Map<String, List<String>> headers) throws IOException {
        return own().get(uri, headers);
    }

    @Override
    public void put(URI uri, Map<String, List<String>> headers) throws IOException {
        own().put(uri, headers);
    }

    private CookieManager own() {
        try (Identity caller = flow.current()) {
            synchronized (managers) {
                return managers.computeIfAbsent(caller.key(), key -> new CookieManager());
            }
        }
    }
}
