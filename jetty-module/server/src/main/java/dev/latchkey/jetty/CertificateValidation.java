package dev.latchkey.jetty;

import dev.latchkey.Reason;
import java.security.cert.CertPathValidatorException;
import java.security.cert.CertPathValidatorException.BasicReason;
import java.security.cert.CertificateException;
import java.security.cert.CertificateExpiredException;
import java.security.cert.CertificateNotYetValidException;
import java.security.cert.CertificateRevokedException;
import java.security.cert.X509Certificate;
import java.time.Instant;
import java.util.Set;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.X509ExtendedTrustManager;
import javax.net.ssl.X509TrustManager;
import javax.security.auth.x500.X500Principal;
import org.jspecify.annotations.Nullable;

/**
 * Judges a chain by a rule: the same way after a negotiation, for a resumed TLS session, and for another rule on the
 * same connection. Fails closed: what throws is not accepted. Stateless; may block on look-ups of revocation, so it is
 * never called on a selector thread nor under a lock.
 */
final class CertificateValidation {
    private CertificateValidation() {}

    static Verdict judge(Proof proof, Rule rule, Trust connector, SSLEngine engine) {
        X509TrustManager own = rule.trustManager();
        X509TrustManager judge = own == null ? connector.trustManager() : own;
        X509Certificate[] chain = proof.chain().toArray(X509Certificate[]::new);
        try {
            if (judge instanceof X509ExtendedTrustManager extended) {
                extended.checkClientTrusted(chain, proof.authType(), new FinishedEngine(engine, proof.session()));
            } else {
                judge.checkClientTrusted(chain, proof.authType());
            }
        } catch (CertificateException x) {
            return new Verdict(distrust(proof, x));
        } catch (RuntimeException x) {
            // A trust manager that breaks has not accepted anything.
            return new Verdict(Reason.UNTRUSTED);
        }
        if (!proof.isWithinValidity(Instant.now())) {
            // A trust manager of the caller's may not look at the clock.
            return new Verdict(Reason.EXPIRED);
        }
        return leadsTo(proof, rule.acceptedIssuers()) ? Verdict.ACCEPTED : new Verdict(Reason.UNTRUSTED);
    }

    /** The list in a CertificateRequest is a hint that a client may ignore (RFC 5246 section 7.4.4). */
    private static boolean leadsTo(Proof proof, @Nullable Set<X500Principal> issuers) {
        return issuers == null || proof.chain().stream().anyMatch(c -> issuers.contains(c.getIssuerX500Principal()));
    }

    private static Reason distrust(Proof proof, Throwable failure) {
        for (Throwable t = failure; t != null; t = t.getCause()) {
            if (t instanceof CertificateRevokedException
                    || (t instanceof CertPathValidatorException path && path.getReason() == BasicReason.REVOKED)) {
                return Reason.REVOKED;
            }
            if (t instanceof CertificateExpiredException || t instanceof CertificateNotYetValidException) {
                return Reason.EXPIRED;
            }
        }
        // A builder of paths reports "no path" for a leaf that is out of date; the leaf itself tells.
        return proof.isWithinValidity(Instant.now()) ? Reason.UNTRUSTED : Reason.EXPIRED;
    }
}
