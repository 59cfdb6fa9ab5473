package dev.latchkey.openssl;

import java.math.BigInteger;
import java.security.AlgorithmParameters;
import java.security.GeneralSecurityException;
import java.security.spec.AlgorithmParameterSpec;
import java.security.spec.ECGenParameterSpec;
import java.util.List;
import java.util.Locale;
import javax.crypto.spec.DHParameterSpec;
import org.jspecify.annotations.Nullable;

/** The groups of key agreement (RFC 8446 section 4.2.7), and which of them a policy permits. Static; any thread. */
final class NamedGroups {
    /** Those that OpenSSL offers by itself, in its order; a version that lacks one leaves it out. */
    static final List<String> USUAL = List.of(
            "X25519MLKEM768",
            "x25519",
            "secp256r1",
            "x448",
            "secp521r1",
            "secp384r1",
            "ffdhe2048",
            "ffdhe3072",
            "ffdhe4096",
            "ffdhe6144",
            "ffdhe8192");

    private static final String FINITE_FIELD = "ffdhe";
    /** What OpenSSL takes by itself on TLS 1.2 when the client names no such group is not smaller than this. */
    private static final String SMALLEST_FINITE_FIELD = FINITE_FIELD + "2048";

    private NamedGroups() {}

    /** OpenSSL's name: some of its versions mind the case. */
    static String openSslName(String name) {
        return USUAL.stream().filter(name::equalsIgnoreCase).findFirst().orElse(name);
    }

    static boolean isPermitted(String name, JdkPolicy policy) {
        String lower = name.toLowerCase(Locale.ROOT);
        if (lower.startsWith(FINITE_FIELD)) {
            return policy.permitsKeyAgreement(lower, "DiffieHellman", parameters("DiffieHellman", finiteField(lower)));
        }
        if (lower.startsWith("secp")) {
            return policy.permitsKeyAgreement(lower, "EC", parameters("EC", new ECGenParameterSpec(lower)));
        }
        if (lower.equals("x25519") || lower.equals("x448")) {
            return policy.permitsKeyAgreement(lower, "XDH", null);
        }
        // A hybrid is made of others: none of these may be disabled.
        return policy.permitsProtocol(name)
                && USUAL.stream()
                        .filter(part -> !part.equalsIgnoreCase(name) && lower.contains(part.toLowerCase(Locale.ROOT)))
                        .allMatch(part -> isPermitted(part, policy));
    }

    /** Whether suites that end with this kind of key exchange can be used at all. */
    static boolean permitsExchangeOf(String suite, JdkPolicy policy) {
        return !suite.startsWith("TLS_DHE_") || isPermitted(SMALLEST_FINITE_FIELD, policy);
    }

    /** A prime of that size: only the size is looked at. */
    private static DHParameterSpec finiteField(String name) {
        int bits = Integer.parseInt(name.substring(FINITE_FIELD.length()));
        return new DHParameterSpec(BigInteger.ONE.shiftLeft(bits).subtract(BigInteger.ONE), BigInteger.TWO);
    }

    private static @Nullable AlgorithmParameters parameters(String algorithm, AlgorithmParameterSpec spec) {
        try {
            AlgorithmParameters parameters = AlgorithmParameters.getInstance(algorithm);
            parameters.init(spec);
            return parameters;
        } catch (GeneralSecurityException e) {
            // A curve that Java does not have: its name alone is judged.
            return null;
        }
    }
}
