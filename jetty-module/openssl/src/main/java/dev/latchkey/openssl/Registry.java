package dev.latchkey.openssl;

import java.lang.ref.WeakReference;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/**
 * Finds the Java object of a native one, for upcalls.
 *
 * <p>An entry is made before the pointer can reach an upcall and removed just before it is freed, so an address that is
 * used again never finds the object before. References are weak: an engine that nobody holds is cleaned up although it
 * is registered. Safe for any thread.
 */
final class Registry {
    private static final ConcurrentHashMap<Long, WeakReference<Object>> ENTRIES = new ConcurrentHashMap<>();

    private Registry() {}

    static void register(long address, Object object) {
        ENTRIES.put(address, new WeakReference<>(object));
    }

    static void forget(long address) {
        ENTRIES.remove(address);
    }

    /** The object of this address and type, or null when there is none: the upcall then answers failure. */
    static <T> @Nullable T find(long address, Class<T> type) {
        WeakReference<Object> reference = ENTRIES.get(address);
        Object object = reference == null ? null : reference.get();
        return type.isInstance(object) ? type.cast(object) : null;
    }

    static int size() {
        return ENTRIES.size();
    }
}
