package dev.latchkey.it.embedded;

import static org.assertj.core.api.Assertions.assertThat;

import dev.latchkey.ClientCertificate;
import dev.latchkey.ClientCertificates;
import dev.latchkey.Mechanism;
import dev.latchkey.NegotiationException;
import dev.latchkey.it.Curl;
import dev.latchkey.it.Lane;
import dev.latchkey.testkit.HeldCertificate;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The main job with a real client, in each lane: certificate, none, untrusted, and a body. */
class CurlIT {
    private static final String MECHANISM = Lane.current().mechanism();

    @TempDir
    Path dir;

    private StepUpServer server;

    @BeforeEach
    void start() throws Exception {
        server = new StepUpServer()
                .on("/secure", (request, response) -> {
                    String answer;
                    try {
                        ClientCertificate c = ClientCertificates.of(request).negotiateClientCertificate();
                        String mechanism = c.mechanism().map(Mechanism::token).orElse("");
                        answer = Answers.describe(c) + " " + mechanism;
                    } catch (NegotiationException x) {
                        response.setStatus(x.reason().status());
                        answer = x.reason().token();
                    }
                    int body = request.getInputStream().readAllBytes().length;
                    response.getWriter().print(answer + " " + body + "\n");
                })
                .start();
        Files.writeString(dir.resolve("ca.pem"), TestPki.AUTHORITY.chainPem());
        write("alice", TestPki.ALICE);
        write("stranger", TestPki.STRANGER);
    }

    private void write(String name, HeldCertificate held) throws IOException {
        Files.writeString(dir.resolve(name + ".pem"), held.chainPem());
        Files.writeString(dir.resolve(name + ".key"), held.keyPem());
    }

    @AfterEach
    void stop() throws Exception {
        server.close();
    }

    private Curl curl() {
        return Curl.to(server.port(), dir).tls(Lane.current().protocol().substring("TLSv".length()));
    }

    @Test
    void curlIsAskedAndTheConnectionKeepsItsIdentity() throws Exception {
        assertThat(curl().certificate("alice").run("/secure", "/secure").out())
                .isEqualTo("CN=alice " + MECHANISM + " 0\nCN=alice already " + MECHANISM + " 0\n");
    }

    @Test
    void aBodyIsReadAfterTheStepUp() throws Exception {
        Path body = Files.writeString(dir.resolve("body"), "x".repeat(100_000));
        for (String expect : new String[] {"Expect:", "Expect: 100-continue"}) {
            assertThat(curl().certificate("alice")
                            .with("-H", expect, "--data-binary", "@" + body)
                            .run("/secure")
                            .out())
                    .isEqualTo("CN=alice " + MECHANISM + " 100000\n");
        }
    }

    @Test
    void anUntrustedCertificateGetsAnAnswerAndTheConnectionLives() throws Exception {
        assertThat(curl().certificate("stranger").run("/secure", "/secure").out())
                .isEqualTo("untrusted 0\nuntrusted 0\n");
    }

    @Test
    void noCertificateIsAResult() throws Exception {
        assertThat(curl().run("/secure").out()).isEqualTo("none " + MECHANISM + " 0\n");
    }
}
