package dev.latchkey.jetty;

import dev.latchkey.Mechanism;
import java.security.cert.X509Certificate;
import java.time.Instant;
import java.util.List;
import javax.net.ssl.SSLSession;

/**
 * A chain whose key the client proved to hold, in a handshake that finished, or that a resumed TLS session brought
 * along. It says nothing of trust. Immutable.
 *
 * @param chain the leaf first, not empty
 * @param authType the key type of the leaf, as trust managers are told it
 * @param mechanism how it came
 * @param session the TLS session it belongs to
 */
record Proof(List<X509Certificate> chain, String authType, Mechanism mechanism, SSLSession session) {
    X509Certificate leaf() {
        return chain.get(0);
    }

    /** {@return whether the leaf is within its validity period; which of the others count is known to a {@link Verdict}} */
    boolean isWithinValidity(Instant now) {
        return isWithinValidity(leaf(), now);
    }

    static boolean isWithinValidity(X509Certificate certificate, Instant now) {
        return !now.isBefore(certificate.getNotBefore().toInstant())
                && !now.isAfter(certificate.getNotAfter().toInstant());
    }

    /** {@return the key type of a leaf, as JSSE names it to trust managers} */
    static String authType(X509Certificate leaf) {
        String algorithm = leaf.getPublicKey().getAlgorithm();
        return switch (algorithm) {
            case "RSA", "DSA", "EC", "RSASSA-PSS" -> algorithm;
            default -> "UNKNOWN";
        };
    }
}
