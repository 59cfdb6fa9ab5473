package dev.latchkey.jetty;

import java.io.IOException;
import java.security.AlgorithmConstraints;
import java.security.AlgorithmParameters;
import java.security.CryptoPrimitive;
import java.security.GeneralSecurityException;
import java.security.PublicKey;
import java.security.cert.CertificateException;
import java.security.cert.X509Certificate;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The check of a chain's keys and signature algorithms that JSSE adds to a plain {@code X509TrustManager}, which cannot
 * know of the connection and its policy; an extended one makes it itself.
 *
 * <p>Static; any thread.
 */
final class ChainConstraints {
    private static final Set<CryptoPrimitive> SIGNATURE = EnumSet.of(CryptoPrimitive.SIGNATURE);
    private static final Set<CryptoPrimitive> ANY_USE = EnumSet.of(
            CryptoPrimitive.SIGNATURE,
            CryptoPrimitive.KEY_ENCAPSULATION,
            CryptoPrimitive.PUBLIC_KEY_ENCRYPTION,
            CryptoPrimitive.KEY_AGREEMENT);

    private static final int KEY_USAGES = 9;

    private ChainConstraints() {}

    /**
     * Checks from the end of the chain to its leaf; what is trusted by itself is not looked at.
     *
     * @param own the engine's own constraints, null for none
     * @param signatureAlgorithms Java's names of those that the connection takes, null where it does not say
     */
    static void check(
            X509Certificate[] chain,
            X509Certificate[] trusted,
            @Nullable AlgorithmConstraints own,
            String @Nullable [] signatureAlgorithms)
            throws CertificateException {
        AlgorithmConstraints policy = JdkConstraints.with(own);
        if (policy == null) {
            throw refused("the JDK's own, which are unknown: its TLS (SunJSSE) is missing");
        }
        @Nullable
        List<String> enabled = signatureAlgorithms == null
                ? null
                : Arrays.stream(signatureAlgorithms)
                        .map(name -> name.toUpperCase(Locale.ROOT))
                        .toList();
        int last = chain.length - 1;
        if (Arrays.asList(trusted).contains(chain[last])) {
            last--;
        }
        PublicKey issuer = null;
        for (int i = last; i >= 0; i--) {
            String algorithm = chain[i].getSigAlgName();
            AlgorithmParameters parameters = parameters(chain[i]);
            boolean signed = (enabled == null || enabled.contains(algorithm.toUpperCase(Locale.ROOT)))
                    && (issuer == null
                            ? policy.permits(SIGNATURE, algorithm, parameters)
                            : policy.permits(SIGNATURE, algorithm, issuer, parameters));
            if (!signed) {
                throw refused("signature algorithm " + algorithm);
            }
            issuer = chain[i].getPublicKey();
            if (!policy.permits(uses(chain[i]), issuer)) {
                throw refused("key of type " + issuer.getAlgorithm());
            }
        }
    }

    private static CertificateException refused(String what) {
        return new CertificateException("Certificates do not conform to algorithm constraints: " + what);
    }

    private static @Nullable AlgorithmParameters parameters(X509Certificate certificate) throws CertificateException {
        byte[] encoded = certificate.getSigAlgParams();
        if (encoded == null) {
            return null;
        }
        try {
            AlgorithmParameters parameters = AlgorithmParameters.getInstance(certificate.getSigAlgName());
            parameters.init(encoded);
            return parameters;
        } catch (GeneralSecurityException e) {
            return null; // An algorithm that has none of its own; NULL is often written there.
        } catch (IOException e) {
            throw new CertificateException("The parameters of a certificate's signature cannot be read", e);
        }
    }

    private static Set<CryptoPrimitive> uses(X509Certificate certificate) throws CertificateException {
        boolean[] usage = certificate.getKeyUsage();
        if (usage == null) {
            return ANY_USE;
        }
        Set<CryptoPrimitive> uses = EnumSet.noneOf(CryptoPrimitive.class);
        if (usage.length >= KEY_USAGES) {
            // digitalSignature, nonRepudiation, keyCertSign, cRLSign; then each by itself (RFC 5280 4.2.1.3)
            add(uses, CryptoPrimitive.SIGNATURE, usage[0] || usage[1] || usage[5] || usage[6]);
            add(uses, CryptoPrimitive.KEY_ENCAPSULATION, usage[2]);
            add(uses, CryptoPrimitive.PUBLIC_KEY_ENCRYPTION, usage[3]);
            add(uses, CryptoPrimitive.KEY_AGREEMENT, usage[4]);
        }
        if (uses.isEmpty()) {
            throw refused("a KeyUsage extension without any use");
        }
        return uses;
    }

    private static void add(Set<CryptoPrimitive> uses, CryptoPrimitive primitive, boolean is) {
        if (is) {
            uses.add(primitive);
        }
    }
}
