package dev.latchkey.it.embedded;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.latchkey.ClientCertificates;
import dev.latchkey.NegotiationException;
import dev.latchkey.it.CapturedLog;
import dev.latchkey.it.Clients;
import dev.latchkey.testkit.TlsConnection;
import org.junit.jupiter.api.Test;

/** A client that leaves while it is asked is one line of the log, also where the application answers all the same. */
class LostClientIT {
    @Test
    void anAnswerThatNobodyReadsIsNoWarning() throws Exception {
        try (StepUpServer server = new StepUpServer()
                        .on("/short", (request, response) -> {
                            try {
                                ClientCertificates.of(request).negotiateClientCertificate();
                            } catch (NegotiationException x) {
                                response.setStatus(x.status());
                                response.getWriter().println("short");
                                response.flushBuffer();
                            }
                        })
                        .on("/long", (request, response) -> {
                            try {
                                ClientCertificates.of(request).negotiateClientCertificate();
                            } catch (NegotiationException x) {
                                response.setStatus(x.status());
                                for (int line = 0; line < 200; line++) {
                                    response.getWriter().println("x".repeat(1000));
                                }
                            }
                        })
                        .start();
                CapturedLog log = new CapturedLog()) {
            int left = 0;
            for (String path : new String[] {"/short", "/long", "/short", "/long"}) {
                for (boolean inOrder : new boolean[] {true, false}) {
                    TlsConnection client = Clients.connect(server.port(), TestPki.ALICE);
                    client.sendGet(path);
                    server.awaitInFlight(1);
                    if (inOrder) {
                        client.close();
                    } else {
                        client.closeBare();
                    }
                    left++;
                    int lines = left;
                    await().until(() -> log.ofLatchkey().size() == lines);
                    server.awaitConnections(0);
                }
            }
            assertThat(log.lines("LK40")).hasSize(left);
            assertThat(server.statistics().getFailed()).isEqualTo(left);
            assertThat(log.problems()).isEmpty();
        }
    }
}
