package dev.latchkey.it.tls;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.latchkey.NegotiationOptions;
import dev.latchkey.NegotiationOptions.Untrusted;
import dev.latchkey.it.Clients;
import dev.latchkey.it.Lane;
import dev.latchkey.it.OnlyOn;
import dev.latchkey.it.embedded.StepUpServer;
import dev.latchkey.it.embedded.TestPki;
import dev.latchkey.testkit.HeldCertificate;
import dev.latchkey.testkit.KeyStores;
import dev.latchkey.testkit.ProgramResult;
import dev.latchkey.testkit.TestPrograms;
import dev.latchkey.testkit.TlsClient;
import dev.latchkey.testkit.TlsConnection;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import javax.security.auth.x500.X500Principal;
import org.assertj.core.api.MapAssert;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * R9: resumption neither loses nor invents an identity. R23: what is forgotten does not come back by it. With session
 * tickets (RFC 5077, which JSSE makes stateless) and with session ids; on TLS 1.3 a ticket is all there is, and the
 * second form of each test says the same again.
 */
class ResumptionIT {
    private static final String TICKETS = "tickets";
    private static final String SESSION_IDS = "no-ticket";

    @TempDir
    Path dir;

    private final SwitchableTrust trust = new SwitchableTrust();

    private StepUpServer server() {
        return new StepUpServer(trust)
                .on("/secure", Report.asks())
                .on(
                        "/marked",
                        Report.asks(NegotiationOptions.builder()
                                .untrusted(Untrusted.MARK)
                                .build()))
                .on("/fresh", Report.asks(NegotiationOptions.builder().fresh().build()))
                .on(
                        "/strict",
                        Report.asks(NegotiationOptions.builder()
                                .acceptedIssuers(List.of(new X500Principal("CN=Another CA")))
                                .build()))
                .on("/forget", Report.forgets())
                .on("/open", Report.shows());
    }

    private PythonClient python(StepUpServer server, String option) throws Exception {
        return new PythonClient(dir, server.port(), TestPki.AUTHORITY, option);
    }

    private static void assertNobody(Map<String, String> answer) {
        assertThat(answer)
                .containsEntry("attribute", "")
                .containsEntry("current", "")
                .containsEntry("session", "")
                .containsEntry("tls", Lane.current().protocol());
    }

    private static void assertAlice(Map<String, String> answer) {
        assertThat(answer)
                .containsEntry("attribute", "CN=alice")
                .containsEntry("current", "CN=alice")
                .containsEntry("session", "CN=alice")
                .containsEntry("tls", Lane.current().protocol());
    }

    /** A new connection, the first, on which she steps up. */
    private static void aliceStepsUp(PythonClient python) throws IOException {
        python.certificate(TestPki.ALICE);
        python.open("first");
        assertAlice(python.get("first", "/secure"));
    }

    private static MapAssert<String, String> assertResumed(Map<String, String> opened, String option) {
        return assertThat(opened)
                .containsEntry("protocol", Lane.current().protocol())
                .containsEntry("reused", "True")
                .containsEntry("ticket", givesTickets(option) ? "True" : "False");
    }

    /** OpenSSL's engine gives none on TLS 1.2, where GnuTLS would wait for another in a renegotiation. */
    private static boolean givesTickets(String option) {
        return switch (Lane.current()) {
            case JSSE_TLS12 -> option.equals(TICKETS);
            case OPENSSL_TLS12 -> false;
            case OPENSSL_TLS13 -> true;
        };
    }

    private static void assertResumedAfterRefusal(Map<String, String> opened, String option) {
        if (isKeptAfterRefusal(option)) {
            assertResumed(opened, option);
        } else {
            assertThat(opened).containsEntry("reused", "False");
        }
    }

    /** What JSSE itself keeps is not kept for a chain that nobody accepts; a ticket is with the client. */
    private static boolean isKeptAfterRefusal(String option) {
        return Lane.current().isOpenSsl() || option.equals(TICKETS);
    }

    /** JSSE cannot take a ticket back, and takes it; OpenSSL's engine does not. */
    private static void assertForgotten(Map<String, String> opened) {
        assertThat(opened).containsEntry("reused", Lane.current().isOpenSsl() ? "False" : "True");
    }

    @ParameterizedTest
    @ValueSource(strings = {TICKETS, SESSION_IDS})
    void aClientThatResumedWithoutACertificateIsStillAsked(String option) throws Exception {
        try (StepUpServer server = server().start();
                PythonClient python = python(server, option)) {
            python.open("first");
            assertNobody(python.get("first", "/open"));
            python.certificate(TestPki.ALICE);
            assertResumed(python.open("second", "first"), option);
            Map<String, String> answer = python.get("second", "/secure");
            assertThat(answer)
                    .containsEntry("subject", "CN=alice")
                    .containsEntry("mechanism", Lane.current().mechanism());
            assertAlice(answer);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {TICKETS, SESSION_IDS})
    void aResumedSessionBringsItsCertificateWhichIsValidatedAgain(String option) throws Exception {
        try (StepUpServer server = server().start();
                PythonClient python = python(server, option)) {
            python.certificate(TestPki.ALICE);
            python.open("first");
            assertThat(python.get("first", "/secure")).containsEntry("subject", "CN=alice");
            int judged = trust.timesJudged();
            assertResumed(python.open("second", "first"), option);
            assertAlice(python.get("second", "/open"));
            assertThat(trust.timesJudged()).isEqualTo(judged + 1);
            assertThat(python.get("second", "/secure"))
                    .containsEntry("subject", "CN=alice")
                    .containsEntry("present", "true")
                    .containsEntry("mechanism", "first-handshake");
            assertThat(server.statistics().getStarted()).isEqualTo(1);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {TICKETS, SESSION_IDS})
    void aCertificateThatIsNoLongerAcceptedIsNotShownByAResumedSession(String option) throws Exception {
        try (StepUpServer server = server().start();
                PythonClient python = python(server, option)) {
            aliceStepsUp(python);
            trust.refuse(TestPki.ALICE.certificate());
            assertResumed(python.open("second", "first"), option);
            assertNobody(python.get("second", "/open"));
            Map<String, String> refused = python.get("second", "/secure");
            assertThat(refused).containsEntry("reason", "untrusted").containsEntry("status", "403");
            assertNobody(refused);
            // Refusal is not remembered for the certificate: the next connection is judged by what holds then (R11).
            trust.accept(TestPki.ALICE.certificate());
            assertResumedAfterRefusal(python.open("third", "second"), option);
            if (isKeptAfterRefusal(option)) {
                assertAlice(python.get("third", "/open"));
            } else {
                assertNobody(python.get("third", "/open"));
                assertAlice(python.get("third", "/secure"));
            }
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {TICKETS, SESSION_IDS})
    void aCertificateThatExpiredSinceIsNotShownByAResumedSession(String option) throws Exception {
        Instant end = Instant.now().plusSeconds(6);
        HeldCertificate brief = TestPki.AUTHORITY
                .issue("alice")
                .client()
                .valid(Instant.now().minusSeconds(3600), end)
                .make();
        try (StepUpServer server = server().start();
                PythonClient python = python(server, option)) {
            python.certificate(brief);
            python.open("first");
            assertAlice(python.get("first", "/secure"));
            await().atMost(Duration.ofSeconds(10)).until(() -> Instant.now()
                    .isAfter(brief.certificate().getNotAfter().toInstant()));
            assertResumed(python.open("second", "first"), option);
            assertNobody(python.get("second", "/open"));
            // R28: nor on the connection that was there when it expired.
            assertNobody(python.get("first", "/open"));
            assertThat(python.get("first", "/secure")).containsEntry("reason", "expired");
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {TICKETS, SESSION_IDS})
    void anUntrustedChainIsNeverVisibleAfterResumption(String option) throws Exception {
        try (StepUpServer server = server().start();
                PythonClient python = python(server, option)) {
            python.certificate(TestPki.STRANGER);
            python.open("first");
            Map<String, String> refused = python.get("first", "/secure");
            assertThat(refused).containsEntry("reason", "untrusted").containsEntry("usable", "true");
            assertNobody(refused);
            assertNobody(python.get("first", "/open"));
            assertResumedAfterRefusal(python.open("second", "first"), option);
            assertNobody(python.get("second", "/open"));
            Map<String, String> marked = python.get("second", "/marked");
            assertThat(marked)
                    .containsEntry("subject", "CN=stranger")
                    .containsEntry("trusted", "false")
                    .containsEntry("distrust", "untrusted")
                    .containsEntry("mechanism", Lane.current().mechanism());
            assertNobody(marked);
            assertNobody(python.get("second", "/open"));
        }
    }

    @Test
    void aReloadOfTheTrustStoreTakesIdentitiesAwayThatItDoesNotAccept() throws Exception {
        HeldCertificate other = HeldCertificate.authority("Another CA");
        try (StepUpServer server = server().start();
                PythonClient python = python(server, TICKETS)) {
            aliceStepsUp(python);
            trust.reload(tls -> tls.setTrustStore(KeyStores.trusting(other)));
            assertNobody(python.get("first", "/open"));
            assertThat(python.get("first", "/secure")).containsEntry("reason", "untrusted");
            // The tickets of the old stores are worth nothing under the new ones.
            assertThat(python.open("second", "first")).containsEntry("reused", "False");
            assertNobody(python.get("second", "/open"));
            trust.reload(tls -> tls.setTrustStore(KeyStores.trusting(TestPki.AUTHORITY)));
            assertThat(python.get("second", "/secure")).containsEntry("subject", "CN=alice");
        }
    }

    @Test
    void aReloadOfTheKeyStoreLosesNoIdentity() throws Exception {
        HeldCertificate renewed = TestPki.AUTHORITY
                .issue("localhost")
                .server("localhost", "127.0.0.1")
                .make();
        try (StepUpServer server = server().start();
                PythonClient python = python(server, TICKETS)) {
            aliceStepsUp(python);
            trust.reload(tls -> tls.setKeyStore(KeyStores.holding(renewed, "secret")));
            assertAlice(python.get("first", "/open"));
            assertThat(python.get("first", "/fresh"))
                    .containsEntry("mechanism", Lane.current().mechanism());
            python.open("second");
            assertThat(python.get("second", "/secure"))
                    .containsEntry("subject", "CN=alice")
                    .containsEntry("mechanism", Lane.current().mechanism());
            assertResumed(python.open("third", "second"), TICKETS);
            assertAlice(python.get("third", "/open"));
        }
    }

    @Test
    @OnlyOn(
            value = {Lane.JSSE_TLS12, Lane.OPENSSL_TLS12},
            because = "Java's own clients cannot be asked on TLS 1.3 after the handshake")
    void javaClientsResumeWithTheirCertificate() throws Exception {
        try (StepUpServer server = server().start()) {
            TlsClient java = Clients.with(TestPki.ALICE);
            try (TlsConnection first = java.connect(server.port())) {
                assertThat(first.protocol()).isEqualTo(Lane.current().protocol());
                assertThat(first.get("/secure").values())
                        .containsEntry("mechanism", Lane.current().mechanism());
            }
            try (TlsConnection second = java.connect(server.port())) {
                assertThat(second.isResumed()).isTrue();
                assertAlice(second.get("/open").values());
                assertThat(second.get("/secure").values())
                        .containsEntry("present", "true")
                        .containsEntry("mechanism", "first-handshake");
                assertThat(second.timesAsked()).isZero();
                assertThat(second.get("/fresh").values())
                        .containsEntry("present", "false")
                        .containsEntry("mechanism", Lane.current().mechanism());
                assertThat(second.timesAsked()).isEqualTo(1);
            }
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"-ticket", "-no_ticket"})
    void opensslResumesWithItsCertificateAndForgetTakesItAway(String tickets) throws Exception {
        try (StepUpServer server = server().start()) {
            Path saved = dir.resolve("session.pem");
            ProgramResult first = openssl(server, "/secure", tickets, "-sess_out", saved.toString());
            assertThat(first.out())
                    .contains("subject=CN=alice\n")
                    .contains("mechanism=" + Lane.current().mechanism());
            ProgramResult second =
                    openssl(server, "/open", tickets, "-sess_in", saved.toString(), "-sess_out", saved.toString());
            assertThat(second.out())
                    .contains("Reused, " + Lane.current().protocol())
                    .contains("current=CN=alice\n");
            ProgramResult third = openssl(server, "/forget", tickets, "-sess_in", saved.toString());
            assertThat(third.out())
                    .contains("Reused, " + Lane.current().protocol())
                    .contains("current=\n");
            ProgramResult fourth = openssl(server, "/open", tickets, "-sess_in", saved.toString());
            assertThat(fourth.out())
                    .contains("current=\n")
                    .contains("attribute=\n")
                    .contains("session=\n")
                    .contains("tls=" + Lane.current().protocol())
                    .doesNotContain("CN=alice\n");
        }
    }

    private ProgramResult openssl(StepUpServer server, String path, String tickets, String... more) throws Exception {
        Path ca = Files.writeString(dir.resolve("ca.pem"), TestPki.AUTHORITY.chainPem());
        Path pem = Files.writeString(dir.resolve("alice.pem"), TestPki.ALICE.chainPem());
        Path key = Files.writeString(dir.resolve("alice.key"), TestPki.ALICE.keyPem());
        List<String> command = new ArrayList<>(List.of(
                TestPrograms.require("openssl").toString(),
                "s_client",
                "-connect",
                "127.0.0.1:" + server.port(),
                "-CAfile",
                ca.toString(),
                "-cert",
                pem.toString(),
                "-key",
                key.toString(),
                Lane.current().isPostHandshake() ? "-tls1_3" : "-tls1_2",
                "-ign_eof"));
        if (Lane.current().isPostHandshake()) {
            command.add("-enable_pha");
        }
        if (tickets.equals("-no_ticket")) {
            command.add(tickets);
        }
        command.addAll(List.of(more));
        String request = "GET " + path + " HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n";
        ProgramResult result =
                TestPrograms.run(Duration.ofSeconds(30), request.getBytes(StandardCharsets.US_ASCII), command);
        assertThat(result.timedOut()).as(result.toString()).isFalse();
        return result;
    }

    @Test
    void forgetTakesTheIdentityFromAllConnectionsOfItsTlsSession() throws Exception {
        try (StepUpServer server = server().start();
                PythonClient python = python(server, TICKETS)) {
            aliceStepsUp(python);
            assertResumed(python.open("second", "first"), TICKETS);
            assertAlice(python.get("second", "/open"));
            assertResumed(python.open("third", "second"), TICKETS);
            assertAlice(python.get("third", "/open"));

            Map<String, String> forgotten = python.get("second", "/forget");
            assertNobody(forgotten);
            assertThat(forgotten).containsEntry("connection", "close");
            assertThat(python.get("second", "/open")).containsKey("ended");
            // Live connections of the same TLS session, the one that it was made on too.
            assertNobody(python.get("third", "/open"));
            assertNobody(python.get("first", "/open"));
            // The client still has its ticket: the identity does not come back.
            assertForgotten(python.open("fourth", "third"));
            assertNobody(python.get("fourth", "/open"));
            // Who asks again gets it again.
            assertThat(python.get("fourth", "/secure"))
                    .containsEntry("subject", "CN=alice")
                    .containsEntry("mechanism", Lane.current().mechanism());
        }
    }

    /** Each renegotiation makes a TLS session: the last one is what a ticket brings back. */
    @Test
    void forgetReachesTheTlsSessionOfTheLastNegotiationWhoeverRefusedIt() throws Exception {
        try (StepUpServer server = server().start();
                PythonClient python = python(server, TICKETS)) {
            aliceStepsUp(python);
            assertThat(python.get("first", "/strict")).containsEntry("reason", "untrusted");
            assertThat(python.get("first", "/open")).containsEntry("current", "CN=alice");
            assertNobody(python.get("first", "/forget"));
            assertForgotten(python.open("second", "first"));
            assertNobody(python.get("second", "/open"));
        }
    }

    /** A client may hold a ticket of each TLS session that its connection has had. */
    @Test
    void forgetReachesTheEarlierTlsSessionsOfItsConnectionToo() throws Exception {
        try (StepUpServer server = server().start();
                PythonClient python = python(server, TICKETS)) {
            aliceStepsUp(python);
            assertResumed(python.open("second", "first"), TICKETS);
            assertAlice(python.get("second", "/fresh"));
            assertNobody(python.get("second", "/forget"));
            assertThat(python.open("third", "first"))
                    .containsEntry("protocol", Lane.current().protocol());
            assertNobody(python.get("third", "/open"));
        }
    }

    @Test
    void whatWasForgottenStaysForgottenOverAReload() throws Exception {
        try (StepUpServer server = server().start();
                PythonClient python = python(server, TICKETS)) {
            aliceStepsUp(python);
            assertResumed(python.open("second", "first"), TICKETS);
            assertNobody(python.get("second", "/forget"));
            assertNobody(python.get("first", "/open"));
            trust.reload(tls -> tls.setTrustStore(KeyStores.trusting(TestPki.AUTHORITY)));
            assertNobody(python.get("first", "/open"));
        }
    }

    @Test
    void aForgottenSessionIdIsNotResumed() throws Exception {
        try (StepUpServer server = server().start();
                PythonClient python = python(server, SESSION_IDS)) {
            aliceStepsUp(python);
            assertResumed(python.open("second", "first"), SESSION_IDS);
            assertNobody(python.get("second", "/forget"));
            assertThat(python.open("third", "first")).containsEntry("reused", "False");
            assertNobody(python.get("third", "/open"));
        }
    }

    /** R23: fresh is a full handshake with a signature of its own. */
    @Test
    void freshWantsANewSignatureThoughACertificateIsThere() throws Exception {
        List<Integer> sent = new ArrayList<>();
        try (StepUpServer server = server().start();
                CraftedClient client = CraftedClient.recipe()
                        .certificate(TestPki.ALICE)
                        .tamper((type, message, wire) -> {
                            sent.add(type);
                            wire.record(22, message);
                        })
                        .connect(server.port())) {
            assertThat(client.protocolVersion()).isEqualTo(Lane.current().protocol());
            assertThat(client.get("/secure").values()).containsEntry("subject", "CN=alice");
            List<Integer> whole = Lane.current().isPostHandshake() ? List.of(11, 15, 20) : List.of(1, 11, 16, 15, 20);
            assertThat(sent).isEqualTo(whole);
            assertThat(client.get("/secure").values()).containsEntry("present", "true");
            assertThat(sent).isEqualTo(whole);
            assertThat(client.get("/fresh").values())
                    .containsEntry("subject", "CN=alice")
                    .containsEntry("present", "false")
                    .containsEntry("mechanism", Lane.current().mechanism());
            assertThat(sent)
                    .isEqualTo(Stream.of(whole, whole).flatMap(List::stream).toList());
            assertThat(client.timesAsked()).isEqualTo(2);
        }
    }
}
