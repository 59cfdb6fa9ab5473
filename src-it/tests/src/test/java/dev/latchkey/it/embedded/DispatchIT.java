package dev.latchkey.it.embedded;

import static org.assertj.core.api.Assertions.assertThat;

import dev.latchkey.ClientCertificate;
import dev.latchkey.ClientCertificates;
import dev.latchkey.NegotiationException;
import dev.latchkey.NegotiationOptions;
import dev.latchkey.it.Clients;
import dev.latchkey.testkit.HttpAnswer;
import dev.latchkey.testkit.TlsConnection;
import jakarta.servlet.AsyncContext;
import jakarta.servlet.DispatcherType;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import org.eclipse.jetty.ee10.servlet.ErrorPageErrorHandler;
import org.eclipse.jetty.ee10.websocket.server.config.JettyWebSocketServletContainerInitializer;
import org.eclipse.jetty.websocket.api.Session;
import org.junit.jupiter.api.Test;

/** R33, R36: error dispatches and upgrades. */
class DispatchIT {
    private static StepUpServer withErrorPage() {
        StepUpServer server = new StepUpServer()
                .on("/need", (request, response) -> ClientCertificates.of(request)
                        .negotiateClientCertificate(
                                NegotiationOptions.builder().need().build()))
                .on("/need-async", (request, response) -> {
                    AsyncContext async = request.startAsync();
                    ClientCertificates.of(request)
                            .negotiateClientCertificateAsync(
                                    NegotiationOptions.builder().need().build())
                            .whenComplete((c, x) -> {
                                try {
                                    if (x != null) {
                                        response.sendError(403);
                                    }
                                } catch (java.io.IOException gone) {
                                    // The client has gone; the test looks at its own side.
                                } finally {
                                    async.complete();
                                }
                            });
                })
                .on("/not-found", (request, response) -> response.sendError(404))
                .on("/guarded-error-page", (request, response) -> {
                    assertThat(request.getDispatcherType()).isEqualTo(DispatcherType.ERROR);
                    try {
                        ClientCertificate c = ClientCertificates.of(request).negotiateClientCertificate();
                        response.getWriter().print("error page sees " + Answers.describe(c));
                    } catch (NegotiationException x) {
                        response.getWriter().print("error page sees " + Answers.describe(x));
                    }
                })
                .on("/want", Answers::stepUp);
        ErrorPageErrorHandler errors = new ErrorPageErrorHandler();
        errors.addErrorPage(403, "/guarded-error-page");
        errors.addErrorPage(404, "/guarded-error-page");
        server.context().setErrorHandler(errors);
        return server;
    }

    @Test
    void r33AGuardedErrorPageEndsInTheFirstReasonAndDoesNotAsk() throws Exception {
        AtomicReference<dev.latchkey.testkit.HeldCertificate> answer = new AtomicReference<>();
        try (StepUpServer server = withErrorPage().start();
                TlsConnection client = Clients.connectAnswering(server.port(), answer::get)) {
            for (String path : new String[] {"/need", "/need-async"}) {
                int before = client.timesAsked();
                HttpAnswer failed = client.get(path);
                assertThat(failed.status()).isEqualTo(403);
                assertThat(failed.text()).isEqualTo("error page sees LK201 no-certificate");
                assertThat(client.timesAsked()).isEqualTo(before + 1);
            }
            answer.set(TestPki.STRANGER);
            assertThat(client.get("/need").text()).isEqualTo("error page sees LK202 untrusted");
            int before = client.timesAsked();
            HttpAnswer notFound = client.get("/not-found");
            assertThat(notFound.status()).isEqualTo(404);
            assertThat(notFound.text()).isEqualTo("error page sees LK505 error-dispatch");
            assertThat(client.timesAsked()).isEqualTo(before);
            answer.set(TestPki.ALICE);
            assertThat(client.get("/want").text()).isEqualTo("CN=alice");
            assertThat(client.get("/not-found").text()).isEqualTo("error page sees CN=alice already");
        }
    }

    /** Asks again when the connection has become a WebSocket. */
    public static final class Endpoint extends Session.Listener.AbstractAutoDemanding {
        private final ClientCertificates certificates;
        private final BlockingQueue<String> outcome;

        Endpoint(ClientCertificates certificates, BlockingQueue<String> outcome) {
            this.certificates = certificates;
            this.outcome = outcome;
        }

        @Override
        public void onWebSocketOpen(Session session) {
            super.onWebSocketOpen(session);
            try {
                outcome.add(Answers.describe(certificates.negotiateClientCertificate(
                        NegotiationOptions.builder().fresh().build())));
            } catch (NegotiationException x) {
                outcome.add(Answers.describe(x));
            }
        }
    }

    @Test
    void r36AStepUpWorksBeforeAWebSocketIsOpenAndFailsAtOnceAfterwards() throws Exception {
        BlockingQueue<String> before = new ArrayBlockingQueue<>(1);
        BlockingQueue<String> after = new ArrayBlockingQueue<>(1);
        StepUpServer server = new StepUpServer();
        JettyWebSocketServletContainerInitializer.configure(
                server.context(),
                (context, container) -> container.addMapping("/socket", (request, response) -> {
                    ClientCertificates certificates = ClientCertificates.of(request.getHttpServletRequest());
                    try {
                        before.add(Answers.describe(certificates.negotiateClientCertificate()));
                    } catch (NegotiationException x) {
                        before.add(Answers.describe(x));
                    }
                    return new Endpoint(certificates, after);
                }));
        try (server;
                TlsConnection client = Clients.connect(server.start().port(), TestPki.ALICE)) {
            client.send("GET /socket HTTP/1.1\r\nHost: localhost\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n"
                    + "Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n");
            HttpAnswer answer = client.read();
            assertThat(answer.status()).isEqualTo(101);
            assertThat(before.poll(10, TimeUnit.SECONDS)).isEqualTo("CN=alice");
            assertThat(after.poll(10, TimeUnit.SECONDS)).isEqualTo("LK501 response-committed");
            assertThat(client.timesAsked()).isEqualTo(1);
            // The socket lives: an empty ping (masked) is answered by a pong.
            client.send(new byte[] {(byte) 0x89, (byte) 0x80, 0, 0, 0, 0});
            assertThat(client.readByte()).isEqualTo(0x8A);
        }
    }
}
