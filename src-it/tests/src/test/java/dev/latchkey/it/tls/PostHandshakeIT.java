package dev.latchkey.it.tls;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.latchkey.ClientCertificates;
import dev.latchkey.NegotiationOptions;
import dev.latchkey.it.Clients;
import dev.latchkey.it.Lane;
import dev.latchkey.it.OnlyOn;
import dev.latchkey.it.embedded.StepUpServer;
import dev.latchkey.it.embedded.TestPki;
import dev.latchkey.testkit.FatalAlert;
import dev.latchkey.testkit.HttpAnswer;
import dev.latchkey.testkit.RecordPipe;
import dev.latchkey.testkit.Tamper;
import dev.latchkey.testkit.Tls13Client;
import dev.latchkey.testkit.Tls13Connection;
import dev.latchkey.testkit.TlsConnection;
import dev.latchkey.testkit.TlsRecord;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Iterator;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** R7, R12, R15, R16: what post-handshake authentication (RFC 8446 section 4.6.2) has that no renegotiation has. */
@OnlyOn(value = Lane.OPENSSL_TLS13, because = "it is TLS 1.3's own, and JSSE has none")
class PostHandshakeIT {
    private static final int UNEXPECTED_MESSAGE = 10;
    private static final int DECRYPT_ERROR = 51;

    private final AtomicInteger guarded = new AtomicInteger();

    private StepUpServer server() {
        return new StepUpServer()
                .on("/secure", Report.asks())
                .on("/fresh", Report.asks(NegotiationOptions.builder().fresh().build()))
                .on("/guarded", (request, response) -> {
                    ClientCertificates.of(request)
                            .negotiateClientCertificate(
                                    NegotiationOptions.builder().fresh().build());
                    guarded.incrementAndGet();
                    Report.shows().handle(request, response);
                })
                .on("/open", Report.shows());
    }

    private static HttpAnswer get(Tls13Connection client, String path) throws IOException {
        String request = "GET " + path + " HTTP/1.1\r\nHost: localhost\r\n\r\n";
        client.out().write(request.getBytes(StandardCharsets.US_ASCII));
        return HttpAnswer.readFinal(client.in());
    }

    private static void assertSeen(HttpAnswer answer, String subject) {
        assertThat(answer.values())
                .containsEntry("attribute", subject)
                .containsEntry("current", subject)
                .containsEntry("session", subject)
                .containsEntry("tls", "TLSv1.3");
    }

    @Test
    void severalStepUpsWithKeyUpdatesInBetweenEachReplaceTheLast() throws Exception {
        Iterator<dev.latchkey.testkit.HeldCertificate> answers =
                List.of(TestPki.ALICE, TestPki.BOB, TestPki.ALICE).iterator();
        try (StepUpServer server = server().start();
                Tls13Connection client = Tls13Client.trusting(TestPki.AUTHORITY)
                        .answering(answers::next)
                        .connect(server.port())) {
            client.updateKeys(true);
            assertSeen(get(client, "/secure"), "CN=alice");
            client.updateKeys(true);
            client.updateKeys(false);
            assertThat(get(client, "/secure").values()).containsEntry("present", "true");
            assertSeen(get(client, "/fresh"), "CN=bob");
            client.updateKeys(true);
            assertSeen(get(client, "/open"), "CN=bob");
            assertSeen(get(client, "/fresh"), "CN=alice");
            assertThat(client.timesAsked()).isEqualTo(3);
            assertThat(client.keyUpdates()).isEqualTo(3);
            assertThat(server.statistics().getCertificates()).isEqualTo(3);
        }
    }

    /** Finished is made with the keys of the moment (section 4.4), also where they are new since the request. */
    @Test
    void aKeyUpdateBetweenTheRequestAndItsAnswerDoesNotDisturb() throws Exception {
        AtomicReference<Tls13Connection> self = new AtomicReference<>();
        try (StepUpServer server = server().start();
                Tls13Connection client = Tls13Client.trusting(TestPki.AUTHORITY)
                        .answering(() -> TestPki.ALICE)
                        .tamper((type, message, wire) -> {
                            if (type == CraftedClient.CERTIFICATE) {
                                self.get().updateKeys(true);
                            }
                            wire.record(TlsRecord.HANDSHAKE, message);
                        })
                        .connect(server.port())) {
            self.set(client);
            assertSeen(get(client, "/secure"), "CN=alice");
            assertSeen(get(client, "/fresh"), "CN=alice");
            assertThat(client.keyUpdates()).isEqualTo(2);
        }
    }

    @Test
    void anAnswerThatDribblesByteByByteIsAnAnswer() throws Exception {
        try (StepUpServer server = server().start();
                RecordPipe pipe = RecordPipe.to(server.port());
                TlsConnection client = Clients.connect(pipe.port(), TestPki.ALICE)) {
            pipe.toServer().dribble(1, Duration.ofMillis(2));
            assertSeen(client.get("/secure"), "CN=alice");
            assertThat(client.timesAsked()).isEqualTo(1);
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {CraftedClient.CERTIFICATE_VERIFY, CraftedClient.FINISHED})
    void aForgedAnswerIsAFatalAlertAndTheIdentityOfBeforeIsNotReplaced(int forged) throws Exception {
        AtomicInteger turn = new AtomicInteger();
        Tamper tamper = (type, message, wire) -> {
            if (turn.get() > 1 && type == forged) {
                message[message.length - 1] ^= 1;
            }
            wire.record(TlsRecord.HANDSHAKE, message);
        };
        try (StepUpServer server = server().start();
                Tls13Connection client = Tls13Client.trusting(TestPki.AUTHORITY)
                        .answering(() -> turn.incrementAndGet() == 1 ? TestPki.ALICE : TestPki.BOB)
                        .tamper(tamper)
                        .connect(server.port())) {
            assertSeen(get(client, "/secure"), "CN=alice");
            assertThatThrownBy(() -> get(client, "/guarded"))
                    .isInstanceOfSatisfying(
                            FatalAlert.class, a -> assertThat(a.description()).isEqualTo(DECRYPT_ERROR));
            server.awaitNothingKept();
            assertThat(guarded).hasValue(0);
            assertThat(server.statistics().getCertificates()).isEqualTo(1);
            assertThat(server.statistics().getFailures("handshake-failed")).isEqualTo(1);
        }
    }

    /** An answer to a question that nobody asked is no identity. */
    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void anAnswerThatWasNotAskedForIsRefused(boolean afterAStepUp) throws Exception {
        byte[] emptyCertificate = {CraftedClient.CERTIFICATE, 0, 0, 4, 0, 0, 0, 0};
        try (StepUpServer server = server().start();
                Tls13Connection client = Tls13Client.trusting(TestPki.AUTHORITY)
                        .answering(() -> TestPki.ALICE)
                        .connect(server.port())) {
            assertSeen(get(client, "/open"), "");
            if (afterAStepUp) {
                assertSeen(get(client, "/secure"), "CN=alice");
            }
            client.wire().record(TlsRecord.HANDSHAKE, emptyCertificate);
            assertThatThrownBy(() -> get(client, "/guarded"))
                    .isInstanceOfSatisfying(
                            FatalAlert.class, a -> assertThat(a.description()).isEqualTo(UNEXPECTED_MESSAGE));
            assertThat(guarded).hasValue(0);
        }
    }

    @Test
    void aClientThatDoesNotOfferItIsKnownAtOnceAndItsConnectionLives() throws Exception {
        try (StepUpServer server = server().start();
                Tls13Connection client = Tls13Client.trusting(TestPki.AUTHORITY)
                        .answering(() -> TestPki.ALICE)
                        .withoutPostHandshakeAuthentication()
                        .connect(server.port())) {
            long start = System.nanoTime();
            HttpAnswer answer = get(client, "/secure");
            assertThat(Duration.ofNanos(System.nanoTime() - start)).isLessThan(Duration.ofSeconds(5));
            assertThat(answer.status()).isEqualTo(403);
            assertThat(answer.values()).containsEntry("reason", "client-cannot").containsEntry("usable", "true");
            assertThat(answer.saysClose()).isFalse();
            assertSeen(get(client, "/open"), "");
            assertThat(client.timesAsked()).isZero();
            assertThat(server.statistics().getStarted()).isZero();
        }
    }
}
