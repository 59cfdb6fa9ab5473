package dev.latchkey.impersonation;

import java.util.Map;
import java.util.TreeMap;

/**
 * Tells identities apart without keeping them: equal for equal captures of one logon.
 *
 * <p>For the keys of pools and caches. Holds no handle and may outlive its identity. Immutable; any thread.
 */
public final class IdentityKey {
    private static final IdentityKey NONE = new IdentityKey(Map.of());

    private final Map<String, Object> parts;
    private final int hash;

    private IdentityKey(Map<String, Object> parts) {
        this.parts = parts;
        hash = parts.hashCode();
    }

    /** {@return the key of "no identity", which is a key of its own} */
    public static IdentityKey none() {
        return NONE;
    }

    static IdentityKey of(Iterable<? extends IdentityPart> parts) {
        Map<String, Object> keys = new TreeMap<>();
        for (IdentityPart part : parts) {
            keys.put(part.provider(), part.key());
        }
        return keys.isEmpty() ? NONE : new IdentityKey(keys);
    }

    /** {@return whether this is the key of "no identity"} */
    public boolean isNone() {
        return parts.isEmpty();
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof IdentityKey key && hash == key.hash && parts.equals(key.parts);
    }

    @Override
    public int hashCode() {
        return hash;
    }

    /** {@return the providers' names and keys; no secret} */
    @Override
    public String toString() {
        return parts.isEmpty() ? "none" : parts.toString();
    }
}
