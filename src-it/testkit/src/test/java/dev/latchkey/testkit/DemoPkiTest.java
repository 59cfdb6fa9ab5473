package dev.latchkey.testkit;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.KeyStore;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DemoPkiTest {
    private static final String[] ALL = {
        "ca.key",
        "ca.pem",
        "truststore.p12",
        "keystore.p12",
        "client.key",
        "client.pem",
        "client.p12",
        "stranger.key",
        "stranger.pem"
    };

    /** Made once, because keys take time; each test has a copy. */
    @TempDir
    static Path made;

    @TempDir
    Path dir;

    @BeforeAll
    static void makeThem() throws Exception {
        assertThat(DemoPki.write(made)).containsExactly(ALL);
    }

    @BeforeEach
    void copyThem() throws Exception {
        for (String file : ALL) {
            Files.copy(made.resolve(file), dir.resolve(file), StandardCopyOption.COPY_ATTRIBUTES);
        }
    }

    @Test
    void whatIsGoodIsKept() throws Exception {
        assertThat(DemoPki.write(dir)).isEmpty();
    }

    @Test
    void filesWithPrivateKeysAreTheOwnersOnly() throws Exception {
        for (String file : List.of("ca.key", "client.key", "stranger.key", "client.p12", "keystore.p12")) {
            assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(dir.resolve(file))))
                    .as(file)
                    .isEqualTo("rw-------");
        }
        try (var files = Files.list(dir)) {
            assertThat(files.map(file -> file.getFileName().toString())).containsExactlyInAnyOrder(ALL);
        }
    }

    @Test
    void clientAndServerAreTheAuthoritysAndTheStrangerIsNot() throws Exception {
        HeldCertificate authority = HeldCertificate.read(dir.resolve("ca.pem"), dir.resolve("ca.key"));
        HeldCertificate client = HeldCertificate.read(dir.resolve("client.pem"), dir.resolve("client.key"));
        HeldCertificate stranger = HeldCertificate.read(dir.resolve("stranger.pem"), dir.resolve("stranger.key"));
        KeyStore keyStore = KeyStore.getInstance(dir.resolve("keystore.p12").toFile(), "latchkey".toCharArray());
        KeyStore clientStore = KeyStore.getInstance(dir.resolve("client.p12").toFile(), "latchkey".toCharArray());
        KeyStore trustStore = KeyStore.getInstance(dir.resolve("truststore.p12").toFile(), "latchkey".toCharArray());

        client.certificate().verify(authority.keys().getPublic());
        X509Certificate server = (X509Certificate) keyStore.getCertificate("key");
        server.verify(authority.keys().getPublic());
        assertThat(server.getSubjectAlternativeNames()).contains(List.of(2, "localhost"), List.of(7, "127.0.0.1"));
        assertThat(clientStore.getCertificate("key")).isEqualTo(client.certificate());
        assertThat(trustStore.getCertificate("ca-0")).isEqualTo(authority.certificate());
        assertThat(stranger.certificate().getIssuerX500Principal())
                .isNotEqualTo(authority.certificate().getSubjectX500Principal());
    }

    @Test
    void aDamagedFileIsMadeAgainAndNothingElse() throws Exception {
        Files.writeString(dir.resolve("client.p12"), "damaged");
        assertThat(DemoPki.write(dir)).containsExactly("client.p12");
        Files.writeString(dir.resolve("stranger.key"), "damaged");
        assertThat(DemoPki.write(dir)).containsExactly("stranger.key", "stranger.pem");
    }

    @Test
    void anExpiringLeafIsIssuedAgainByTheSameAuthority() throws Exception {
        HeldCertificate authority = HeldCertificate.read(dir.resolve("ca.pem"), dir.resolve("ca.key"));
        HeldCertificate late =
                authority.issue("late").client().validFor(Duration.ofDays(3)).make();
        Files.writeString(dir.resolve("client.pem"), late.chainPem());
        Files.writeString(dir.resolve("client.key"), late.keyPem());

        assertThat(DemoPki.write(dir)).containsExactly("client.key", "client.pem", "client.p12");
    }

    @Test
    void anotherAuthorityMeansAllIsMadeAgain() throws Exception {
        Files.delete(dir.resolve("ca.key"));
        assertThat(DemoPki.write(dir))
                .containsExactly(
                        "ca.key", "ca.pem", "truststore.p12", "keystore.p12", "client.key", "client.pem", "client.p12");
    }
}
