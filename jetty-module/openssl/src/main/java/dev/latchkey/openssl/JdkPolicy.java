package dev.latchkey.openssl;

import dev.latchkey.jetty.JdkConstraints;
import java.security.AlgorithmConstraints;
import java.security.AlgorithmParameters;
import java.security.CryptoPrimitive;
import java.security.GeneralSecurityException;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import javax.net.ssl.KeyManager;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManager;
import org.jspecify.annotations.Nullable;

/**
 * What {@link JdkConstraints} and the constraints that a user adds to one engine say of what OpenSSL can do. Immutable, if
 * the user's constraints are.
 */
final class JdkPolicy {
    private static final Set<CryptoPrimitive> KEY_AGREEMENT = EnumSet.of(CryptoPrimitive.KEY_AGREEMENT);
    private static final Set<CryptoPrimitive> SIGNATURE = EnumSet.of(CryptoPrimitive.SIGNATURE);

    private final AlgorithmConstraints constraints;
    private final Set<String> knownSuites;

    private JdkPolicy(AlgorithmConstraints constraints, Set<String> knownSuites) {
        this.constraints = constraints;
        this.knownSuites = knownSuites;
    }

    /** Made when it is first asked for: the JDK's TLS may be missing, and that is a problem to be named. */
    private static final class Jdk {
        private static final @Nullable JdkPolicy POLICY = load();

        private static @Nullable JdkPolicy load() {
            try {
                SSLContext context = SSLContext.getInstance("TLS", "SunJSSE");
                context.init(new KeyManager[0], new TrustManager[0], null);
                AlgorithmConstraints constraints = JdkConstraints.jdk();
                Set<String> suites =
                        Set.copyOf(Arrays.asList(context.createSSLEngine().getSupportedCipherSuites()));
                return constraints == null ? null : new JdkPolicy(constraints, suites);
            } catch (GeneralSecurityException e) {
                return null;
            }
        }
    }

    /**
     * That of the JDK alone.
     *
     * @throws IllegalStateException if this Java has none
     */
    static JdkPolicy jdk() {
        JdkPolicy policy = Jdk.POLICY;
        if (policy == null) {
            throw new IllegalStateException(
                    "the JDK's own TLS (SunJSSE) is missing, whose policy (jdk.tls.disabledAlgorithms) counts here too");
        }
        return policy;
    }

    /** That of the JDK and of an engine's own constraints; null for none of its own. */
    static JdkPolicy with(@Nullable AlgorithmConstraints own) {
        JdkPolicy jdk = jdk();
        AlgorithmConstraints both = JdkConstraints.with(own);
        return both == null || both == jdk.constraints ? jdk : new JdkPolicy(both, jdk.knownSuites);
    }

    /** What an engine has that was told nothing. */
    AlgorithmConstraints constraints() {
        return constraints;
    }

    boolean permitsProtocol(String protocol) {
        return constraints.permits(KEY_AGREEMENT, protocol, null);
    }

    /** Also a suite that the JDK does not have, which it then cannot take apart. */
    boolean permitsSuite(String suite) {
        return constraints.permits(KEY_AGREEMENT, suite, null)
                && (knownSuites.contains(suite)
                        || partsOf(suite).stream().allMatch(part -> constraints.permits(KEY_AGREEMENT, part, null)));
    }

    boolean permitsKeyAgreement(String name, String algorithm, @Nullable AlgorithmParameters parameters) {
        return constraints.permits(KEY_AGREEMENT, name, null)
                && constraints.permits(KEY_AGREEMENT, algorithm, parameters);
    }

    boolean permitsSignature(
            String name, String keyAlgorithm, String algorithm, @Nullable AlgorithmParameters parameters) {
        return constraints.permits(SIGNATURE, name, null)
                && constraints.permits(SIGNATURE, keyAlgorithm, null)
                && constraints.permits(SIGNATURE, algorithm, parameters);
    }

    /** A suite's parts, by the names that the JDK has for such parts; whole as well as piece by piece. */
    static Set<String> partsOf(String suite) {
        Set<String> parts = new HashSet<>();
        String rest = suite.startsWith("TLS_") ? suite.substring(4) : suite;
        int with = rest.indexOf("_WITH_");
        if (with >= 0) {
            String exchange = rest.substring(0, with);
            parts.add(exchange);
            parts.addAll(List.of(exchange.split("_")));
            if (parts.contains("DHE")) {
                parts.addAll(List.of("DH", "DiffieHellman"));
            }
            rest = rest.substring(with + "_WITH_".length());
        }
        StringBuilder cipher = new StringBuilder();
        for (String piece : rest.split("_")) {
            if (piece.startsWith("SHA")) {
                String hash = piece.equals("SHA") ? "SHA1" : piece;
                parts.addAll(List.of(hash, hash.replace("SHA", "SHA-"), "Hmac" + hash));
            } else {
                parts.add(piece);
                cipher.append(cipher.isEmpty() ? "" : "_").append(piece);
                parts.add(cipher.toString());
            }
        }
        return parts;
    }
}
