package dev.latchkey.jetty;

import dev.latchkey.Reason;
import java.security.cert.X509Certificate;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What a rule says of a chain: accepted, by which path; or why not. Immutable.
 *
 * @param distrust null when accepted; else untrusted, expired, revoked or revocation-unknown
 * @param path the certificates that the verdict rests on, the leaf first, each signed by the next and the last by a
 *     trusted authority, which is not in it; empty when not accepted
 * @param words what the trust manager said, without any content of a certificate; null if it said nothing
 * @param cause what it threw; null when accepted
 */
record Verdict(
        @Nullable Reason distrust,
        List<X509Certificate> path,
        @Nullable String words,
        @Nullable Throwable cause) {
    static Verdict accepted(List<X509Certificate> path) {
        return new Verdict(null, path, null, null);
    }

    static Verdict refused(Reason why, @Nullable String words, @Nullable Throwable cause) {
        return new Verdict(why, List.of(), words, cause);
    }

    boolean isAccepted() {
        return distrust == null;
    }

    /** {@return whether each certificate that the verdict rests on is within its validity period} */
    boolean isWithinValidity(Instant now) {
        return path.stream().allMatch(c -> Proof.isWithinValidity(c, now));
    }
}
