package dev.latchkey.jetty;

import dev.latchkey.Reason;
import java.io.IOException;
import java.security.cert.CertPathValidatorException;
import java.security.cert.CertPathValidatorException.BasicReason;
import java.security.cert.CertificateException;
import java.security.cert.CertificateExpiredException;
import java.security.cert.CertificateNotYetValidException;
import java.security.cert.CertificateRevokedException;
import java.security.cert.X509Certificate;
import java.time.Instant;
import java.util.List;
import java.util.Locale;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import javax.net.ssl.X509TrustManager;
import javax.security.auth.x500.X500Principal;
import org.jspecify.annotations.Nullable;

/**
 * Why a trust manager did not accept a chain: the reason, and its words as far as they name nobody. Stateless.
 */
final class Distrust {
    private static final X509Certificate[] NONE = {};
    private static final int MOST_WORDS = 200;
    /** The JDK's words; what follows one of these is of the certificate. */
    private static final Pattern OF_A_CERTIFICATE = Pattern.compile(
            "(?is)(,? (used )?with certificate: |\\. Usage was |: (CN|OU|O|C|DC|UID)=|subject=|issuer=).*");
    /** Names of classes in front of the words of a cause. */
    private static final Pattern CLASS_NAMES = Pattern.compile("([a-z]\\w*\\.)+[A-Z]\\w*: ");

    private Distrust() {}

    static Verdict of(Proof proof, X509TrustManager judge, CertificateException refused) {
        for (Throwable t = refused; t != null; t = t.getCause()) {
            Object reason = t instanceof CertPathValidatorException path ? path.getReason() : null;
            if (t instanceof CertificateRevokedException || reason == BasicReason.REVOKED) {
                return Verdict.refused(Reason.REVOKED, null, refused);
            }
            if (reason == BasicReason.UNDETERMINED_REVOCATION_STATUS) {
                return Verdict.refused(Reason.REVOCATION_UNKNOWN, words(proof, t), refused);
            }
            if (t instanceof CertificateExpiredException || t instanceof CertificateNotYetValidException) {
                return Verdict.refused(Reason.EXPIRED, null, refused);
            }
        }
        CertificationPaths paths = new CertificationPaths(proof.chain(), authorities(judge));
        List<X509Certificate> linked = paths.linked();
        Instant now = Instant.now();
        if (!linked.stream().allMatch(c -> Proof.isWithinValidity(c, now))) {
            // A builder of paths reports "no path" for a certificate that is out of date; itself, it tells.
            return Verdict.refused(Reason.EXPIRED, null, refused);
        }
        String broken = whereItEnds(paths, linked);
        return Verdict.refused(Reason.UNTRUSTED, broken == null ? words(proof, innermost(refused)) : broken, refused);
    }

    /** {@return what is missing between the leaf and the trusted authorities; null if nothing is} */
    private static @Nullable String whereItEnds(CertificationPaths paths, List<X509Certificate> linked) {
        X509Certificate last = CertificationPaths.last(linked);
        X500Principal issuer = last.getIssuerX500Principal();
        if (paths.hasAuthority(issuer) || !paths.knowsAuthorities()) {
            return null;
        }
        if (last.getSubjectX500Principal().equals(issuer)) {
            return "its chain ends in a root that is not trusted";
        }
        return "certificate " + linked.size() + " of its chain, counted from its own, was issued by an authority that"
                + " is not trusted and whose certificate was not sent: an intermediate is missing, or the authority is"
                + " not trusted";
    }

    private static Throwable innermost(Throwable failure) {
        Throwable t = failure;
        for (Throwable cause = t.getCause(); cause != null && cause != t; cause = t.getCause()) {
            t = cause;
        }
        return t;
    }

    /** {@return what was said, if it comes from the JDK's own validation and names nobody; else the bare reason} */
    static @Nullable String words(Proof proof, Throwable failure) {
        String reason =
                failure instanceof CertPathValidatorException path && path.getReason() != BasicReason.UNSPECIFIED
                        ? path.getReason().toString().toLowerCase(Locale.ROOT).replace('_', ' ')
                        : null;
        String message = failure.getMessage();
        if (message == null) {
            return reason;
        }
        String plain = CLASS_NAMES.matcher(message).replaceAll("");
        String words = OF_A_CERTIFICATE.matcher(plain).replaceAll("").strip();
        boolean clean = words.length() <= MOST_WORDS
                && words.chars().noneMatch(Character::isISOControl)
                && proof.chain().stream().flatMap(Distrust::contents).noneMatch(words::contains);
        return clean && !words.isEmpty() ? words : reason;
    }

    /** {@return what of a certificate must not be in a log} */
    private static Stream<String> contents(X509Certificate certificate) {
        return Stream.of(certificate.getSubjectX500Principal(), certificate.getIssuerX500Principal())
                .flatMap(Distrust::values);
    }

    private static Stream<String> values(X500Principal name) {
        try {
            return SubjectName.of(name).names().stream()
                    .flatMap(List::stream)
                    .flatMap(attribute -> Stream.ofNullable(attribute.value()))
                    .filter(value -> value.length() > 1);
        } catch (IOException malformed) {
            return Stream.of(""); // which all words contain
        }
    }

    /** {@return whom a trust manager trusts, as far as it says} */
    static X509Certificate[] authorities(X509TrustManager judge) {
        try {
            X509Certificate[] authorities = judge.getAcceptedIssuers();
            return authorities == null ? NONE : authorities;
        } catch (RuntimeException broken) {
            return NONE;
        }
    }
}
