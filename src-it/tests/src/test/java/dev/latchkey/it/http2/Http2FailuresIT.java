package dev.latchkey.it.http2;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.latchkey.ClientCertificates;
import dev.latchkey.NegotiationException;
import dev.latchkey.NegotiationOptions;
import dev.latchkey.Reason;
import dev.latchkey.it.CapturedLog;
import dev.latchkey.it.Lane;
import dev.latchkey.it.embedded.StepUpServer;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.eclipse.jetty.http.HttpFields;
import org.eclipse.jetty.server.Handler;
import org.eclipse.jetty.server.Request;
import org.eclipse.jetty.server.Response;
import org.eclipse.jetty.util.Callback;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * What a failure looks like on HTTP/2: as on HTTP/1.1 one line at INFO, one count, no warning and no stack trace; and in
 * the access log a 4xx, also where the stream is reset.
 */
class Http2FailuresIT {
    private static final NegotiationOptions NEED =
            NegotiationOptions.builder().need().build();

    private final List<Integer> accessLog = new CopyOnWriteArrayList<>();
    private final List<String> outcomes = new CopyOnWriteArrayList<>();

    private StepUpServer server(boolean core) throws Exception {
        StepUpServer server = new StepUpServer().http2();
        server.server().setRequestLog((request, response) -> {
            outcomes.add(String.valueOf(request.getAttribute(ClientCertificates.OUTCOME_ATTRIBUTE)));
            accessLog.add(response.getStatus());
        });
        if (core) {
            server.handler(new Handler.Abstract() {
                @Override
                public boolean handle(Request request, Response response, Callback callback) throws Exception {
                    ask(request);
                    callback.succeeded();
                    return true;
                }
            });
        } else {
            server.on("/ask", (request, response) -> ask(request));
            server.on("/async", (request, response) -> {
                var async = request.startAsync();
                ClientCertificates.of(request)
                        .negotiateClientCertificateAsync(NEED)
                        .whenComplete((certificate, failure) -> async.complete());
            });
            server.on("/caught", (request, response) -> {
                try {
                    ask(request);
                } catch (NegotiationException x) {
                    response.setStatus(200);
                    response.getWriter().print("by accident");
                }
            });
        }
        return server;
    }

    private static void ask(Object request) throws NegotiationException {
        ClientCertificates.of(request).negotiateClientCertificate(NEED);
    }

    private void assertOneOf(CapturedLog log, StepUpServer server, Reason reason, int status) {
        await().until(() -> !accessLog.isEmpty());
        assertThat(accessLog).containsExactly(status);
        assertThat(outcomes).containsExactly(reason.code() + " " + reason.token());
        assertThat(log.ofLatchkey())
                .singleElement()
                .asString()
                .contains(reason.code() + " " + reason.token() + ": ")
                .contains(" HTTP/2.0, " + Lane.current().protocol() + ", from 127.0.0.1:");
        assertThat(server.statistics().getFailed()).isEqualTo(1);
        assertThat(server.statistics().getFailures(reason.code())).isEqualTo(1);
        assertThat(log.problems()).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"GET /ask", "POST /ask", "GET /async", "POST /async", "GET /caught", "POST /caught", "GET core"})
    void aResetIsMisdirectedInTheAccessLogWhateverTheApplicationDoes(String what) throws Exception {
        boolean core = what.endsWith("core");
        String method = what.substring(0, what.indexOf(' '));
        try (StepUpServer server = server(core).start();
                FrameClient client = FrameClient.connect(server.port());
                CapturedLog log = new CapturedLog()) {
            String path = core ? "/ask" : what.substring(what.indexOf('/'));
            FrameClient.Running running = client.begin(method, path, method.equals("GET"));
            assertThat(running.outcome().wasReset()).isTrue();
            assertOneOf(log, server, Reason.HTTP_VERSION, 421);
        }
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void theFirstHandshakesAnswerIsAFailureLikeOthers(boolean core) throws Exception {
        try (StepUpServer server = server(core).wantClientAuth().start();
                FrameClient client = FrameClient.connect(server.port());
                CapturedLog log = new CapturedLog()) {
            assertThat(client.get("/ask").status()).isEqualTo(403);
            assertOneOf(log, server, Reason.NO_CERTIFICATE, 403);
        }
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void whatTheApiFindsByItselfIsAFailureLikeOthers(boolean core) throws Exception {
        HttpFields prefetch = HttpFields.build().put("Sec-Purpose", "prefetch");
        HttpFields preflight = HttpFields.build()
                .put("Origin", "https://elsewhere.example")
                .put("Access-Control-Request-Method", "PUT");
        assertFails(core, "GET", prefetch, Reason.SPECULATIVE);
        assertFails(core, "OPTIONS", preflight, Reason.PREFLIGHT);
    }

    private void assertFails(boolean core, String method, HttpFields headers, Reason reason) throws Exception {
        accessLog.clear();
        outcomes.clear();
        try (StepUpServer server = server(core).start();
                FrameClient client = FrameClient.connect(server.port());
                CapturedLog log = new CapturedLog()) {
            assertThat(client.begin(method, "/ask", headers, true).outcome().status())
                    .isEqualTo(403);
            assertOneOf(log, server, reason, 403);
        }
    }
}
