package dev.latchkey.it.tls;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.latchkey.ClientCertificates;
import dev.latchkey.NegotiationException;
import dev.latchkey.NegotiationOptions;
import dev.latchkey.it.Clients;
import dev.latchkey.it.Lane;
import dev.latchkey.it.embedded.StepUpServer;
import dev.latchkey.it.embedded.TestPki;
import dev.latchkey.testkit.HttpAnswer;
import dev.latchkey.testkit.KeyStores;
import dev.latchkey.testkit.TlsConnection;
import jakarta.servlet.AsyncContext;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Judging takes its time, when it looks revocation up: what changes meanwhile counts, who waits does so no longer than the
 * deadline, and who needs no certificate does not wait at all.
 */
class JudgementIT {
    private static final Duration DEADLINE = Duration.ofSeconds(1);
    /** More than judge at once. */
    private static final int CROWD = 20;

    @TempDir
    Path dir;

    private final SlowTrust trust = new SlowTrust();

    @AfterEach
    void release() {
        trust.release();
    }

    private StepUpServer server() {
        NegotiationOptions patient = NegotiationOptions.builder().need().build();
        NegotiationOptions hasty =
                NegotiationOptions.builder().need().deadline(DEADLINE).build();
        return new StepUpServer(trust)
                .threads(60)
                .on("/secure", Report.asks(patient))
                .on("/hasty", Report.asks(hasty))
                .on("/async", (request, response) -> askAsync(request, response, hasty))
                .on("/fresh", Report.asks(NegotiationOptions.builder().fresh().build()))
                .on("/forget-and-ask", (request, response) -> {
                    ClientCertificates.of(request).forget();
                    Report.asks(patient).handle(request, response);
                })
                .on("/plain", (request, response) -> response.getWriter().print("plain=yes\n"))
                .on("/open", Report.shows());
    }

    private static void askAsync(HttpServletRequest request, HttpServletResponse response, NegotiationOptions options) {
        AsyncContext async = request.startAsync();
        ClientCertificates.of(request).negotiateClientCertificateAsync(options).whenComplete((c, failure) -> {
            Throwable cause = failure instanceof CompletionException ? failure.getCause() : failure;
            try {
                response.getWriter()
                        .print("reason="
                                + (cause instanceof NegotiationException x
                                        ? x.reason().token()
                                        : "accepted") + "\n");
            } catch (IOException x) {
                throw new UncheckedIOException(x);
            } finally {
                async.complete();
            }
        });
    }

    private static <T> CompletableFuture<T> later(Callable<T> call) {
        CompletableFuture<T> result = new CompletableFuture<>();
        Thread thread = new Thread(() -> {
            try {
                result.complete(call.call());
            } catch (Exception x) {
                result.completeExceptionally(x);
            }
        });
        thread.setDaemon(true);
        thread.start();
        return result;
    }

    private static void assertNobody(Map<String, String> answer) {
        assertThat(answer)
                .containsEntry("attribute", "")
                .containsEntry("current", "")
                .containsEntry("session", "");
    }

    private void takeHerAuthorityOut() throws Exception {
        trust.reload(tls -> tls.setTrustStore(KeyStores.trusting(TestPki.authority("Another CA"))));
    }

    @Test
    void whatTheOldTrustSaysNeverCountsUnderTheNewOne() throws Exception {
        try (StepUpServer server = server().start();
                TlsConnection client = Clients.connect(server.port(), TestPki.ALICE)) {
            trust.hold();
            CompletableFuture<HttpAnswer> asked = later(() -> client.get("/secure"));
            trust.awaitJudging(1);
            takeHerAuthorityOut();
            trust.release();
            Map<String, String> answer = asked.get(30, TimeUnit.SECONDS).values();
            assertThat(answer).containsEntry("reason", "untrusted");
            assertNobody(answer);
            assertNobody(client.get("/open").values());
            assertThat(client.get("/secure").values()).containsEntry("reason", "untrusted");
        }
    }

    @Test
    void whatTheOldTrustSaysOfAResumedSessionNeverCountsEither() throws Exception {
        try (StepUpServer server = server().start();
                PythonClient python = new PythonClient(dir, server.port(), TestPki.AUTHORITY)) {
            python.certificate(TestPki.ALICE);
            python.open("first");
            assertThat(python.get("first", "/secure")).containsEntry("subject", "CN=alice");
            assertThat(python.open("second", "first")).containsEntry("reused", "True");
            trust.hold();
            CompletableFuture<Map<String, String>> shown = later(() -> python.get("second", "/open"));
            trust.awaitJudging(1);
            takeHerAuthorityOut();
            trust.release();
            assertNobody(shown.get(30, TimeUnit.SECONDS));
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"/hasty", "/async"})
    void aJudgementThatOverrunsTheDeadlineFailsWithAReasonOfItsOwn(String path) throws Exception {
        try (StepUpServer server = server().start();
                TlsConnection client = Clients.connect(server.port(), TestPki.ALICE)) {
            trust.hold();
            long began = System.nanoTime();
            assertThat(client.get(path).values()).containsEntry("reason", "validation-timeout");
            assertThat(Duration.ofNanos(System.nanoTime() - began)).isLessThan(Duration.ofSeconds(20));
            // The connection lives; what is said too late is nothing to it.
            trust.release();
            trust.awaitJudging(0);
            assertNobody(client.get("/open").values());
            assertThat(client.get("/secure").values()).containsEntry("subject", "CN=alice");
            assertThat(server.statistics().getFailures("validation-timeout")).isEqualTo(1);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"/hasty", "/async"})
    void soDoesTheJudgementOfAResumedSession(String path) throws Exception {
        try (StepUpServer server = server().start();
                PythonClient python = new PythonClient(dir, server.port(), TestPki.AUTHORITY)) {
            python.certificate(TestPki.ALICE);
            python.open("first");
            assertThat(python.get("first", "/secure")).containsEntry("subject", "CN=alice");
            assertThat(python.open("second", "first")).containsEntry("reused", "True");
            trust.hold();
            assertThat(python.get("second", path)).containsEntry("reason", "validation-timeout");
            trust.release();
            assertThat(python.get("second", "/secure"))
                    .containsEntry("subject", "CN=alice")
                    .containsEntry("present", "true");
            assertThat(trust.timesJudged()).isEqualTo(2);
        }
    }

    @Test
    void whoNeedsNoCertificateNeverWaits() throws Exception {
        List<TlsConnection> crowd = new ArrayList<>();
        try (StepUpServer server = server().start();
                PythonClient python = new PythonClient(dir, server.port(), TestPki.AUTHORITY)) {
            python.certificate(TestPki.ALICE);
            python.open("first");
            assertThat(python.get("first", "/secure")).containsEntry("subject", "CN=alice");
            assertThat(python.open("second", "first")).containsEntry("reused", "True");
            trust.hold();
            List<CompletableFuture<HttpAnswer>> answers = new ArrayList<>();
            for (int i = 0; i < CROWD; i++) {
                TlsConnection client = Clients.connect(server.port(), TestPki.BOB);
                crowd.add(client);
                answers.add(later(() -> client.get("/async")));
            }
            await("all are asked")
                    .untilAsserted(
                            () -> assertThat(server.statistics().getStarted()).isEqualTo(1 + CROWD));
            assertThat(python.get("second", "/plain"))
                    .as("whose session brings a certificate that nobody asks for")
                    .containsEntry("plain", "yes");
            try (TlsConnection other = Clients.connect(server.port(), null)) {
                assertThat(other.get("/plain").text()).isEqualTo("plain=yes\n");
                assertThat(other.protocol()).isEqualTo(Lane.current().protocol());
            }
            for (CompletableFuture<HttpAnswer> answer : answers) {
                assertThat(answer.get(30, TimeUnit.SECONDS).values()).containsEntry("reason", "validation-timeout");
            }
            assertThat(trust.mostAtOnce()).isLessThan(CROWD);
        } finally {
            for (TlsConnection client : crowd) {
                client.close();
            }
        }
    }

    /** Either she is there for all who look, or the call says that she is not. */
    @Test
    void afterForgetTheAnswerAndWhatIsShownNeverDisagree() throws Exception {
        try (StepUpServer server = server().start()) {
            for (String before : List.of("/secure", "/fresh", "/open")) {
                try (PythonClient python = new PythonClient(dir, server.port(), TestPki.AUTHORITY)) {
                    python.certificate(TestPki.ALICE);
                    python.open("first");
                    python.get("first", "/secure");
                    assertThat(python.open("second", "first")).containsEntry("reused", "True");
                    python.get("second", before);
                    Map<String, String> answer = python.get("second", "/forget-and-ask");
                    String who = answer.getOrDefault("subject", "");
                    assertThat(answer)
                            .containsEntry("attribute", who)
                            .containsEntry("current", who)
                            .containsEntry("session", who);
                }
            }
        }
    }
}
