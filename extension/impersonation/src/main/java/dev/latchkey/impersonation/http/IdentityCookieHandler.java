package dev.latchkey.impersonation.http;

import dev.latchkey.impersonation.Identity;
import dev.latchkey.impersonation.IdentityFlow;
import java.io.IOException;
import java.net.CookieHandler;
import java.net.CookieManager;
import java.net.URI;
import java.util.List;
import java.util.Map;

/**
 * Cookies of {@code HttpURLConnection}, each identity's apart: {@code CookieHandler.setDefault(...)} takes it.
 *
 * <p>The JVM has one handler for all such connections, and asks it on the thread that uses the connection. Keeps those
 * of the last 1,000 identities. Any thread.
 */
public final class IdentityCookieHandler extends CookieHandler {
    private final IdentityFlow flow;
    private final PerIdentity<CookieManager> managers = new PerIdentity<>(CookieManager::new);

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
            return managers.of(caller.key());
        }
    }
}
