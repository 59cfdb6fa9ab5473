package dev.latchkey.it.tls;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.latchkey.NegotiationOptions;
import dev.latchkey.it.CapturedLog;
import dev.latchkey.it.Clients;
import dev.latchkey.it.Lane;
import dev.latchkey.it.embedded.StepUpServer;
import dev.latchkey.it.embedded.TestPki;
import dev.latchkey.testkit.HeldCertificate;
import dev.latchkey.testkit.KeyAlgorithm;
import dev.latchkey.testkit.TlsConnection;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** R26: the request for a certificate fits its readers. */
class AuthoritiesIT {
    private static final HeldCertificate OTHER = HeldCertificate.authority("Another CA");
    private static final HeldCertificate CAROL =
            OTHER.issue("carol").client().key(KeyAlgorithm.EC_P256).make();

    private static HeldCertificate[] many(int count, String prefix) {
        List<HeldCertificate> all = new ArrayList<>(HeldCertificate.authorities(count, prefix));
        all.add(TestPki.AUTHORITY);
        return all.toArray(HeldCertificate[]::new);
    }

    private static TlsConnection connect(StepUpServer server, HeldCertificate certificate) throws IOException {
        TlsConnection connection = Clients.with(certificate).connect(server.port());
        assertThat(connection.protocol()).isEqualTo(Lane.current().protocol());
        return connection;
    }

    @Test
    void aListThatIsTooLongIsSentEmptyWithOneWarningAndAllOfItCounts() throws Exception {
        try (CapturedLog log = new CapturedLog();
                StepUpServer server = new StepUpServer()
                        .trusting(many(500, "Latchkey Test Authority number "))
                        .on("/secure", Report.asks())
                        .start()) {
            for (int i = 0; i < 2; i++) {
                try (TlsConnection client = connect(server, TestPki.ALICE)) {
                    assertThat(client.get("/secure").values()).containsEntry("subject", "CN=alice");
                    assertThat(client.timesAsked()).isEqualTo(1);
                    assertThat(client.authorities()).isEmpty();
                }
            }
            try (TlsConnection client = connect(server, TestPki.STRANGER)) {
                assertThat(client.get("/secure").values()).containsEntry("reason", "untrusted");
            }
            assertThat(log.lines("latchkey.maxAuthoritiesSize=16384"))
                    .singleElement()
                    .asString()
                    .contains("WARN");
        }
    }

    @Test
    void theLimitIsASettingAndASmallerListIsSent() throws Exception {
        String ours = TestPki.AUTHORITY.subject();
        try (CapturedLog log = new CapturedLog();
                StepUpServer server = new StepUpServer()
                        .trusting(TestPki.AUTHORITY, OTHER)
                        .on("/secure", Report.asks())
                        .start()) {
            try (TlsConnection client = connect(server, TestPki.ALICE)) {
                assertThat(client.get("/secure").values()).containsEntry("subject", "CN=alice");
                assertThat(client.authorities()).containsExactlyInAnyOrder(ours, "CN=Another CA");
            }
            assertThat(log.lines("maxAuthoritiesSize")).isEmpty();
        }
        try (CapturedLog log = new CapturedLog();
                StepUpServer server = new StepUpServer()
                        .trusting(TestPki.AUTHORITY, OTHER)
                        .settings(s -> s.setMaxAuthoritiesSize(40))
                        .on("/secure", Report.asks())
                        .start()) {
            try (TlsConnection client = connect(server, TestPki.ALICE)) {
                assertThat(client.get("/secure").values()).containsEntry("subject", "CN=alice");
                assertThat(client.authorities()).isEmpty();
            }
            assertThat(log.lines("maxAuthoritiesSize=40")).hasSize(1);
        }
    }

    @Test
    void theFirstHandshakeIsSparedTheLongListToo() throws Exception {
        try (StepUpServer server = new StepUpServer()
                .trusting(many(500, "Latchkey Test Authority number "))
                .wantClientAuth()
                .on("/open", Report.shows())
                .start()) {
            try (TlsConnection client = connect(server, TestPki.ALICE)) {
                assertThat(client.get("/open").values()).containsEntry("current", "CN=alice");
                assertThat(client.authorities()).isEmpty();
            }
        }
    }

    @Test
    void theIssuersOfACallAreWhatTheClientSeesAndTheChainMustLeadToOne() throws Exception {
        NegotiationOptions options = NegotiationOptions.builder()
                .acceptedIssuers(List.of(OTHER.certificate().getSubjectX500Principal()))
                .build();
        try (StepUpServer server = new StepUpServer()
                .trusting(TestPki.AUTHORITY, OTHER)
                .on("/other", Report.asks(options))
                .on("/secure", Report.asks())
                .on("/open", Report.shows())
                .start()) {
            try (TlsConnection client = connect(server, CAROL)) {
                assertThat(client.get("/other").values())
                        .containsEntry("subject", "CN=carol")
                        .containsEntry("attribute", "CN=carol");
                assertThat(client.authorities()).containsExactly("CN=Another CA");
                assertThat(client.get("/other").values()).containsEntry("present", "true");
                assertThat(client.get("/secure").values()).containsEntry("present", "true");
                assertThat(client.timesAsked()).isEqualTo(1);
            }
            try (TlsConnection client = connect(server, TestPki.ALICE)) {
                // A client may ignore the list; the certificate is trusted, but not by this call's rule.
                assertThat(client.get("/other").values())
                        .containsEntry("reason", "untrusted")
                        .containsEntry("attribute", "");
                assertThat(client.authorities()).containsExactly("CN=Another CA");
                assertThat(client.get("/secure").values()).containsEntry("subject", "CN=alice");
                assertThat(client.get("/other").values()).containsEntry("reason", "untrusted");
                assertThat(client.get("/open").values()).containsEntry("current", "CN=alice");
            }
        }
    }

    /** R10: Java's own clients send none where the list does not name their authority; that is not "untrusted". */
    @Test
    void aJavaClientWhoseAuthorityIsNotNamedSendsNone() throws Exception {
        try (StepUpServer server = new StepUpServer()
                        .on("/secure", Report.asks())
                        .on(
                                "/needed",
                                Report.asks(NegotiationOptions.builder().need().build()))
                        .start();
                TlsConnection client = Clients.with(null)
                        .certificateIfAccepted(TestPki.STRANGER)
                        .connect(server.port())) {
            assertThat(client.protocol()).isEqualTo(Lane.current().protocol());
            assertThat(client.get("/secure").values())
                    .containsEntry("subject", "")
                    .containsEntry("trusted", "");
            assertThat(client.get("/needed").values())
                    .containsEntry("reason", "no-certificate")
                    .containsEntry("usable", "true");
            assertThat(client.get("/secure").status()).isEqualTo(200);
            assertThat(client.timesAsked()).isEqualTo(3);
        }
    }

    /** More than 64 KiB cannot be encoded: JDK 17's engine throws a RuntimeException out of its task. */
    @Test
    void anEnginesUncheckedExceptionBecomesAReason() throws Exception {
        String long90 = "x".repeat(90);
        try (CapturedLog log = new CapturedLog();
                StepUpServer server = new StepUpServer()
                        .trusting(many(700, long90))
                        .settings(s -> s.setMaxAuthoritiesSize(1_000_000))
                        .on("/secure", Report.asks())
                        .start()) {
            try (TlsConnection client = connect(server, TestPki.ALICE)) {
                assertThatThrownBy(() -> client.get("/secure")).isInstanceOf(IOException.class);
            }
            server.awaitNothingKept();
            assertThat(server.statistics().getFailures("handshake-failed")).isEqualTo(1);
            assertThat(server.statistics().getFailed()).isEqualTo(1);
            assertThat(log.lines("LK403 handshake-failed")).hasSize(1);
        }
    }
}
