package dev.latchkey.it.tls;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.latchkey.NegotiationOptions;
import dev.latchkey.NegotiationOptions.Untrusted;
import dev.latchkey.it.CapturedLog;
import dev.latchkey.it.Lane;
import dev.latchkey.it.OnlyOn;
import dev.latchkey.it.embedded.StepUpServer;
import dev.latchkey.it.embedded.TestPki;
import dev.latchkey.testkit.HeldCertificate;
import dev.latchkey.testkit.HttpAnswer;
import dev.latchkey.testkit.KeyAlgorithm;
import dev.latchkey.testkit.TlsClient;
import dev.latchkey.testkit.TlsConnection;
import java.io.IOException;
import java.math.BigInteger;
import java.security.KeyFactory;
import java.security.KeyPair;
import java.security.spec.DSAPublicKeySpec;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import javax.net.ssl.SSLPeerUnverifiedException;
import javax.net.ssl.SSLSession;
import javax.net.ssl.SSLSessionContext;
import org.bouncycastle.tls.ContentType;
import org.bouncycastle.tls.RenegotiationPolicy;
import org.eclipse.jetty.util.ssl.SslContextFactory;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** R10: no certificate, untrusted, timed out and cannot are four answers. R11: none of them sticks to the connection. */
class AnswersIT {
    private static StepUpServer server() {
        return server(new SslContextFactory.Server());
    }

    private static StepUpServer server(SslContextFactory.Server tls) {
        return new StepUpServer(tls)
                .protocols("TLSv1.2", "TLSv1.3")
                .settings(s -> s.setDeadline(1_500))
                .on("/wanted", Report.asks())
                .on("/needed", Report.asks(NegotiationOptions.builder().need().build()))
                .on(
                        "/marked",
                        Report.asks(NegotiationOptions.builder()
                                .untrusted(Untrusted.MARK)
                                .build()))
                .on("/fresh", Report.asks(NegotiationOptions.builder().fresh().build()))
                .on(
                        "/freshneeded",
                        Report.asks(NegotiationOptions.builder().fresh().need().build()))
                .on("/open", Report.shows());
    }

    private static void assertSeen(HttpAnswer answer, String subject) {
        assertThat(answer.values())
                .containsEntry("attribute", subject)
                .containsEntry("current", subject)
                .containsEntry("session", subject);
    }

    /** A client on TLS 1.3 that does not offer post-handshake authentication. */
    private static String cannotOnTls13() {
        return Lane.current().isOpenSsl() ? "client-cannot" : "engine-cannot";
    }

    @Test
    void fourAnswers() throws Exception {
        try (StepUpServer server = server().start()) {
            try (CraftedClient none = CraftedClient.recipe().connect(server.port())) {
                assertThat(none.protocolVersion()).isEqualTo(Lane.current().protocol());
                assertThat(none.get("/needed").values()).containsEntry("reason", "no-certificate");
            }
            try (CraftedClient untrusted =
                    CraftedClient.recipe().certificate(TestPki.STRANGER).connect(server.port())) {
                assertThat(untrusted.get("/needed").values()).containsEntry("reason", "untrusted");
            }
            try (CraftedClient silent =
                    CraftedClient.recipe().whenAsked(RenegotiationPolicy.IGNORE).connect(server.port())) {
                if (Lane.current().isPostHandshake()) {
                    HttpAnswer late = silent.get("/needed");
                    assertThat(late.values()).containsEntry("reason", "timeout").containsEntry("usable", "false");
                    assertThat(late.saysClose()).isTrue();
                } else {
                    assertThatThrownBy(() -> silent.get("/needed")).isInstanceOf(IOException.class);
                }
            }
            try (TlsConnection cannot =
                    TlsClient.trusting(TestPki.AUTHORITY).protocols("TLSv1.3").connect(server.port())) {
                assertThat(cannot.protocol()).isEqualTo("TLSv1.3");
                assertThat(cannot.get("/needed").values()).containsEntry("reason", cannotOnTls13());
            }
            server.awaitNothingKept();
            assertThat(server.statistics().getFailures())
                    .containsExactlyInAnyOrder(
                            "LK201 no-certificate 1",
                            "LK202 untrusted 1",
                            "LK401 timeout 1",
                            (Lane.current().isOpenSsl() ? "LK104 " : "LK105 ") + cannotOnTls13() + " 1");
        }
    }

    @Test
    void noAnswerSticksToTheConnection() throws Exception {
        try (StepUpServer server = server().start();
                CraftedClient client = CraftedClient.recipe()
                        .certificates(TestPki.STRANGER, null, null, TestPki.LATE, TestPki.ALICE, TestPki.BOB, null)
                        .connect(server.port())) {
            assertThat(client.protocolVersion()).isEqualTo(Lane.current().protocol());
            HttpAnswer first = client.get("/wanted");
            assertThat(first.values()).containsEntry("reason", "untrusted");
            assertSeen(first, "");
            HttpAnswer second = client.get("/wanted");
            assertThat(second.values())
                    .containsEntry("subject", "")
                    .containsEntry("mechanism", Lane.current().mechanism())
                    .containsEntry("present", "false");
            assertThat(client.get("/needed").values()).containsEntry("reason", "no-certificate");
            HttpAnswer fourth = client.get("/needed");
            assertThat(fourth.values()).containsEntry("reason", "expired");
            assertSeen(fourth, "");
            HttpAnswer fifth = client.get("/needed");
            assertThat(fifth.values()).containsEntry("subject", "CN=alice").containsEntry("present", "false");
            assertSeen(fifth, "CN=alice");
            assertSeen(client.get("/open"), "CN=alice");
            // Asked anew, who the client was before counts no more: another, and then nobody.
            HttpAnswer sixth = client.get("/fresh");
            assertThat(sixth.values()).containsEntry("subject", "CN=bob");
            assertSeen(sixth, "CN=bob");
            HttpAnswer seventh = client.get("/fresh");
            assertThat(seventh.values()).containsEntry("subject", "");
            assertSeen(seventh, "");
            assertSeen(client.get("/open"), "");
            assertThat(client.timesAsked()).isEqualTo(7);
        }
    }

    /** As many certificates as the JDK takes from a client. Nobody judges more, so that more cannot cost more. */
    @Test
    @OnlyOn(value = Lane.OPENSSL_TLS13, because = "a renegotiation that is refused ends the connection")
    void aChainThatIsTooLongIsUntrustedAndSaysSoAndTheConnectionLives() throws Exception {
        HeldCertificate issuer = TestPki.AUTHORITY;
        for (int i = 0; i < 8; i++) {
            issuer = TestPki.issue(issuer, "below " + i).authority().make();
        }
        HeldCertificate nine = TestPki.issue(issuer, "nine").client().make();
        HeldCertificate eight = TestPki.issue(issuer.issuer().findFirst().orElseThrow(), "eight")
                .client()
                .make();
        try (CapturedLog log = new CapturedLog();
                StepUpServer server = server().start();
                CraftedClient client = CraftedClient.recipe()
                        .certificates(nine, eight, TestPki.ALICE)
                        .connect(server.port())) {
            HttpAnswer refused = client.get("/needed");
            assertThat(refused.values())
                    .containsEntry("reason", "untrusted")
                    .containsEntry("usable", "true")
                    .containsEntry("attribute", "")
                    .containsEntry("session", "");
            assertSeen(client.get("/needed"), "CN=eight");
            assertSeen(client.get("/fresh"), "CN=alice");
            assertThat(log.lines("LK202"))
                    .singleElement()
                    .asString()
                    .contains("chain length (9) exceeds the maximum allowed length (8)");
        }
    }

    /** Who needs no valid certificate can make any number of them, each of them large, and each in a session of its own. */
    @Test
    @OnlyOn(
            value = Lane.JSSE_TLS12,
            because = "OpenSSL's sessions are bounded by size, and it gives tickets on TLS 1.3")
    void aSessionWhoseChainNobodyAcceptsIsNotKept() throws Exception {
        HeldCertificate[] selfMade = new HeldCertificate[6];
        for (int i = 0; i < selfMade.length; i++) {
            selfMade[i] = HeldCertificate.selfSigned("stranger " + i)
                    .key(KeyAlgorithm.EC_P256)
                    .make();
        }
        SslContextFactory.Server tls = new SslContextFactory.Server();
        try (StepUpServer server = server(tls).start();
                CraftedClient client =
                        CraftedClient.recipe().certificates(selfMade).connect(server.port())) {
            for (int i = 0; i < selfMade.length - 1; i++) {
                assertThat(client.get("/needed").values()).containsEntry("reason", "untrusted");
            }
            assertThat(client.timesAsked()).isEqualTo(selfMade.length - 1);
            assertThat(sessionsWithAChain(tls.getSslContext().getServerSessionContext()))
                    .isZero();
        }
    }

    private static int sessionsWithAChain(SSLSessionContext sessions) {
        int count = 0;
        for (byte[] id : Collections.list(sessions.getIds())) {
            SSLSession session = sessions.getSession(id);
            try {
                if (session != null && session.getPeerCertificates().length > 0) {
                    count++;
                }
            } catch (SSLPeerUnverifiedException none) {
                // It has no chain.
            }
        }
        return count;
    }

    /** Anybody can make a key whose signatures take minutes to verify, and these are verified before the chain is judged. */
    @Test
    @OnlyOn(
            value = {Lane.JSSE_TLS12, Lane.OPENSSL_TLS12},
            because = "TLS 1.3 has no DSA")
    void aKeyThatCostsTooMuchIsRefusedBeforeItIsUsed() throws Exception {
        BigInteger prime = BigInteger.ONE.shiftLeft(16_384).subtract(BigInteger.ONE);
        BigInteger order = BigInteger.ONE.shiftLeft(256).subtract(BigInteger.valueOf(189)); // the largest prime below
        KeyPair signing = KeyAlgorithm.EC_P256.newKeyPair();
        KeyPair giant = new KeyPair(
                KeyFactory.getInstance("DSA")
                        .generatePublic(new DSAPublicKeySpec(BigInteger.TEN, prime, order, BigInteger.TWO)),
                signing.getPrivate());
        HeldCertificate self = HeldCertificate.selfSigned("giant")
                .authority()
                .key(KeyAlgorithm.EC_P256)
                .make()
                .issue("giant")
                .keys(giant)
                .make();
        try (CapturedLog log = new CapturedLog();
                StepUpServer server = server().start();
                CraftedClient client = CraftedClient.recipe()
                        .certificate(self)
                        .tamper((type, message, wire) -> {
                            if (type == CraftedClient.CERTIFICATE_VERIFY) {
                                message[5] = 2; // of any scheme, DSA's: two numbers that the key could have made
                            }
                            wire.record(ContentType.handshake, message);
                        })
                        .connect(server.port())) {
            assertThatThrownBy(() -> client.get("/wanted")).isInstanceOf(IOException.class);
            server.awaitNothingKept();
            assertThat(log.lines("LK403")).singleElement().asString().contains("a DSA key of 16384 bits");
        }
    }

    /** A negotiation that fails changes nothing, and its chain is not seen behind the identity that still stands. */
    @ParameterizedTest
    @ValueSource(strings = {"/fresh", "/freshneeded"})
    void aChainThatIsNotAcceptedIsNotSeenBehindAnEarlierIdentity(String path) throws Exception {
        try (StepUpServer server = server().start();
                CraftedClient client = CraftedClient.recipe()
                        .certificates(TestPki.ALICE, TestPki.STRANGER, TestPki.BOB)
                        .connect(server.port())) {
            assertThat(client.protocolVersion()).isEqualTo(Lane.current().protocol());
            assertSeen(client.get("/wanted"), "CN=alice");
            HttpAnswer refused = client.get(path);
            assertThat(refused.values())
                    .containsEntry("reason", "untrusted")
                    .containsEntry("attribute", "CN=alice")
                    .containsEntry("session", "");
            assertThat(client.get("/open").values())
                    .containsEntry("attribute", "CN=alice")
                    .containsEntry("current", "CN=alice")
                    .containsEntry("session", "");
            assertSeen(client.get("/fresh"), "CN=bob");
        }
    }

    /** Whether a certificate was needed or wanted: for the request that asked, and for all later ones. */
    @Test
    void noneToAFreshQuestionTakesTheOldIdentityAwayEverywhere() throws Exception {
        try (StepUpServer server = server().start();
                CraftedClient client = CraftedClient.recipe()
                        .certificates(TestPki.ALICE, null, TestPki.ALICE, null)
                        .connect(server.port())) {
            assertThat(client.protocolVersion()).isEqualTo(Lane.current().protocol());
            for (String path : List.of("/freshneeded", "/fresh")) {
                assertSeen(client.get("/wanted"), "CN=alice");
                HttpAnswer none = client.get(path);
                assertThat(none.values())
                        .containsEntry(
                                path.equals("/fresh") ? "subject" : "reason",
                                path.equals("/fresh") ? "" : "no-certificate");
                assertSeen(none, "");
                assertSeen(client.get("/open"), "");
            }
        }
    }

    @Test
    void aMarkedChainIsInTheReturnedValueAlone() throws Exception {
        try (StepUpServer server = server().start();
                CraftedClient client =
                        CraftedClient.recipe().certificate(TestPki.STRANGER).connect(server.port())) {
            HttpAnswer marked = client.get("/marked");
            assertThat(marked.status()).isEqualTo(200);
            assertThat(marked.values())
                    .containsAllEntriesOf(Map.of(
                            "subject",
                            "CN=stranger",
                            "trusted",
                            "false",
                            "distrust",
                            "untrusted",
                            "tls",
                            Lane.current().protocol()));
            assertSeen(marked, "");
            assertSeen(client.get("/open"), "");
            assertThat(server.statistics().getCertificates()).isZero();
            assertThat(server.statistics().getFailures("untrusted")).isEqualTo(1);
        }
    }
}
