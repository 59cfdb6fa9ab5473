package dev.latchkey.jetty;

import java.security.GeneralSecurityException;
import java.security.cert.X509Certificate;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;
import javax.security.auth.x500.X500Principal;

/**
 * The ways by which a chain that a client sent leads from its leaf to trusted authorities, each signature verified (RFC
 * 5280 section 6). What the client sent besides is nobody's word, and costs nobody anything.
 *
 * <p>It finds paths; whether one is good, with all that PKIX asks for, a trust manager says. Bounded in what a client can
 * make it verify. For one thread.
 */
final class CertificationPaths {
    /** A client may send ten certificates that all have one name; more work than this is not done for it. */
    private static final int MOST_VERIFICATIONS = 128;

    private static final int MOST_PATHS = 32;

    private final List<X509Certificate> sent;
    private final Map<X500Principal, List<X509Certificate>> authorities = new HashMap<>();
    private final Map<List<X509Certificate>, Boolean> verified = new HashMap<>();

    /**
     * @param sent the leaf first, the others in any order
     * @param authorities the trusted ones, in any order
     */
    CertificationPaths(List<X509Certificate> sent, X509Certificate[] authorities) {
        this.sent = sent;
        for (X509Certificate authority : authorities) {
            this.authorities
                    .computeIfAbsent(authority.getSubjectX500Principal(), name -> new ArrayList<>(1))
                    .add(authority);
        }
    }

    /**
     * {@return the paths to trusted authorities whose certificates are all valid at a time, the leaf first, without the
     * authority; shorter ones first}
     */
    List<List<X509Certificate>> toAuthorities(Instant now) {
        List<List<X509Certificate>> found = new ArrayList<>();
        List<List<X509Certificate>> paths = List.of(List.of(sent.get(0)));
        while (!paths.isEmpty() && found.size() < MOST_PATHS) {
            List<List<X509Certificate>> longer = new ArrayList<>();
            for (List<X509Certificate> path : paths) {
                if (path.stream().allMatch(c -> Proof.isWithinValidity(c, now)) && endsAtAuthority(path)) {
                    found.add(path);
                }
                issuers(path).forEach(issuer -> longer.add(append(path, issuer)));
            }
            paths = longer.subList(0, Math.min(longer.size(), MOST_PATHS));
        }
        return found;
    }

    private static List<X509Certificate> append(List<X509Certificate> path, X509Certificate issuer) {
        return Stream.concat(path.stream(), Stream.of(issuer)).toList();
    }

    private boolean endsAtAuthority(List<X509Certificate> path) {
        X509Certificate last = last(path);
        return isAuthority(last)
                || authorities.getOrDefault(last.getIssuerX500Principal(), List.of()).stream()
                        .anyMatch(authority -> isSignedBy(last, authority));
    }

    private boolean isAuthority(X509Certificate certificate) {
        return authorities.getOrDefault(certificate.getSubjectX500Principal(), List.of()).stream()
                .anyMatch(authority -> authority.equals(certificate));
    }

    /** {@return what was sent and has signed the last of a path} */
    private Stream<X509Certificate> issuers(List<X509Certificate> path) {
        X509Certificate last = last(path);
        return sent.stream()
                .distinct()
                .filter(issuer -> issuer.getSubjectX500Principal().equals(last.getIssuerX500Principal()))
                .filter(issuer -> issuer.getBasicConstraints() >= 0)
                .filter(issuer -> path.stream()
                        .noneMatch(c -> c.getSubjectX500Principal().equals(issuer.getSubjectX500Principal())
                                && c.getPublicKey().equals(issuer.getPublicKey())))
                .filter(issuer -> isSignedBy(last, issuer));
    }

    /**
     * {@return the leaf, and as far as it goes who signed it, and who signed that}
     *
     * @param now a time at which all but the leaf must be valid
     */
    List<X509Certificate> linked(Instant now) {
        return linked(now, true);
    }

    /** {@return the same, whether these are valid or not} */
    List<X509Certificate> linked() {
        return linked(Instant.EPOCH, false);
    }

    private List<X509Certificate> linked(Instant now, boolean onlyValid) {
        List<X509Certificate> path = List.of(sent.get(0));
        while (true) {
            X509Certificate issuer = issuers(path)
                    .filter(c -> !onlyValid || Proof.isWithinValidity(c, now))
                    .findFirst()
                    .orElse(null);
            if (issuer == null) {
                return path;
            }
            path = append(path, issuer);
        }
    }

    /** {@return whether a path leads to one of some authorities: one of them has signed a certificate of it} */
    boolean leadsTo(List<X509Certificate> path, Set<X500Principal> issuers) {
        X509Certificate last = last(path);
        // Nobody has verified who signed a trusted authority that is the last of a path.
        boolean lastIsSigned = authorities.getOrDefault(last.getIssuerX500Principal(), List.of()).stream()
                .anyMatch(authority -> isSignedBy(last, authority));
        return path.subList(0, lastIsSigned ? path.size() : path.size() - 1).stream()
                .anyMatch(c -> issuers.contains(c.getIssuerX500Principal()));
    }

    boolean knowsAuthorities() {
        return !authorities.isEmpty();
    }

    /** {@return whether a trusted authority has this name} */
    boolean hasAuthority(X500Principal name) {
        return authorities.containsKey(name);
    }

    static X509Certificate last(List<X509Certificate> path) {
        return path.get(path.size() - 1);
    }

    private boolean isSignedBy(X509Certificate certificate, X509Certificate issuer) {
        List<X509Certificate> pair = List.of(certificate, issuer);
        Boolean known = verified.get(pair);
        if (known == null) {
            known = verified.size() < MOST_VERIFICATIONS && verify(certificate, issuer);
            verified.put(pair, known);
        }
        return known;
    }

    private static boolean verify(X509Certificate certificate, X509Certificate issuer) {
        try {
            certificate.verify(issuer.getPublicKey());
            return true;
        } catch (GeneralSecurityException | RuntimeException notSigned) {
            return false;
        }
    }
}
