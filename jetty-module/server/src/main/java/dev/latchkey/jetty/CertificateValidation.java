package dev.latchkey.jetty;

import dev.latchkey.Reason;
import java.security.cert.CertificateException;
import java.security.cert.X509Certificate;
import java.time.Instant;
import java.util.Comparator;
import java.util.Date;
import java.util.List;
import java.util.Set;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.X509ExtendedTrustManager;
import javax.net.ssl.X509TrustManager;
import javax.security.auth.x500.X500Principal;
import org.jspecify.annotations.Nullable;

/**
 * Judges a chain by a rule: the same way after a negotiation, for a resumed TLS session, and for another rule on the
 * same connection. Fails closed: what throws is not accepted. Stateless; may block on look-ups of revocation, so it is
 * called on the threads of {@link JudgingThreads} alone.
 */
final class CertificateValidation {
    private CertificateValidation() {}

    /** {@return what a rule says, after its trust manager was asked} */
    static Verdict judge(Proof proof, Rule rule, Trust connector, SSLEngine engine) {
        X509TrustManager own = rule.trustManager();
        X509ExtendedTrustManager judge = own == null ? connector.trustManager() : ConstrainedTrustManager.of(own);
        try {
            ask(judge, proof.chain(), proof, engine);
        } catch (CertificateException x) {
            return Distrust.of(proof, judge, x);
        } catch (RuntimeException x) {
            // A trust manager that breaks has not accepted anything.
            return Verdict.refused(Reason.UNTRUSTED, "the trust manager failed", x);
        }
        return byPath(proof, rule.acceptedIssuers(), judge, engine);
    }

    /** {@return what the connector's rule says of a chain that its trust manager has accepted in the handshake} */
    static Verdict acceptedByEngine(Proof proof, Trust connector, SSLEngine engine) {
        return byPath(proof, null, connector.trustManager(), engine);
    }

    private static void ask(X509ExtendedTrustManager judge, List<X509Certificate> path, Proof proof, SSLEngine engine)
            throws CertificateException {
        judge.checkClientTrusted(
                path.toArray(X509Certificate[]::new), proof.authType(), new FinishedEngine(engine, proof.session()));
    }

    private static Verdict byPath(
            Proof proof, @Nullable Set<X500Principal> issuers, X509ExtendedTrustManager judge, SSLEngine engine) {
        Instant now = Instant.now();
        if (!proof.isWithinValidity(now)) {
            // A trust manager of the caller's may not look at the clock.
            return Verdict.refused(Reason.EXPIRED, null, null);
        }
        CertificationPaths paths = new CertificationPaths(proof.chain(), Distrust.authorities(judge));
        List<List<X509Certificate>> found = paths.toAuthorities(now);
        if (issuers == null) {
            // Which of several the trust manager took is not known: when the first ends, it is asked again.
            return Verdict.accepted(found.stream()
                    .min(Comparator.comparing(CertificateValidation::end))
                    .orElseGet(() -> paths.linked(now)));
        }
        // The list in a CertificateRequest is a hint that a client may ignore (RFC 5246 section 7.4.4).
        return found.stream()
                .filter(path -> paths.leadsTo(path, issuers))
                .filter(path -> path.equals(proof.chain()) || isAcceptedAlone(path, proof, judge, engine))
                .findFirst()
                .map(Verdict::accepted)
                .orElseGet(() -> Verdict.refused(
                        Reason.UNTRUSTED, "no path that was verified leads to one of the accepted issuers", null));
    }

    private static Date end(List<X509Certificate> path) {
        return path.stream()
                .map(X509Certificate::getNotAfter)
                .min(Comparator.naturalOrder())
                .orElseThrow();
    }

    /** The trust manager has accepted all that was sent, by whatever path; what it says of this one counts here. */
    private static boolean isAcceptedAlone(
            List<X509Certificate> path, Proof proof, X509ExtendedTrustManager judge, SSLEngine engine) {
        try {
            ask(judge, path, proof, engine);
            return true;
        } catch (CertificateException | RuntimeException x) {
            return false;
        }
    }
}
