package dev.latchkey.impersonation.http;

import dev.latchkey.impersonation.Identity;
import dev.latchkey.impersonation.IdentityKey;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import org.jspecify.annotations.Nullable;

/**
 * The tags of the requests that are under way, so that what a client does for any request of a user can be done as the
 * user. Any thread.
 */
final class TagsUnderWay {
    private final Map<IdentityKey, Queue<IdentityTag>> tags = new ConcurrentHashMap<>();

    /** A request begins. */
    void add(IdentityTag tag) {
        tags.compute(tag.key(), (key, found) -> {
            Queue<IdentityTag> all = found == null ? new ConcurrentLinkedQueue<>() : found;
            all.add(tag);
            return all;
        });
    }

    /** A request has ended; its tag is closed. */
    @SuppressWarnings("ReferenceEquality") // Equal tags are of other requests of the same user.
    void done(IdentityTag tag) {
        tags.computeIfPresent(tag.key(), (key, all) -> {
            all.removeIf(each -> each == tag);
            return all.isEmpty() ? null : all;
        });
        tag.close();
    }

    /**
     * {@return a reference of one's own to the identity of one of the user's requests, to be closed; null if none is
     * under way}
     *
     * <p>Taken while the request cannot end: it may on another thread, at any time.
     */
    @Nullable
    Identity retain(IdentityKey key) {
        Identity[] own = new Identity[1];
        tags.computeIfPresent(key, (same, all) -> {
            own[0] = all.element().identity().retain();
            return all;
        });
        return own[0];
    }
}
