package dev.latchkey.impersonation.http;

import dev.latchkey.impersonation.IdentityKey;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.Supplier;

/** One thing for each identity, of the 1,000 that were seen last; who comes back later has a new one. Any thread. */
final class PerIdentity<V> {
    private static final int MOST = 1000;

    private final Supplier<V> made;
    private final Map<IdentityKey, V> things = new LinkedHashMap<>(16, 0.75f, true) {
        private static final long serialVersionUID = 1L;

        @Override
        protected boolean removeEldestEntry(Map.Entry<IdentityKey, V> eldest) {
            return size() > MOST;
        }
    };

    /** @param made called under a lock: makes an object, and nothing more */
    PerIdentity(Supplier<V> made) {
        this.made = made;
    }

    synchronized V of(IdentityKey key) {
        return things.computeIfAbsent(key, each -> made.get());
    }
}
