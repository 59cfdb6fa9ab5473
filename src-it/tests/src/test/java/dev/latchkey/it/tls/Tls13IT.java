package dev.latchkey.it.tls;

import static org.assertj.core.api.Assertions.assertThat;

import dev.latchkey.it.CapturedLog;
import dev.latchkey.it.Clients;
import dev.latchkey.it.Lane;
import dev.latchkey.it.OnlyOn;
import dev.latchkey.it.embedded.StepUpServer;
import dev.latchkey.it.embedded.TestPki;
import dev.latchkey.testkit.HttpAnswer;
import dev.latchkey.testkit.RecordPipe;
import dev.latchkey.testkit.TlsClient;
import dev.latchkey.testkit.TlsConnection;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

/** R7, R8: on TLS 1.3 JSSE cannot ask; nobody is left waiting, and nothing succeeds in silence. */
@OnlyOn(value = Lane.JSSE_TLS12, because = "OpenSSL can ask on TLS 1.3: PostHandshakeIT")
class Tls13IT {
    private static StepUpServer server() {
        return new StepUpServer()
                .protocols("TLSv1.2", "TLSv1.3")
                .settings(s -> s.setDeadline(60_000))
                .on("/secure", Report.asks())
                .on("/open", Report.shows());
    }

    @Test
    void onTls13TheReasonComesAtOnceNothingIsSentAndTheConnectionLives() throws Exception {
        try (StepUpServer server = server().start();
                RecordPipe pipe = RecordPipe.to(server.port());
                TlsConnection client = TlsClient.trusting(TestPki.AUTHORITY)
                        .protocols("TLSv1.3")
                        .certificate(TestPki.ALICE)
                        .connect(pipe.port())) {
            assertThat(client.protocol()).isEqualTo("TLSv1.3");
            // Counted before a record is passed on, so that none is missed when its response has been read.
            AtomicInteger records = new AtomicInteger();
            pipe.toClient().onRecord(record -> records.incrementAndGet());
            // A session ticket comes with one of the first responses; the others show what a response takes.
            int perResponse = Integer.MAX_VALUE;
            int before = 0;
            for (int i = 0; i < 5; i++) {
                before = records.get();
                client.get("/open");
                perResponse = Math.min(perResponse, records.get() - before);
            }
            before = records.get();
            long start = System.nanoTime();
            HttpAnswer answer = client.get("/secure");
            assertThat(Duration.ofNanos(System.nanoTime() - start)).isLessThan(Duration.ofSeconds(5));
            assertThat(answer.status()).isEqualTo(403);
            assertThat(answer.values())
                    .containsEntry("reason", "engine-cannot")
                    .containsEntry("usable", "true")
                    .containsEntry("attribute", "")
                    .containsEntry("tls", "TLSv1.3");
            assertThat(answer.saysClose()).isFalse();
            // As many records as any response has, and so nothing that asks.
            assertThat(records.get() - before).isEqualTo(perResponse);
            assertThat(client.get("/open").status()).isEqualTo(200);
            assertThat(client.timesAsked()).isZero();
            assertThat(server.statistics().getFailures("engine-cannot")).isEqualTo(1);
            assertThat(server.statistics().getStarted()).isZero();
        }
    }

    @Test
    void theSameServerStepsUpOnTls12() throws Exception {
        try (StepUpServer server = server().start();
                TlsConnection client = Clients.with(TestPki.ALICE).connect(server.port())) {
            HttpAnswer answer = client.get("/secure");
            assertThat(answer.values())
                    .containsEntry("subject", "CN=alice")
                    .containsEntry("mechanism", Lane.current().mechanism())
                    .containsEntry("tls", Lane.current().protocol());
        }
    }

    @Test
    void theStartUpLogSaysWhatCannotBeAsked() throws Exception {
        try (CapturedLog log = new CapturedLog()) {
            try (StepUpServer both = server().start()) {
                assertThat(log.lines("LK105 engine-cannot"))
                        .as("on port %s", both.port())
                        .singleElement()
                        .asString()
                        .contains("TLS 1.3")
                        .contains("INFO");
            }
        }
        try (CapturedLog log = new CapturedLog()) {
            try (StepUpServer only12 = server().protocols("TLSv1.2").start()) {
                assertThat(log.lines("LK105")).as("on port %s", only12.port()).isEmpty();
            }
        }
    }

    @Test
    void aServerOfTls13OnlyWarnsAtStart() throws Exception {
        try (CapturedLog log = new CapturedLog()) {
            try (StepUpServer server = server().protocols("TLSv1.3").start();
                    TlsConnection client = TlsClient.trusting(TestPki.AUTHORITY)
                            .certificate(TestPki.ALICE)
                            .connect(server.port())) {
                assertThat(log.lines("LK105 engine-cannot"))
                        .singleElement()
                        .asString()
                        .contains("WARN")
                        .contains("enable TLSv1.2");
                assertThat(client.protocol()).isEqualTo("TLSv1.3");
                assertThat(client.get("/secure").values()).containsEntry("reason", "engine-cannot");
            }
        }
    }
}
