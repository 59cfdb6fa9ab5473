package dev.latchkey.it.tls;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.latchkey.NegotiationOptions;
import dev.latchkey.it.Lane;
import dev.latchkey.it.OnlyOn;
import dev.latchkey.it.embedded.StepUpServer;
import dev.latchkey.it.embedded.TestPki;
import dev.latchkey.testkit.CertificateBuilder;
import dev.latchkey.testkit.HeldCertificate;
import dev.latchkey.testkit.KeyAlgorithm;
import dev.latchkey.testkit.KeyStores;
import java.io.IOException;
import java.util.List;
import java.util.Map;
import org.bouncycastle.tls.CipherSuite;
import org.eclipse.jetty.util.ssl.SslContextFactory;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** R25: a renegotiation changes nothing but the client's identity. */
@OnlyOn(
        value = {Lane.JSSE_TLS12, Lane.OPENSSL_TLS12},
        because = "on TLS 1.3 the server shows its certificate once a connection")
class SteadyServerIT {
    private static final int[] RSA_FIRST = {
        CipherSuite.TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256, CipherSuite.TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256
    };
    private static final int[] EC_FIRST = {
        CipherSuite.TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256, CipherSuite.TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256
    };
    private static final int[] RSA_ONLY = {CipherSuite.TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256};
    private static final int[] EC_ONLY = {CipherSuite.TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256};

    private final Map<String, HeldCertificate> keys = Map.of(
            "a-rsa", server("a.test", KeyAlgorithm.RSA_2048),
            "a-ec", server("a.test", KeyAlgorithm.EC_P256),
            "b-rsa", server("b.test", KeyAlgorithm.RSA_2048),
            "b-ec", server("b.test", KeyAlgorithm.EC_P256));

    private static HeldCertificate server(String host, KeyAlgorithm kind) {
        CertificateBuilder builder = TestPki.AUTHORITY.issue(host).server(host);
        return builder.key(kind).make();
    }

    private final SslContextFactory.Server tls = new SslContextFactory.Server();

    private StepUpServer server() {
        return new StepUpServer(tls)
                .certificates(keys)
                .tls(t -> t.setUseCipherSuitesOrder(false)) // the client's order counts
                .on("/secure", Report.asks())
                .on("/fresh", Report.asks(NegotiationOptions.builder().fresh().build()))
                .on("/open", Report.shows());
    }

    private static int[] suites(String name) {
        return switch (name) {
            case "rsa-first" -> RSA_FIRST;
            case "ec-first" -> EC_FIRST;
            case "rsa" -> RSA_ONLY;
            case "ec" -> EC_ONLY;
            default -> throw new IllegalArgumentException(name);
        };
    }

    @ParameterizedTest(name = "{0} then {1}, {2} then {3}")
    @CsvSource(
            nullValues = "none",
            value = {
                "a.test, a.test, rsa-first, rsa-first, a-rsa",
                "b.test, b.test, ec-first, ec-first, b-ec",
                // The name left out the second time.
                "a.test, none, ec-first, ec-first, a-ec",
                "b.test, none, rsa-first, rsa-first, b-rsa",
                // Another order the second time, and other suites.
                "b.test, b.test, rsa-first, ec-first, b-rsa",
                "a.test, none, rsa, ec-first, a-rsa",
                "a.test, none, ec, rsa-first, a-ec",
            })
    void theServersCertificateAndHostChecksStay(
            String firstName, String secondName, String firstSuites, String secondSuites, String alias)
            throws Exception {
        String other = firstName.equals("a.test") ? "b.test" : "a.test";
        try (StepUpServer server = server().start();
                CraftedClient client = CraftedClient.recipe()
                        .certificate(TestPki.ALICE)
                        .serverNames(firstName, secondName)
                        .suites(suites(firstSuites), suites(secondSuites))
                        .connect(server.port())) {
            assertThat(client.protocolVersion()).isEqualTo(Lane.current().protocol());
            assertThat(client.get("/open", firstName).status()).isEqualTo(200);
            assertThat(client.get("/open", other).status()).isEqualTo(400);
            assertThat(client.get("/secure", firstName).values())
                    .containsEntry("subject", "CN=alice")
                    .containsEntry("mechanism", Lane.current().mechanism());
            assertThat(client.get("/open", firstName).values()).containsEntry("current", "CN=alice");
            assertThat(client.get("/open", other).status()).isEqualTo(400);
            byte[] expected = keys.get(alias).certificate().getEncoded();
            assertThat(client.serverCertificates()).hasSize(2).allSatisfy(c -> assertThat(c)
                    .isEqualTo(expected));
        }
    }

    /** The server's certificate is for both, so nothing else tells them apart. */
    @ParameterizedTest(name = "{0} then {1}")
    @CsvSource(
            nullValues = "none",
            value = {"a.test, b.test", "none, a.test", "a.test, A.TEST", "a.test, none"})
    void noOtherServerIsNamedInTheRenegotiation(String firstName, String secondName) throws Exception {
        HeldCertificate both =
                TestPki.AUTHORITY.issue("both").server("a.test", "b.test").make();
        try (StepUpServer server = server().certificates(Map.of("both", both)).start();
                CraftedClient client = CraftedClient.recipe()
                        .certificate(TestPki.ALICE)
                        .serverNames(firstName, secondName)
                        .connect(server.port())) {
            assertThat(client.protocolVersion()).isEqualTo(Lane.current().protocol());
            assertThat(client.get("/open", "a.test").status()).isEqualTo(200);
            if (secondName == null || secondName.equalsIgnoreCase(firstName)) {
                assertThat(client.get("/secure", "a.test").values()).containsEntry("subject", "CN=alice");
            } else {
                assertThatThrownBy(() -> client.get("/secure", "a.test")).isInstanceOf(IOException.class);
            }
        }
    }

    @Test
    void aKeyStoreThatIsLoadedAnewDoesNotReachAnOpenConnection() throws Exception {
        try (StepUpServer server = server().start();
                CraftedClient client = CraftedClient.recipe()
                        .certificate(TestPki.ALICE)
                        .serverNames("a.test", "a.test")
                        .suites(RSA_FIRST, RSA_FIRST)
                        .connect(server.port())) {
            assertThat(client.get("/open", "a.test").status()).isEqualTo(200);
            HeldCertificate renewed = server("a.test", KeyAlgorithm.RSA_2048);
            tls.reload(t -> t.setKeyStore(KeyStores.holding(renewed, "secret")));
            assertThat(client.get("/secure", "a.test").values())
                    .containsEntry("subject", "CN=alice")
                    .containsEntry("mechanism", Lane.current().mechanism())
                    .containsEntry("tls", Lane.current().protocol());
            byte[] old = keys.get("a-rsa").certificate().getEncoded();
            assertThat(client.serverCertificates()).hasSize(2).allSatisfy(c -> assertThat(c)
                    .isEqualTo(old));
            try (CraftedClient next = CraftedClient.recipe()
                    .certificate(TestPki.ALICE)
                    .serverNames("a.test", "a.test")
                    .connect(server.port())) {
                assertThat(next.get("/secure", "a.test").values()).containsEntry("subject", "CN=alice");
                byte[] now = renewed.certificate().getEncoded();
                assertThat(next.serverCertificates()).hasSize(2).allSatisfy(c -> assertThat(c)
                        .isEqualTo(now));
            }
        }
    }

    @ParameterizedTest
    @CsvSource({"5", "1", "0"})
    void jettysLimitOfRenegotiationsDoesNotCountOurs(int limit) throws Exception {
        try (StepUpServer server =
                        server().tls(t -> t.setRenegotiationLimit(limit)).start();
                CraftedClient client = CraftedClient.recipe()
                        .certificate(TestPki.ALICE)
                        .serverNames("a.test", "a.test")
                        .connect(server.port())) {
            assertThat(client.protocolVersion()).isEqualTo(Lane.current().protocol());
            for (int i = 1; i <= 8; i++) {
                assertThat(client.get("/fresh", "a.test").values())
                        .containsEntry("subject", "CN=alice")
                        .containsEntry("mechanism", Lane.current().mechanism());
                assertThat(client.handshakes()).isEqualTo(1 + i);
            }
            List<byte[]> shown = client.serverCertificates();
            assertThat(shown).hasSize(9).allSatisfy(c -> assertThat(c).isEqualTo(shown.get(0)));
        }
    }
}
