package dev.latchkey.it.tls;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.latchkey.NegotiationOptions;
import dev.latchkey.NegotiationOptions.Untrusted;
import dev.latchkey.it.Clients;
import dev.latchkey.it.Lane;
import dev.latchkey.it.embedded.StepUpServer;
import dev.latchkey.it.embedded.TestPki;
import dev.latchkey.testkit.HeldCertificate;
import dev.latchkey.testkit.KeyAlgorithm;
import dev.latchkey.testkit.TlsConnection;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** R28: validity and revocation; R10: each answer of its own. What happens after the handshake is in ResumptionIT. */
class ValidityIT {
    @TempDir
    Path dir;

    private static StepUpServer server() {
        return new StepUpServer()
                .on("/secure", Report.asks())
                .on(
                        "/marked",
                        Report.asks(NegotiationOptions.builder()
                                .untrusted(Untrusted.MARK)
                                .build()))
                .on("/open", Report.shows());
    }

    private static TlsConnection connect(StepUpServer server, HeldCertificate certificate) throws IOException {
        TlsConnection connection = Clients.with(certificate).connect(server.port());
        assertThat(connection.protocol()).isEqualTo(Lane.current().protocol());
        return connection;
    }

    private static void assertReason(TlsConnection client, String subject, String reason) throws IOException {
        assertThat(client.get("/secure").values())
                .containsEntry("reason", reason)
                .containsEntry("usable", "true")
                .containsEntry("attribute", "")
                .containsEntry("current", "")
                .containsEntry("session", "");
        assertThat(client.get("/marked").values())
                .containsEntry("subject", subject)
                .containsEntry("trusted", "false")
                .containsEntry("distrust", reason)
                .containsEntry("mechanism", Lane.current().mechanism())
                .containsEntry("attribute", "")
                .containsEntry("current", "")
                .containsEntry("session", "");
        assertThat(client.get("/open").values()).containsEntry("current", "").containsEntry("session", "");
    }

    @Test
    void outOfDate() throws Exception {
        HeldCertificate early = TestPki.AUTHORITY
                .issue("early")
                .client()
                .notYetValid(Duration.ofDays(2))
                .make();
        try (StepUpServer server = server().start()) {
            try (TlsConnection client = connect(server, TestPki.LATE)) {
                assertReason(client, "CN=late", "expired");
            }
            try (TlsConnection client = connect(server, early)) {
                assertReason(client, "CN=early", "expired");
            }
            try (TlsConnection client = connect(server, TestPki.STRANGER)) {
                assertReason(client, "CN=stranger", "untrusted");
            }
            assertThat(server.statistics().getFailures("expired")).isEqualTo(4);
            assertThat(server.statistics().getFailures("untrusted")).isEqualTo(2);
            assertThat(server.statistics().getCertificates()).isZero();
        }
    }

    private StepUpServer withRevocation() throws IOException {
        Path crl = TestPki.AUTHORITY.revocationList().revoke(TestPki.BOB).make().write(dir.resolve("crl.pem"));
        return server().tls(t -> {
            t.setCrlPath(crl.toString());
            t.setValidatePeerCerts(true);
        });
    }

    @Test
    void revokedByTheListOfJettysOwnSettings() throws Exception {
        try (StepUpServer server = withRevocation().start()) {
            try (TlsConnection client = connect(server, TestPki.ALICE)) {
                assertThat(client.get("/secure").values()).containsEntry("subject", "CN=alice");
            }
            try (TlsConnection client = connect(server, TestPki.BOB)) {
                assertReason(client, "CN=bob", "revoked");
            }
        }
    }

    @Test
    void theSameVerdictAtTheFirstHandshakeWhereTlsEndsTheConnection() throws Exception {
        try (StepUpServer server = withRevocation().wantClientAuth().start()) {
            try (TlsConnection client = connect(server, TestPki.ALICE)) {
                assertThat(client.get("/open").values()).containsEntry("current", "CN=alice");
            }
            for (HeldCertificate bad : new HeldCertificate[] {TestPki.BOB, TestPki.LATE, TestPki.STRANGER}) {
                assertThatThrownBy(() -> {
                            try (TlsConnection client = connect(server, bad)) {
                                client.get("/open");
                            }
                        })
                        .as(bad.toString())
                        .isInstanceOf(IOException.class);
            }
        }
    }

    @Test
    void aChainWithAnIntermediateOfWhichTheServerKnowsTheRootOnly() throws Exception {
        HeldCertificate intermediate =
                TestPki.AUTHORITY.issue("Latchkey Test CA 2").authority(0).make();
        HeldCertificate dora =
                intermediate.issue("dora").client().key(KeyAlgorithm.EC_P256).make();
        assertThat(dora.chain()).hasSize(2);
        try (StepUpServer server = server().start();
                PythonClient python = new PythonClient(dir, server.port(), TestPki.AUTHORITY)) {
            python.certificate(dora);
            assertThat(python.open("first"))
                    .containsEntry("protocol", Lane.current().protocol());
            assertThat(python.get("first", "/secure")).containsEntry("subject", "CN=dora");
            // Validated again with the intermediate that came then: an unchanged good chain is not lost.
            assertThat(python.open("second", "first")).containsEntry("reused", "True");
            assertThat(python.get("second", "/open")).containsEntry("current", "CN=dora");
            assertThat(python.get("second", "/secure"))
                    .containsEntry("subject", "CN=dora")
                    .containsEntry("present", "true");
        }
    }
}
