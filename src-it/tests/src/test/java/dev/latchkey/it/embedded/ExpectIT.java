package dev.latchkey.it.embedded;

import static org.assertj.core.api.Assertions.assertThat;

import dev.latchkey.it.Clients;
import dev.latchkey.testkit.HttpAnswer;
import dev.latchkey.testkit.TlsConnection;
import java.io.IOException;
import java.util.Random;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** R2: a client that waits for 100 Continue is asked for its certificate before it is told to send its body. */
class ExpectIT {
    private static final int LIMIT = 4096;

    private static StepUpServer server;

    @BeforeAll
    static void start() throws Exception {
        server = new StepUpServer()
                .settings(s -> s.setBodyLimit(LIMIT))
                .on("/body", new BodyExchange())
                .start();
    }

    @AfterAll
    static void stop() throws Exception {
        server.close();
    }

    private static String head(String how, String framing) {
        return "POST /body?how=" + how + " HTTP/1.1\r\nHost: localhost\r\nExpect: 100-continue\r\n" + framing
                + "\r\n\r\n";
    }

    private static byte[] body(int length) {
        byte[] body = new byte[length];
        new Random(length).nextBytes(body);
        return body;
    }

    @ParameterizedTest
    @ValueSource(strings = {"blocking", "async"})
    void r2TheContinueComesAfterTheCertificateRequest(String how) throws Exception {
        byte[] body = body(3000);
        try (TlsConnection client = Clients.connect(server.port(), TestPki.ALICE)) {
            client.send(head(how, "Content-Length: " + body.length));
            HttpAnswer first = client.read();
            assertThat(first.status()).isEqualTo(100);
            assertThat(client.timesAsked()).as("asked when the 100 arrived").isEqualTo(1);
            client.send(body);
            HttpAnswer answer = client.read();
            assertThat(answer.header("subject")).contains("CN=alice");
            assertThat(answer.body()).isEqualTo(body);
            // The connection goes on, with its certificate.
            assertThat(client.post("/body", body).header("subject")).contains("CN=alice already");
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"blocking", "async"})
    void r2AClientThatSendsWithoutWaitingIsServedItsWholeBody(String how) throws Exception {
        byte[] body = body(LIMIT);
        for (boolean oneRecord : new boolean[] {true, false}) {
            try (TlsConnection client = Clients.connect(server.port(), TestPki.ALICE)) {
                String head = head(how, "Content-Length: " + body.length);
                if (oneRecord) {
                    byte[] all = new byte[head.length() + body.length];
                    System.arraycopy(head.getBytes(), 0, all, 0, head.length());
                    System.arraycopy(body, 0, all, head.length(), body.length);
                    client.send(all);
                } else {
                    client.send(head);
                    client.send(body);
                }
                HttpAnswer answer = client.readFinal();
                assertThat(answer.header("subject")).contains("CN=alice");
                assertThat(answer.body()).isEqualTo(body);
            }
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"blocking", "async"})
    void r2R31ATooLargeContentLengthIsAnswered413WithoutAContinue(String how) throws Exception {
        try (TlsConnection client = Clients.connect(server.port(), TestPki.ALICE)) {
            client.send(head(how, "Content-Length: " + (LIMIT + 1)));
            HttpAnswer first = client.read();
            assertThat(first.status()).isEqualTo(413);
            assertThat(first.saysClose()).isTrue();
            assertThat(client.timesAsked()).isZero();
            assertThat(client.readByte()).isEqualTo(-1);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"blocking", "async"})
    void anEagerClientCannotMakeTheServerKeepMoreThanTheLimit(String how) throws Exception {
        long before = server.statistics().getFailures("body-too-large");
        try (TlsConnection client = Clients.connect(server.port(), TestPki.ALICE)) {
            client.send(head(how, "Transfer-Encoding: chunked"));
            client.send("80000\r\n");
            try {
                client.send(new byte[0x80000]);
                client.send("\r\n0\r\n\r\n");
                assertThat(client.read().status()).isNotEqualTo(200);
            } catch (IOException cut) {
                // In mid handshake no answer can be written: the connection ends.
                assertThat(client.timesAsked()).isLessThanOrEqualTo(1);
            }
            server.awaitNothingKept();
            assertThat(server.statistics().getFailures("body-too-large")).isEqualTo(before + 1);
        }
    }
}
