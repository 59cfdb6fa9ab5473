package dev.latchkey.it.tls;

import static org.assertj.core.api.Assertions.assertThat;

import dev.latchkey.ClientCertificates;
import dev.latchkey.NegotiationException;
import dev.latchkey.NegotiationOptions;
import dev.latchkey.it.Lane;
import dev.latchkey.it.OnlyOn;
import dev.latchkey.it.embedded.StepUpServer;
import dev.latchkey.testkit.HttpAnswer;
import jakarta.servlet.AsyncContext;
import jakarta.servlet.http.HttpServletRequest;
import java.io.IOException;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.bouncycastle.tls.RenegotiationPolicy;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What a request can still do when its negotiation has failed: it ends, with a reason, and nobody waits for nothing. */
class AfterFailureIT {
    private static final String ALIVE =
            "after the deadline a connection on TLS 1.2 is gone, and a response can be written on TLS 1.3 alone";

    private final CompletableFuture<Object> body = new CompletableFuture<>();

    private static String code(ClientCertificates certificates, NegotiationOptions options) throws IOException {
        try {
            certificates.negotiateClientCertificate(options);
            return "none";
        } catch (NegotiationException x) {
            return x.reason().code();
        }
    }

    private static NegotiationOptions hurried() {
        return NegotiationOptions.builder()
                .deadline(Duration.ofMillis(300))
                .bodyTimeout(Duration.ofMillis(300))
                .build();
    }

    /** Keeps what a body that is read after a failure comes to: its bytes, or what reading it fails with. */
    private void readBody(HttpServletRequest request) {
        try {
            body.complete(new String(request.getInputStream().readAllBytes()));
        } catch (IOException | RuntimeException x) {
            body.complete(x);
        }
    }

    private CraftedClient silent(StepUpServer server) throws IOException {
        return CraftedClient.recipe().whenAsked(RenegotiationPolicy.IGNORE).connect(server.port());
    }

    @Test
    @OnlyOn(value = Lane.OPENSSL_TLS13, because = ALIVE)
    void aSecondCallFailsAsTheFirstDid() throws Exception {
        try (StepUpServer server = new StepUpServer()
                        .on("/twice", (request, response) -> {
                            ClientCertificates certificates = ClientCertificates.of(request);
                            String first = code(certificates, hurried());
                            response.getWriter().print(first + " " + code(certificates, hurried()));
                        })
                        .start();
                CraftedClient client = silent(server)) {
            assertThat(client.get("/twice").text()).isEqualTo("LK401 LK401");
        }
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    @OnlyOn(value = Lane.OPENSSL_TLS13, because = ALIVE)
    void aBodyThatWasNotYetSentIsReadAfterTheDeadline(boolean blocking) throws Exception {
        try (StepUpServer server = new StepUpServer()
                        .on("/body", (request, response) -> {
                            if (blocking) {
                                code(ClientCertificates.of(request), hurried());
                                readBody(request);
                            } else {
                                AsyncContext async = request.startAsync();
                                ClientCertificates.of(request)
                                        .negotiateClientCertificateAsync(hurried())
                                        .whenComplete((c, x) -> {
                                            readBody(request);
                                            async.complete();
                                        });
                            }
                        })
                        .start();
                CraftedClient client = silent(server)) {
            client.send("POST /body HTTP/1.1\r\nHost: localhost\r\nExpect: 100-continue\r\nContent-Length: 5\r\n\r\n");
            server.awaitInFlight(1);
            server.awaitInFlight(0);
            client.send("hello");
            HttpAnswer answer = client.read();
            assertThat(answer.status()).isEqualTo(200);
            assertThat(body).isCompletedWithValue("hello");
        }
    }

    @Test
    void aBodyThatDidNotComeInTimeFailsWhenItIsRead() throws Exception {
        try (StepUpServer server = new StepUpServer()
                        .on("/late", (request, response) -> {
                            String code = code(ClientCertificates.of(request), hurried());
                            readBody(request);
                            response.getWriter().print(code);
                        })
                        .start();
                CraftedClient client = silent(server)) {
            client.send("POST /late HTTP/1.1\r\nHost: localhost\r\nContent-Length: 5\r\n\r\nhe");
            assertThat(client.read().text()).isEqualTo("LK303");
            assertThat(body.get(10, TimeUnit.SECONDS)).isInstanceOf(IOException.class);
        }
    }

    @Test
    void aBodyFailsWhenItIsReadAfterTheApplicationGaveUp() throws Exception {
        try (StepUpServer server = new StepUpServer()
                        .on("/cancel", (request, response) -> {
                            AsyncContext async = request.startAsync();
                            CompletableFuture<?> asked = ClientCertificates.of(request)
                                    .negotiateClientCertificateAsync()
                                    .toCompletableFuture();
                            asked.cancel(true);
                            readBody(request);
                            response.getWriter().print("cancelled");
                            async.complete();
                        })
                        .start();
                CraftedClient client = silent(server)) {
            client.send("POST /cancel HTTP/1.1\r\nHost: localhost\r\nContent-Length: 5\r\n\r\nhe");
            assertThat(client.read().text()).isEqualTo("cancelled");
            assertThat(body.get(10, TimeUnit.SECONDS)).isInstanceOf(IOException.class);
        }
    }
}
