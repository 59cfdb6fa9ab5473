package dev.latchkey.impersonation.http;

import dev.latchkey.impersonation.Identity;
import dev.latchkey.impersonation.IdentityKey;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Ties requests of Jetty's client, and the connections they use, to an identity: the tag of its origins.
 *
 * <p>Tags are equal if their identities' keys are. Each carries its own request's identity, so that redirects and
 * retries, which keep the tag, go on as the same user. A destination keeps the tag of its first request, whose identity
 * may be closed by then; its key stays good. Immutable but for the close; any thread.
 */
final class IdentityTag implements AutoCloseable {
    private final Identity identity;
    private final IdentityKey key;
    private final @Nullable Object inner;

    /** Takes the identity over. */
    IdentityTag(Identity identity, @Nullable Object inner) {
        this.identity = identity;
        this.key = identity.key();
        this.inner = inner;
    }

    Identity identity() {
        return identity;
    }

    IdentityKey key() {
        return key;
    }

    @Override
    public void close() {
        identity.close();
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof IdentityTag tag && key.equals(tag.key) && Objects.equals(inner, tag.inner);
    }

    @Override
    public int hashCode() {
        return 31 * key.hashCode() + Objects.hashCode(inner);
    }

    @Override
    public String toString() {
        return inner == null ? key.toString() : key + "," + inner;
    }
}
