package dev.latchkey.openssl;

import java.security.AlgorithmParameters;
import java.security.GeneralSecurityException;
import java.security.spec.MGF1ParameterSpec;
import java.security.spec.PSSParameterSpec;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The signature schemes (RFC 8446 section 4.2.3) by the JDK's names, OpenSSL's, and those of Java's algorithms, and
 * which of them a policy permits. Static; any thread.
 */
final class SignatureSchemes {
    /** All that the JDK names, in the order in which OpenSSL offers them by itself. */
    private static final List<Scheme> ALL = List.of(
            ecdsa(0x0403, "ecdsa_secp256r1_sha256", "SHA256", "secp256r1"),
            ecdsa(0x0503, "ecdsa_secp384r1_sha384", "SHA384", "secp384r1"),
            ecdsa(0x0603, "ecdsa_secp521r1_sha512", "SHA512", "secp521r1"),
            new Scheme(0x0807, "ed25519", "ed25519", "EdDSA", "Ed25519", null, null),
            new Scheme(0x0808, "ed448", "ed448", "EdDSA", "Ed448", null, null),
            pss(0x0809, "rsa_pss_pss_sha256", "RSASSA-PSS", "SHA-256", 32),
            pss(0x080A, "rsa_pss_pss_sha384", "RSASSA-PSS", "SHA-384", 48),
            pss(0x080B, "rsa_pss_pss_sha512", "RSASSA-PSS", "SHA-512", 64),
            pss(0x0804, "rsa_pss_rsae_sha256", "RSA", "SHA-256", 32),
            pss(0x0805, "rsa_pss_rsae_sha384", "RSA", "SHA-384", 48),
            pss(0x0806, "rsa_pss_rsae_sha512", "RSA", "SHA-512", 64),
            hashed(0x0401, "rsa_pkcs1_sha256", "RSA", "SHA256"),
            hashed(0x0501, "rsa_pkcs1_sha384", "RSA", "SHA384"),
            hashed(0x0601, "rsa_pkcs1_sha512", "RSA", "SHA512"),
            hashed(0x0303, "ecdsa_sha224", "ECDSA", "SHA224"),
            hashed(0x0203, "ecdsa_sha1", "ECDSA", "SHA1"),
            hashed(0x0301, "rsa_sha224", "RSA", "SHA224"),
            hashed(0x0201, "rsa_pkcs1_sha1", "RSA", "SHA1"),
            hashed(0x0402, "dsa_sha256", "DSA", "SHA256"),
            hashed(0x0302, "dsa_sha224", "DSA", "SHA224"),
            hashed(0x0202, "dsa_sha1", "DSA", "SHA1"),
            hashed(0x0101, "rsa_md5", "RSA", "MD5"));

    /** What OpenSSL does not offer by itself. */
    private static final Set<String> NOT_USUAL = Set.of("rsa_md5");

    /**
     * One of them.
     *
     * @param number the number that TLS has for it
     * @param name the JDK's name
     * @param openSslName OpenSSL's name
     * @param keyType the JDK's name of the keys that sign so
     * @param algorithm Java's signature algorithm
     * @param group the curve that goes with it, null for any
     * @param parameters those of the algorithm, null for none
     */
    private record Scheme(
            int number,
            String name,
            String openSslName,
            String keyType,
            String algorithm,
            @Nullable String group,
            @Nullable AlgorithmParameters parameters) {
        private boolean isFor13() {
            return group != null || algorithm.equals("RSASSA-PSS") || keyType.equals("EdDSA");
        }
    }

    private SignatureSchemes() {}

    private static Scheme ecdsa(int number, String name, String hash, String group) {
        return new Scheme(number, name, name, "EC", hash + "withECDSA", group, null);
    }

    private static Scheme hashed(int number, String name, String kind, String hash) {
        String keyType = kind.equals("ECDSA") ? "EC" : kind;
        return new Scheme(number, name, kind + "+" + hash, keyType, hash + "with" + kind, null, null);
    }

    private static Scheme pss(int number, String name, String keyType, String hash, int salt) {
        AlgorithmParameters parameters;
        try {
            parameters = AlgorithmParameters.getInstance("RSASSA-PSS");
            parameters.init(new PSSParameterSpec(hash, "MGF1", new MGF1ParameterSpec(hash), salt, 1));
        } catch (GeneralSecurityException e) {
            parameters = null; // Its name alone is judged.
        }
        return new Scheme(number, name, name, keyType, "RSASSA-PSS", null, parameters);
    }

    private static Optional<Scheme> named(String name) {
        return ALL.stream().filter(scheme -> scheme.name.equalsIgnoreCase(name)).findFirst();
    }

    /** Those that OpenSSL offers by itself. */
    static List<String> usual() {
        return ALL.stream()
                .map(Scheme::name)
                .filter(name -> !NOT_USUAL.contains(name))
                .toList();
    }

    /** OpenSSL's name for this one; one that the JDK does not know may be OpenSSL's already. */
    static String openSslName(String name) {
        return named(name).map(Scheme::openSslName).orElse(name);
    }

    static boolean isPermitted(String name, JdkPolicy policy) {
        Scheme scheme = named(name).orElse(null);
        if (scheme == null) {
            return policy.permitsSignature(name, name, name, null);
        }
        return policy.permitsSignature(scheme.name, scheme.keyType, scheme.algorithm, scheme.parameters)
                && (scheme.group == null || NamedGroups.isPermitted(scheme.group, policy));
    }

    /** Java's algorithms of these schemes, each once. */
    static List<String> algorithms(List<String> names) {
        Set<String> algorithms = new LinkedHashSet<>();
        for (String name : names) {
            named(name).map(Scheme::algorithm).ifPresent(algorithms::add);
        }
        return List.copyOf(algorithms);
    }

    /**
     * The types of key that can sign by these numbers of TLS, in their order; what is not known is left out.
     *
     * @param algorithms Java's signature algorithms that we have ourselves
     * @param tls13 whether it is for TLS 1.3, where the older schemes are for certificates alone
     */
    static List<String> keyTypes(int[] numbers, List<String> algorithms, boolean tls13) {
        List<String> types = new ArrayList<>();
        for (int number : numbers) {
            ALL.stream()
                    .filter(scheme -> scheme.number == number && algorithms.contains(scheme.algorithm))
                    .filter(scheme -> !tls13 || scheme.isFor13())
                    .map(Scheme::keyType)
                    .filter(type -> !types.contains(type))
                    .forEach(types::add);
        }
        return types;
    }
}
