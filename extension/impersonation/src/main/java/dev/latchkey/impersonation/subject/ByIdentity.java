package dev.latchkey.impersonation.subject;

import java.lang.ref.Reference;
import java.lang.ref.ReferenceQueue;
import java.lang.ref.WeakReference;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import org.jspecify.annotations.Nullable;

/**
 * What is known of objects, each by itself and for as long as it is there: asks nobody's {@code equals}.
 *
 * <p>A value must not reach its key. Any thread.
 */
final class ByIdentity<K, V> {
    private final ConcurrentMap<Object, V> values = new ConcurrentHashMap<>();
    private final ReferenceQueue<K> gone = new ReferenceQueue<>();

    @Nullable
    V get(K key) {
        return values.get(new Sought(key));
    }

    void put(K key, V value) {
        forget();
        values.put(new Held<>(key, gone), value);
    }

    /** {@return what is there now} */
    V putIfAbsent(K key, V value) {
        forget();
        V other = values.putIfAbsent(new Held<>(key, gone), value);
        return other == null ? value : other;
    }

    int size() {
        forget();
        return values.size();
    }

    private void forget() {
        for (Reference<? extends K> each = gone.poll(); each != null; each = gone.poll()) {
            values.remove(each);
        }
    }

    private static boolean same(Object one, Object other) {
        Object first = referent(one);
        return one == other || (first != null && first == referent(other));
    }

    private static @Nullable Object referent(Object holder) {
        return holder instanceof Held<?> held ? held.get() : holder instanceof Sought sought ? sought.key : null;
    }

    /** Equal to another that holds the same object, and to itself when that is gone. */
    private static final class Held<K> extends WeakReference<K> {
        private final int hash;

        Held(K key, ReferenceQueue<K> gone) {
            super(key, gone);
            hash = System.identityHashCode(key);
        }

        @Override
        public int hashCode() {
            return hash;
        }

        @Override
        public boolean equals(@Nullable Object other) {
            return other != null && same(this, other);
        }
    }

    private static final class Sought {
        private final Object key;

        Sought(Object key) {
            this.key = key;
        }

        @Override
        public int hashCode() {
            return System.identityHashCode(key);
        }

        @Override
        public boolean equals(@Nullable Object other) {
            return other != null && same(this, other);
        }
    }
}
