package dev.latchkey.openssl;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.TreeSet;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * {@code jdk.tls.disabledAlgorithms} means the same on both engines: each policy is given to a JVM of its own, which
 * says what either engine enables, supports and negotiates under it.
 */
class JavaPolicyTest {
    private static final String[] SUITES = {
        "TLS_AES_256_GCM_SHA384",
        "TLS_AES_128_GCM_SHA256",
        "TLS_CHACHA20_POLY1305_SHA256",
        "TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384",
        "TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384",
        "TLS_DHE_RSA_WITH_AES_256_GCM_SHA384",
        "TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256",
        "TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256",
        "TLS_DHE_RSA_WITH_AES_128_GCM_SHA256",
        "TLS_ECDHE_ECDSA_WITH_AES_128_CBC_SHA256",
        "TLS_ECDHE_RSA_WITH_AES_128_CBC_SHA256",
        "TLS_ECDHE_RSA_WITH_AES_256_CBC_SHA",
        "TLS_RSA_WITH_AES_128_GCM_SHA256"
    };

    @TempDir
    Path directory;

    /** The two engines under this JVM's policy; one line each, equal but for the first word. */
    public static final class Probe {
        private Probe() {}

        public static void main(String[] arguments) {
            for (Engines engines : Engines.values()) {
                SSLContext server = Pki.context(engines, Pki.SERVER_RSA, Pki.SERVER_EC);
                SSLEngine engine = server.createSSLEngine();
                TreeSet<String> supported = new TreeSet<>(Arrays.asList(engine.getSupportedCipherSuites()));
                supported.retainAll(Arrays.asList(SUITES));
                List<String> said = new ArrayList<>();
                said.add(Arrays.toString(engine.getEnabledProtocols()));
                said.add(supported.toString());
                for (String protocol : List.of("TLSv1.2", "TLSv1.3")) {
                    for (String group : List.of("x25519", "secp256r1", "ffdhe2048")) {
                        said.add(negotiate(server, protocol, group));
                    }
                }
                System.out.println(engines + " " + said);
            }
        }

        /** The client has no policy but this: it is OpenSSL's, and told what to offer. */
        private static String negotiate(SSLContext server, String protocol, String group) {
            EnginePair pair = new EnginePair(
                    Pki.context(Engines.JSSE),
                    server,
                    e -> {
                        var parameters = e.getSSLParameters();
                        parameters.setProtocols(new String[] {protocol});
                        parameters.setNamedGroups(new String[] {group});
                        e.setSSLParameters(parameters);
                    },
                    e -> e.setEnabledCipherSuites(SUITES));
            try {
                pair.handshake().exchange();
                X509Certificate leaf =
                        (X509Certificate) pair.client.engine.getSession().getPeerCertificates()[0];
                return pair.client.engine.getSession().getCipherSuite() + "/"
                        + leaf.getPublicKey().getAlgorithm();
            } catch (SSLException e) {
                return "refused";
            }
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "TLSv1.2, TLS_AES_256_GCM_SHA384, x25519",
                "TLSv1.3, TLS_RSA_*, DHE, SHA384",
                "TLS_RSA_*, AES_256_GCM, ECDSA, DH keySize < 3072",
                "ECDHE, TLS_AES_*, x25519"
            })
    void disabledAlgorithmsMeanTheSame(String policy) throws Exception {
        Path file = Files.writeString(
                directory.resolve("java.security"), "jdk.tls.disabledAlgorithms=SSLv3, TLSv1, TLSv1.1, " + policy);
        String said = Programs.run(
                directory,
                List.of(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-XX:TieredStopAtLevel=1",
                        "--enable-native-access=ALL-UNNAMED",
                        "-Djava.security.properties=" + file,
                        "-cp",
                        System.getProperty("java.class.path"),
                        Probe.class.getName()));
        List<String> lines = said.lines()
                .filter(line -> line.startsWith("JSSE ") || line.startsWith("OPENSSL "))
                .toList();
        assertThat(lines).as(said).hasSize(2);
        assertThat(lines.get(1).replace("OPENSSL ", "")).isEqualTo(lines.get(0).replace("JSSE ", ""));
        assertThat(lines.get(0)).contains("_WITH_").doesNotContain("]refused");
    }

    /** Of suites that the JDK does not have, the parts are judged. */
    @Test
    void aSuiteThatTheJdkDoesNotHaveIsTakenApart() {
        assertThat(JdkPolicy.partsOf("TLS_ECDHE_ECDSA_WITH_AES_128_CCM_8"))
                .contains("ECDHE_ECDSA", "ECDHE", "ECDSA", "AES", "AES_128", "AES_128_CCM", "AES_128_CCM_8", "CCM");
        assertThat(JdkPolicy.partsOf("TLS_DHE_RSA_WITH_CAMELLIA_256_CBC_SHA"))
                .contains("DH", "DiffieHellman", "DHE", "RSA", "CAMELLIA_256_CBC", "SHA1", "HmacSHA1")
                .doesNotContain("SHA256");
        assertThat(JdkPolicy.partsOf("TLS_AES_128_CCM_SHA256")).contains("AES_128_CCM", "SHA256", "SHA-256");
        assertThat(JdkPolicy.jdk().permitsSuite("TLS_RSA_WITH_NULL_SHA256")).isFalse();
        assertThat(JdkPolicy.jdk().permitsSuite("TLS_ECDHE_ECDSA_WITH_AES_128_CCM"))
                .isTrue();
    }

    /** A hybrid group falls with its part. */
    @Test
    void aHybridGroupFallsWithItsPart() {
        java.security.AlgorithmConstraints no25519 = new java.security.AlgorithmConstraints() {
            @Override
            public boolean permits(
                    java.util.Set<java.security.CryptoPrimitive> primitives,
                    String algorithm,
                    java.security.AlgorithmParameters parameters) {
                return !algorithm.equalsIgnoreCase("x25519");
            }

            @Override
            public boolean permits(java.util.Set<java.security.CryptoPrimitive> primitives, java.security.Key key) {
                return true;
            }

            @Override
            public boolean permits(
                    java.util.Set<java.security.CryptoPrimitive> primitives,
                    String algorithm,
                    java.security.Key key,
                    java.security.AlgorithmParameters parameters) {
                return permits(primitives, algorithm, parameters);
            }
        };
        JdkPolicy policy = JdkPolicy.with(no25519);
        assertThat(NamedGroups.isPermitted("X25519MLKEM768", policy)).isFalse();
        assertThat(NamedGroups.isPermitted("x25519", policy)).isFalse();
        assertThat(NamedGroups.isPermitted("secp256r1", policy)).isTrue();
        assertThat(NamedGroups.isPermitted("X25519MLKEM768", JdkPolicy.jdk())).isTrue();
    }
}
