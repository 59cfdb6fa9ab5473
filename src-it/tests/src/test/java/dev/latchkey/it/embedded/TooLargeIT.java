package dev.latchkey.it.embedded;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.latchkey.ClientCertificates;
import dev.latchkey.it.Clients;
import dev.latchkey.testkit.HttpAnswer;
import dev.latchkey.testkit.RestingServers;
import dev.latchkey.testkit.TlsConnection;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicInteger;
import org.eclipse.jetty.server.Handler;
import org.eclipse.jetty.server.Request;
import org.eclipse.jetty.server.Response;
import org.eclipse.jetty.util.Callback;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** R31: an upload larger than what is kept is refused so that the client sees it, or served without asking. */
class TooLargeIT {
    private static final int LIMIT = 4096;
    private static final int UPLOAD = 10 * 1024 * 1024;

    private static StepUpServer server;

    @BeforeAll
    static void start() throws Exception {
        server = new StepUpServer()
                .settings(s -> s.setBodyLimit(LIMIT))
                .on("/body", new BodyExchange())
                .on("/secure", Answers::stepUp)
                .start();
    }

    @AfterAll
    static void stop() throws Exception {
        server.close();
    }

    private static byte[] body(int length) {
        byte[] body = new byte[length];
        new Random(length).nextBytes(body);
        return body;
    }

    private static String post(String path, String framing) {
        return "POST " + path + " HTTP/1.1\r\nHost: localhost\r\n" + framing + "\r\n\r\n";
    }

    private static void sendChunked(TlsConnection client, String path, byte[] body) throws IOException {
        client.send(post(path, "Transfer-Encoding: chunked"));
        client.send(Integer.toHexString(body.length) + "\r\n");
        client.send(body);
        client.send("\r\n0\r\n\r\n");
    }

    @Test
    void r31AContentLengthOverTheLimitIsAnsweredBeforeTheBodyIsSent() throws Exception {
        try (TlsConnection client = Clients.connect(server.port(), TestPki.ALICE)) {
            client.send(post("/body", "Content-Length: " + UPLOAD));
            HttpAnswer answer = client.read();
            assertThat(answer.status()).isEqualTo(413);
            assertThat(answer.saysClose()).isTrue();
            assertThat(client.timesAsked()).isZero();
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"blocking", "async"})
    void r31AnUploadThatIsTooLargeSeesIts413EachTime(String how) throws Exception {
        byte[] body = new byte[UPLOAD];
        int seen = 0;
        for (int i = 0; i < 10; i++) {
            try (TlsConnection client = Clients.connect(server.port(), TestPki.ALICE)) {
                if (i % 2 == 0) {
                    client.send(post("/body?how=" + how, "Content-Length: " + body.length));
                    client.send(body);
                } else {
                    sendChunked(client, "/body?how=" + how, body);
                }
                HttpAnswer answer = client.read();
                assertThat(answer.status()).isEqualTo(413);
                assertThat(client.readByte()).isEqualTo(-1);
                seen++;
            }
        }
        assertThat(seen).isEqualTo(10);
    }

    /** While it waits for the client to see the answer, the request is not complete yet. */
    @Test
    void aServerThatStopsEndsTheWaitForAClientThatReadsNothing() throws Exception {
        CompletableFuture<Void> completed = new CompletableFuture<>();
        Handler core = new Handler.Abstract() {
            @Override
            public boolean handle(Request request, Response response, Callback callback) {
                Request.addCompletionListener(request, x -> completed.complete(null));
                ClientCertificates.of(request)
                        .negotiateClientCertificateAsync()
                        .whenComplete((c, x) -> response.write(true, ByteBuffer.allocate(1), callback));
                return true;
            }
        };
        try (StepUpServer stopped = new StepUpServer()
                        .handler(core)
                        .settings(s -> {
                            s.setBodyLimit(LIMIT);
                            s.setDiscardTimeout(3_600_000);
                        })
                        .start();
                TlsConnection client = Clients.connect(stopped.port(), TestPki.ALICE)) {
            client.send(post("/", "Content-Length: " + UPLOAD));
            assertThat(client.read().status()).isEqualTo(200);
            assertThat(completed).isNotDone();
            RestingServers.stop(stopped.server(), Duration.ofSeconds(20));
            assertThat(completed).succeedsWithin(Duration.ofSeconds(10));
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"blocking", "async"})
    void r31AWantedCertificateIsNotAskedForWhenTheBodyIsTooLarge(String how) throws Exception {
        for (int size : new int[] {LIMIT + 1, 1024 * 1024}) {
            byte[] body = body(size);
            try (TlsConnection client = Clients.connect(server.port(), TestPki.ALICE)) {
                HttpAnswer fixed = client.post("/body?orElse&how=" + how, body);
                assertThat(fixed.header("subject")).contains("none");
                assertThat(fixed.body()).isEqualTo(body);
                sendChunked(client, "/body?orElse&how=" + how, body);
                HttpAnswer chunked = client.readFinal();
                assertThat(chunked.header("subject")).contains("none");
                assertThat(chunked.body()).isEqualTo(body);
                assertThat(client.timesAsked()).isZero();
                // It was not remembered for the connection (R11): a small body is worth the question.
                assertThat(client.post("/body?orElse&how=" + how, body(10)).header("subject"))
                        .contains("CN=alice");
            }
        }
    }

    /** Whoever goes on at once reads at once: the bytes that were looked at must be back by then. */
    @Test
    void r31ABodyThatWasTooLargeIsWholeHoweverSoonItIsRead() throws Exception {
        byte[] body = body(LIMIT + 1);
        try (TlsConnection client = Clients.connect(server.port(), TestPki.ALICE)) {
            for (int i = 0; i < 200; i++) {
                sendChunked(client, "/body?orElse&how=async", body);
                assertThat(client.readFinal().body()).as("time %s", i).isEqualTo(body);
            }
        }
    }

    @Test
    void r31TheLimitIsTheCalls() throws Exception {
        try (TlsConnection client = Clients.connect(server.port(), TestPki.ALICE)) {
            assertThat(client.post("/body?limit=10", body(11)).status()).isEqualTo(413);
        }
        try (TlsConnection client = Clients.connect(server.port(), TestPki.ALICE)) {
            assertThat(client.post("/body?limit=10", body(10)).body()).isEqualTo(body(10));
        }
    }

    @Test
    void r31ALimitOfZeroAsksOnlyWithoutABody() throws Exception {
        try (TlsConnection client = Clients.connect(server.port(), TestPki.ALICE)) {
            assertThat(client.post("/body?limit=0", body(1)).status()).isEqualTo(413);
        }
        try (TlsConnection client = Clients.connect(server.port(), TestPki.ALICE)) {
            assertThat(client.get("/body?limit=0").header("subject")).contains("CN=alice");
        }
        try (TlsConnection client = Clients.connect(server.port(), TestPki.ALICE)) {
            client.send(post("/body?limit=0", "Transfer-Encoding: chunked"));
            client.send("0\r\n\r\n");
            assertThat(client.readFinal().header("subject")).contains("CN=alice");
        }
    }

    @Test
    void r31WithACertificateThereAnySizeIsServed() throws Exception {
        byte[] body = body(1024 * 1024);
        try (TlsConnection client = Clients.connect(server.port(), TestPki.ALICE)) {
            assertThat(client.get("/secure").text()).isEqualTo("CN=alice");
            HttpAnswer answer = client.post("/body", body);
            assertThat(answer.header("subject")).contains("CN=alice already");
            assertThat(answer.body()).isEqualTo(body);
            assertThat(client.timesAsked()).isEqualTo(1);
        }
    }

    @Test
    void whatIsThrownAwayIsBoundedInBytesAndInTime() throws Exception {
        try (StepUpServer bounded = new StepUpServer()
                .settings(s -> {
                    s.setBodyLimit(LIMIT);
                    s.setDiscardLimit(256 * 1024);
                    s.setDiscardTimeout(1000);
                })
                .on("/body", new BodyExchange())
                .start()) {
            try (TlsConnection client = Clients.connect(bounded.port(), TestPki.ALICE)) {
                client.send(post("/body", "Content-Length: " + Long.MAX_VALUE));
                byte[] some = new byte[64 * 1024];
                AtomicInteger sent = new AtomicInteger();
                assertThatThrownBy(() -> {
                            while (sent.incrementAndGet() < 100_000) {
                                client.send(some);
                            }
                        })
                        .isInstanceOf(IOException.class);
            }
            try (TlsConnection client = Clients.connect(bounded.port(), TestPki.ALICE)) {
                client.send(post("/body", "Content-Length: 100000"));
                assertThat(client.read().status()).isEqualTo(413);
                // It waits for the client to end, and then for no longer than that.
                await().during(Duration.ofMillis(500))
                        .until(() ->
                                !bounded.connector().getConnectedEndPoints().isEmpty());
                await().atMost(Duration.ofSeconds(5))
                        .until(() -> bounded.connector().getConnectedEndPoints().isEmpty());
            }
        }
    }

    @Test
    void aRequestBehindABodyThatIsTooLargeIsNotServed() throws Exception {
        try (TlsConnection client = Clients.connect(server.port(), TestPki.ALICE)) {
            client.send(post("/body", "Content-Length: 5000") + "x".repeat(5000)
                    + "GET /secure HTTP/1.1\r\nHost: localhost\r\n\r\n");
            assertThat(new String(client.read().body(), StandardCharsets.UTF_8)).contains("LK301");
            assertThat(client.readByte()).isEqualTo(-1);
            assertThat(client.timesAsked()).isZero();
        }
    }
}
