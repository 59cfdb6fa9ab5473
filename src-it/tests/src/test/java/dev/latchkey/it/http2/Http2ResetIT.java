package dev.latchkey.it.http2;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.latchkey.ClientCertificate;
import dev.latchkey.ClientCertificates;
import dev.latchkey.NegotiationException;
import dev.latchkey.Reason;
import dev.latchkey.it.embedded.Exchange;
import dev.latchkey.it.embedded.StepUpServer;
import jakarta.servlet.AsyncContext;
import jakarta.servlet.http.HttpServletRequest;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.zip.CRC32;
import org.eclipse.jetty.ee10.servlet.ErrorPageErrorHandler;
import org.eclipse.jetty.http2.ErrorCode;
import org.eclipse.jetty.http2.server.HTTP2ServerConnectionFactory;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** R32: on HTTP/2 a step-up resets its stream with HTTP_1_1_REQUIRED, and nothing else. */
class Http2ResetIT {
    private static final int HTTP_1_1_REQUIRED = ErrorCode.HTTP_1_1_REQUIRED_ERROR.code;
    private static final int DOWNLOAD = 50 * 1024 * 1024;
    private static final int PIECE = 64 * 1024;

    /** What the application saw of its own call, and of what it tried afterwards. */
    private final CompletableFuture<NegotiationException> seen = new CompletableFuture<>();

    private final CompletableFuture<Object> afterwards = new CompletableFuture<>();

    private StepUpServer server() {
        return new StepUpServer()
                .http2()
                .on("/open", (request, response) -> response.getWriter().print("open"))
                .on("/plain", (request, response) -> asks(request))
                .on("/blocking", this::blocking)
                .on("/async", (request, response) -> async(request))
                .on("/download/*", (request, response) -> {
                    Random bytes = new Random(seed(request.getPathInfo()));
                    byte[] piece = new byte[PIECE];
                    for (int sent = 0; sent < DOWNLOAD; sent += PIECE) {
                        bytes.nextBytes(piece);
                        response.getOutputStream().write(piece);
                    }
                });
    }

    private static long seed(String path) {
        return path.hashCode();
    }

    private static ClientCertificate asks(HttpServletRequest request) throws NegotiationException {
        return ClientCertificates.of(request).negotiateClientCertificate();
    }

    private void blocking(HttpServletRequest request, jakarta.servlet.http.HttpServletResponse response)
            throws Exception {
        try {
            asks(request);
        } catch (NegotiationException x) {
            seen.complete(x);
            try {
                int read = request.getInputStream().read();
                response.setStatus(200);
                response.getWriter().print("by accident, after " + read);
                response.flushBuffer();
                afterwards.complete("written");
            } catch (IOException failed) {
                afterwards.complete(failed);
            }
        }
    }

    private void async(HttpServletRequest request) {
        AsyncContext context = request.startAsync();
        ClientCertificates.of(request).negotiateClientCertificateAsync().whenComplete((certificate, failure) -> {
            seen.complete((NegotiationException) failure);
            try {
                context.getResponse().getOutputStream().print("by accident");
                context.getResponse().flushBuffer();
                afterwards.complete("written");
            } catch (IOException | IllegalStateException failed) {
                afterwards.complete(failed);
            }
            try {
                context.complete();
            } catch (IllegalStateException done) {
                afterwards.complete(done);
            }
        });
    }

    /** CVE-2025-8671: a reset of the server's own gives a stream back, while its request may work on. */
    @Test
    void noMoreRequestsWorkOnAfterTheirResetThanThereAreStreams() throws Exception {
        int most = 8;
        AtomicInteger working = new AtomicInteger();
        CountDownLatch enough = new CountDownLatch(1);
        try (StepUpServer server = server().connector(c -> c.getConnectionFactory(HTTP2ServerConnectionFactory.class)
                                .setMaxConcurrentStreams(most))
                        .on("/work", (request, response) -> {
                            try {
                                asks(request);
                            } finally {
                                working.incrementAndGet();
                                enough.await(30, TimeUnit.SECONDS);
                                working.decrementAndGet();
                            }
                        })
                        .start();
                FrameClient client = FrameClient.connect(server.port())) {
            for (int i = 0; i < most; i++) {
                FrameClient.Outcome reset = client.get("/work");
                assertThat(reset.reset()).as("request %s", i).isEqualTo(HTTP_1_1_REQUIRED);
            }
            await().until(() -> working.get() == most);
            FrameClient.Running next = client.begin("GET", "/work", true);
            await().until(() -> working.get() == most + 1);
            assertThat(next.isDone()).isFalse();
            enough.countDown();
            assertThat(next.outcome().status()).isEqualTo(421);
            await().until(() -> working.get() == 0);
            assertThat(client.get("/work").reset()).as("afterwards").isEqualTo(HTTP_1_1_REQUIRED);
            assertThat(client.isOpen()).isTrue();
        }
    }

    @ParameterizedTest
    @CsvSource({"/blocking,GET", "/blocking,POST", "/async,GET", "/async,POST"})
    void theStreamIsResetAndTheApplicationLearnsTheReason(String path, String method) throws Exception {
        try (StepUpServer server = server().start();
                FrameClient client = FrameClient.connect(server.port())) {
            FrameClient.Running running = client.begin(method, path, method.equals("GET"));
            if (method.equals("POST")) {
                running.send(new byte[1000], false); // and the rest never comes
            }
            assertThat(running.outcome().reset()).isEqualTo(HTTP_1_1_REQUIRED);
            NegotiationException x = seen.get(20, TimeUnit.SECONDS);
            assertThat(x.reason()).isEqualTo(Reason.HTTP_VERSION);
            assertThat(x.isConnectionUsable()).isTrue();
            assertThat(x).hasMessageContaining("LK103").hasMessageContaining("HTTP/2");
            assertThat(afterwards.get(20, TimeUnit.SECONDS)).isNotEqualTo("written");
            assertThat(running.outcome().status()).isZero();
            assertThat(client.get("/open").text()).isEqualTo("open");
            assertThat(client.isOpen()).isTrue();
            assertThat(server.statistics().getFailures("http-version")).isEqualTo(1);
            assertThat(server.statistics().getStarted()).isZero();
        }
    }

    @Test
    void tenInSequenceAreTenResetsOnOneConnection() throws Exception {
        try (StepUpServer server = server().start();
                FrameClient client = FrameClient.connect(server.port())) {
            for (int i = 0; i < 10; i++) {
                assertThat(client.get("/plain").reset()).isEqualTo(HTTP_1_1_REQUIRED);
            }
            assertThat(client.get("/open").text()).isEqualTo("open");
            assertThat(client.isOpen()).isTrue();
            server.awaitConnections(1);
            assertThat(server.statistics().getFailures("http-version")).isEqualTo(10);
        }
    }

    @Test
    void moreResetsThanJettyAllowsAClientDoNotEndTheConnection() throws Exception {
        try (StepUpServer server = server().start();
                FrameClient client = FrameClient.connect(server.port())) {
            for (int round = 0; round < 10; round++) {
                List<FrameClient.Running> together = new ArrayList<>();
                for (int i = 0; i < 50; i++) {
                    together.add(client.begin("GET", "/plain", true));
                }
                for (FrameClient.Running running : together) {
                    assertThat(running.outcome().reset()).isEqualTo(HTTP_1_1_REQUIRED);
                }
            }
            assertThat(client.get("/open").text()).isEqualTo("open");
            assertThat(client.isOpen()).isTrue();
        }
    }

    @Test
    void twoDownloadsBesideItFinishByteForByte() throws Exception {
        try (StepUpServer server = server().start();
                FrameClient client = FrameClient.connect(server.port())) {
            FrameClient.Running one = client.begin("GET", "/download/one", true);
            FrameClient.Running two = client.begin("GET", "/download/two", true);
            int resets = 0;
            do {
                FrameClient.Running asking = client.begin("POST", "/plain", false);
                asking.send(new byte[30_000], false);
                assertThat(asking.outcome().reset()).isEqualTo(HTTP_1_1_REQUIRED);
                resets++;
            } while (resets < 5 || resets < 40 && !(one.isDone() && two.isDone()));
            for (Map.Entry<String, FrameClient.Running> download :
                    Map.of("/one", one, "/two", two).entrySet()) {
                FrameClient.Outcome outcome = download.getValue().outcome();
                assertThat(outcome.status()).isEqualTo(200);
                assertThat(outcome.bytes()).isEqualTo(DOWNLOAD);
                assertThat(outcome.checksum()).isEqualTo(checksum(download.getKey()));
            }
            assertThat(client.isOpen()).isTrue();
        }
    }

    private static long checksum(String path) {
        CRC32 sum = new CRC32();
        Random bytes = new Random(seed(path));
        byte[] piece = new byte[PIECE];
        for (int sent = 0; sent < DOWNLOAD; sent += PIECE) {
            bytes.nextBytes(piece);
            sum.update(piece);
        }
        return sum.getValue();
    }

    @Test
    void itIsDecidedBeforeErrorPages() throws Exception {
        AtomicInteger pages = new AtomicInteger();
        StepUpServer setUp = server();
        ErrorPageErrorHandler errors = new ErrorPageErrorHandler();
        errors.addErrorPage(NegotiationException.class, "/page");
        errors.addErrorPage(403, "/page");
        setUp.context().setErrorHandler(errors);
        Exchange page = (request, response) -> {
            pages.incrementAndGet();
            response.getWriter().print("a page");
        };
        try (StepUpServer server = setUp.on("/page", page).start();
                FrameClient client = FrameClient.connect(server.port())) {
            FrameClient.Outcome outcome = client.get("/plain");
            assertThat(outcome.reset()).isEqualTo(HTTP_1_1_REQUIRED);
            assertThat(outcome.status()).as("%d pages were made", pages.get()).isZero();
            assertThat(client.get("/open").text()).isEqualTo("open");
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {403, 421})
    void aStatusCanBeAnsweredInstead(int status) throws Exception {
        try (StepUpServer server = server().settings(f -> f.setHttp2(String.valueOf(status)))
                        .start();
                FrameClient client = FrameClient.connect(server.port())) {
            FrameClient.Outcome outcome = client.get("/plain");
            assertThat(outcome.wasReset()).isFalse();
            assertThat(outcome.status()).isEqualTo(status);
            assertThat(outcome.text()).contains("LK103").contains(Reason.HTTP_VERSION.phrase());
            FrameClient.Running upload = client.begin("POST", "/blocking", false);
            assertThat(seen.get(20, TimeUnit.SECONDS).status()).isEqualTo(status);
            upload.send(new byte[10], true);
            assertThat(upload.outcome().text()).startsWith("by accident, after 0");
        }
    }

    @Test
    void anUnknownValueIsRefusedByName() {
        assertThatThrownBy(() -> server().settings(f -> f.setHttp2("302")).start())
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("latchkey.http2=302: it must be reset or a status from 400 to 499");
    }
}
