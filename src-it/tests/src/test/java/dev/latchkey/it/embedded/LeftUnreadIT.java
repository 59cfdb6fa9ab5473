package dev.latchkey.it.embedded;

import static org.assertj.core.api.Assertions.assertThat;

import dev.latchkey.it.Clients;
import dev.latchkey.testkit.HttpAnswer;
import dev.latchkey.testkit.TlsConnection;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A client whose upload is given up for another reason than its size sees the answer too, however busy it is sending. */
class LeftUnreadIT {
    private static final int UPLOAD = 10 * 1024 * 1024;

    @ParameterizedTest
    @ValueSource(strings = {"blocking", "async"})
    void anUploadThatFindsNoRoomSeesIts429EachTime(String how) throws Exception {
        try (StepUpServer server = new StepUpServer()
                .settings(s -> {
                    s.setBodyLimit(2L * UPLOAD);
                    s.setBufferBudget(4096);
                })
                .on("/body", new BodyExchange())
                .start()) {
            byte[] body = new byte[UPLOAD];
            for (int i = 0; i < 10; i++) {
                try (TlsConnection client = Clients.connect(server.port(), TestPki.ALICE)) {
                    client.send("POST /body?how=" + how + " HTTP/1.1\r\nHost: localhost\r\nContent-Length: " + UPLOAD
                            + "\r\n\r\n");
                    client.send(body);
                    HttpAnswer answer = client.read();
                    assertThat(answer.status()).isEqualTo(429);
                    assertThat(client.readByte()).isEqualTo(-1);
                }
            }
        }
    }
}
