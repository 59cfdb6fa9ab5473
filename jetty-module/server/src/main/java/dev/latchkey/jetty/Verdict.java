package dev.latchkey.jetty;

import dev.latchkey.Reason;
import org.jspecify.annotations.Nullable;

/**
 * What a rule says of a chain: accepted, or why not. Immutable.
 *
 * @param distrust null when accepted; else untrusted, expired or revoked
 */
record Verdict(@Nullable Reason distrust) {
    static final Verdict ACCEPTED = new Verdict(null);

    boolean isAccepted() {
        return distrust == null;
    }
}
