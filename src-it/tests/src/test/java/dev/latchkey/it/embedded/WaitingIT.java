package dev.latchkey.it.embedded;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.latchkey.ClientCertificate;
import dev.latchkey.ClientCertificates;
import dev.latchkey.NegotiationOptions;
import dev.latchkey.it.Clients;
import dev.latchkey.it.Lane;
import dev.latchkey.it.OnlyOn;
import dev.latchkey.testkit.HttpAnswer;
import dev.latchkey.testkit.RecordPipe;
import dev.latchkey.testkit.TlsConnection;
import jakarta.servlet.AsyncContext;
import java.io.IOException;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import javax.net.ssl.X509TrustManager;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** R4, R22: a person has time, a client that plays for time has not, and the application may lose its patience. */
@OnlyOn(
        value = {Lane.JSSE_TLS12, Lane.OPENSSL_TLS13},
        because = "who waits does not depend on the engine: one lane a mechanism")
class WaitingIT {
    /** Lets time pass while a person looks for the card: the step-up must go on all the while. */
    private static void aPersonTakes(Duration time, StepUpServer server, int stepUps) {
        await().during(time)
                .atMost(time.plusSeconds(10))
                .until(() -> server.statistics().getInFlight() == stepUps);
    }

    /** A server that keeps what came of each step-up, because a lost connection tells its client nothing. */
    private static StepUpServer recording(NegotiationOptions options, BlockingQueue<String> outcomes) {
        return new StepUpServer()
                .on("/blocking", (request, response) -> {
                    String outcome;
                    try {
                        outcome =
                                Answers.describe(ClientCertificates.of(request).negotiateClientCertificate(options));
                    } catch (IOException x) {
                        outcome = Answers.describe(x);
                    }
                    outcomes.add(outcome);
                    response.getWriter().print(outcome);
                })
                .on("/async", (request, response) -> {
                    AsyncContext async = request.startAsync();
                    ClientCertificates.of(request)
                            .negotiateClientCertificateAsync(options)
                            .handle((c, x) -> x == null ? Answers.describe(c) : Answers.describe(x))
                            .thenAccept(outcome -> {
                                outcomes.add(outcome);
                                try {
                                    response.getWriter().print(outcome);
                                } catch (IOException gone) {
                                    // The client has gone; the outcome is kept.
                                } finally {
                                    async.complete();
                                }
                            });
                });
    }

    @ParameterizedTest
    @ValueSource(strings = {"/blocking", "/async"})
    void r4AClientThatNeverAnswersEndsAtTheDeadline(String path) throws Exception {
        BlockingQueue<String> outcomes = new ArrayBlockingQueue<>(1);
        NegotiationOptions oneSecond =
                NegotiationOptions.builder().deadline(Duration.ofSeconds(1)).build();
        try (StepUpServer server = recording(oneSecond, outcomes).start();
                TlsConnection client = Clients.connect(server.port(), TestPki.ALICE)) {
            client.sendGet(path);
            server.awaitInFlight(1);
            long start = System.nanoTime();
            assertThat(outcomes.poll(20, TimeUnit.SECONDS)).isEqualTo("LK401 timeout");
            assertThat(Duration.ofNanos(System.nanoTime() - start)).isLessThan(Duration.ofSeconds(10));
            server.awaitNothingKept();
            server.awaitConnections(0);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"/blocking", "/async"})
    void r4AClientThatDribblesItsAnswerDoesNotExtendTheDeadline(String path) throws Exception {
        BlockingQueue<String> outcomes = new ArrayBlockingQueue<>(1);
        NegotiationOptions oneSecond =
                NegotiationOptions.builder().deadline(Duration.ofSeconds(1)).build();
        try (StepUpServer server = recording(oneSecond, outcomes).start();
                RecordPipe pipe = RecordPipe.to(server.port());
                TlsConnection client = Clients.connect(pipe.port(), TestPki.ALICE)) {
            client.sendGet(path);
            server.awaitInFlight(1);
            long start = System.nanoTime();
            pipe.toServer().dribble(1, Duration.ofMillis(50));
            CompletableFuture<Throwable> end = CompletableFuture.supplyAsync(() -> {
                try {
                    client.read();
                    return null;
                } catch (IOException cut) {
                    return cut;
                }
            });
            assertThat(outcomes.poll(20, TimeUnit.SECONDS)).isEqualTo("LK401 timeout");
            assertThat(Duration.ofNanos(System.nanoTime() - start)).isLessThan(Duration.ofSeconds(10));
            // On TLS 1.3 it is answered even so; in the midst of a renegotiation nothing can be said any more.
            assertThat(end).succeedsWithin(Duration.ofSeconds(20));
            assertThat(end.join() == null).isEqualTo(Lane.current().isPostHandshake());
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"/blocking", "/async"})
    void r22ABodySlowerThanTheDeadlineWorksWithinItsOwnTimeout(String path) throws Exception {
        BlockingQueue<String> outcomes = new ArrayBlockingQueue<>(1);
        NegotiationOptions options = NegotiationOptions.builder()
                .deadline(Duration.ofMillis(1500))
                .bodyTimeout(Duration.ofSeconds(20))
                .build();
        try (StepUpServer server = recording(options, outcomes).start();
                TlsConnection client = Clients.connect(server.port(), TestPki.ALICE)) {
            client.send("POST " + path + " HTTP/1.1\r\nHost: localhost\r\nContent-Length: 3\r\n\r\n");
            for (int i = 0; i < 3; i++) {
                aPersonTakes(Duration.ofMillis(800), server, 1);
                client.send("x");
            }
            assertThat(client.readFinal().text()).isEqualTo("CN=alice");
        }
    }

    /** Each byte is worth a tenth of a second here; with what has come, the time is always longer than it has taken. */
    @ParameterizedTest
    @ValueSource(strings = {"/blocking", "/async"})
    void aBodyAtAnHonestRateIsNotCutByItsTimeout(String path) throws Exception {
        BlockingQueue<String> outcomes = new ArrayBlockingQueue<>(1);
        NegotiationOptions options =
                NegotiationOptions.builder().bodyTimeout(Duration.ofSeconds(1)).build();
        try (StepUpServer server = recording(options, outcomes)
                        .settings(factory -> factory.setMinBodyDataRate(10))
                        .start();
                TlsConnection client = Clients.connect(server.port(), TestPki.ALICE)) {
            client.send("POST " + path + " HTTP/1.1\r\nHost: localhost\r\nContent-Length: 150\r\n\r\n");
            for (int i = 0; i < 3; i++) {
                aPersonTakes(Duration.ofMillis(800), server, 1);
                client.send("x".repeat(50));
            }
            assertThat(client.readFinal().text()).isEqualTo("CN=alice");
        }
    }

    /** What the rate allows is put on the application's own time, as deadline and body's timeout are. */
    @Test
    void aBodyAtAnHonestRateIsNotCutByTheAsynchronousTimeout() throws Exception {
        NegotiationOptions options = NegotiationOptions.builder()
                .bodyTimeout(Duration.ofSeconds(1))
                .deadline(Duration.ofSeconds(1))
                .build();
        try (StepUpServer server = new StepUpServer()
                        .on("/async", Answers.stepUpAsync(options, Duration.ofMillis(200)))
                        .settings(factory -> factory.setMinBodyDataRate(10))
                        .start();
                TlsConnection client = Clients.connect(server.port(), TestPki.ALICE)) {
            client.send("POST /async HTTP/1.1\r\nHost: localhost\r\nContent-Length: 150\r\n\r\n" + "x".repeat(50));
            for (int i = 0; i < 2; i++) {
                aPersonTakes(Duration.ofMillis(1500), server, 1);
                client.send("x".repeat(50));
            }
            assertThat(client.readFinal().text()).isEqualTo("CN=alice");
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"/blocking", "/async"})
    void r22ABodyThatDribblesEndsAtItsTimeoutWithAnAnswer(String path) throws Exception {
        BlockingQueue<String> outcomes = new ArrayBlockingQueue<>(1);
        NegotiationOptions options =
                NegotiationOptions.builder().bodyTimeout(Duration.ofSeconds(1)).build();
        try (StepUpServer server = new StepUpServer()
                        .on("/blocking", Answers.stepUp(options))
                        .on("/async", Answers.stepUpAsync(options))
                        .start();
                TlsConnection client = Clients.connect(server.port(), TestPki.ALICE)) {
            client.send("POST " + path + " HTTP/1.1\r\nHost: localhost\r\nContent-Length: 1000\r\n\r\n");
            CountDownLatch answered = new CountDownLatch(1);
            CompletableFuture<Void> dribble = CompletableFuture.runAsync(() -> {
                try {
                    while (!answered.await(100, TimeUnit.MILLISECONDS)) {
                        client.send("x");
                    }
                } catch (IOException | InterruptedException cut) {
                    // The server has closed: that is what the test waits for.
                }
            });
            HttpAnswer answer = client.readFinal();
            answered.countDown();
            assertThat(answer.status()).isEqualTo(408);
            assertThat(answer.text()).isEqualTo("LK303 body-timeout");
            assertThat(answer.saysClose()).isTrue();
            assertThat(client.timesAsked()).isZero();
            assertThat(dribble).succeedsWithin(Duration.ofSeconds(10));
            assertThat(outcomes).isEmpty();
        }
    }

    /** Starts a step-up, waits until a phase, and cancels; then the request answers. */
    private static StepUpServer cancelling(CompletableFuture<Runnable> cancel, NegotiationOptions options) {
        return new StepUpServer().on("/async", (request, response) -> {
            AsyncContext async = request.startAsync();
            CompletableFuture<ClientCertificate> future = ClientCertificates.of(request)
                    .negotiateClientCertificateAsync(options)
                    .toCompletableFuture();
            cancel.complete(() -> {
                future.cancel(true);
                try {
                    response.getWriter()
                            .print("cancelled, current "
                                    + Answers.describe(
                                            ClientCertificates.of(request).current()));
                } catch (IOException gone) {
                    // The client has gone, as it may.
                }
                async.complete();
            });
        });
    }

    @Test
    void r4CancellingWhileTheBodyComesInAnswersAndCloses() throws Exception {
        CompletableFuture<Runnable> cancel = new CompletableFuture<>();
        try (StepUpServer server =
                        cancelling(cancel, NegotiationOptions.defaults()).start();
                TlsConnection client = Clients.connect(server.port(), TestPki.ALICE)) {
            client.send("POST /async HTTP/1.1\r\nHost: localhost\r\nContent-Length: 10\r\n\r\nhello");
            server.awaitInFlight(1);
            cancel.get(10, TimeUnit.SECONDS).run();
            HttpAnswer answer = client.readFinal();
            assertThat(answer.text()).isEqualTo("cancelled, current none");
            assertThat(answer.saysClose()).isTrue();
            assertThat(client.readByte()).isEqualTo(-1);
            assertThat(client.timesAsked()).isZero();
            assertThat(server.statistics().getCancelled()).isEqualTo(1);
        }
    }

    @Test
    void r4CancellingWhileTheClientIsAskedCostsTheConnection() throws Exception {
        CompletableFuture<Runnable> cancel = new CompletableFuture<>();
        try (StepUpServer server =
                        cancelling(cancel, NegotiationOptions.defaults()).start();
                TlsConnection client = Clients.connect(server.port(), TestPki.ALICE)) {
            client.sendGet("/async");
            server.awaitInFlight(1);
            cancel.get(10, TimeUnit.SECONDS).run();
            server.awaitNothingKept();
            server.awaitConnections(0);
            assertThat(server.statistics().getCancelled()).isEqualTo(1);
        }
    }

    @Test
    void r4CancellingWhileTheChainIsJudgedTakesNoIdentity() throws Exception {
        CompletableFuture<Runnable> cancel = new CompletableFuture<>();
        CountDownLatch judging = new CountDownLatch(1);
        CountDownLatch judged = new CountDownLatch(1);
        NegotiationOptions options = NegotiationOptions.builder()
                .trustManager(new SlowJudge(judging, judged))
                .build();
        try (StepUpServer server = cancelling(cancel, options).start();
                TlsConnection client = Clients.connect(server.port(), TestPki.ALICE)) {
            ExecutorService reader = Executors.newSingleThreadExecutor();
            Future<HttpAnswer> answer = reader.submit(() -> client.get("/async"));
            reader.shutdown();
            assertThat(judging.await(20, TimeUnit.SECONDS)).isTrue();
            cancel.get(10, TimeUnit.SECONDS).run();
            judged.countDown();
            assertThat(answer).succeedsWithin(Duration.ofSeconds(20)).satisfies(a -> {
                assertThat(a.text()).isEqualTo("cancelled, current none");
                assertThat(a.saysClose()).isTrue();
            });
            assertThat(server.statistics().getCertificates()).isZero();
        }
    }

    /** Accepts everybody, when it is told to. */
    private record SlowJudge(CountDownLatch judging, CountDownLatch judged) implements X509TrustManager {
        @Override
        public void checkClientTrusted(X509Certificate[] chain, String authType) {
            judging.countDown();
            try {
                if (!judged.await(30, TimeUnit.SECONDS)) {
                    throw new IllegalStateException("nobody told the judge to go on");
                }
            } catch (InterruptedException x) {
                throw new IllegalStateException(x);
            }
        }

        @Override
        public void checkServerTrusted(X509Certificate[] chain, String authType) {
            throw new UnsupportedOperationException();
        }

        @Override
        public X509Certificate[] getAcceptedIssuers() {
            return new X509Certificate[0];
        }
    }

    /**
     * Several clients whose users all take their time; afterwards the idle timeout applies again.
     *
     * @param paths one client each
     */
    private static void peopleWhoTake(Duration time, StepUpServer server, Duration idle, List<String> requests)
            throws Exception {
        ExecutorService readers = Executors.newCachedThreadPool();
        List<TlsConnection> clients = new ArrayList<>();
        try {
            for (String request : requests) {
                TlsConnection client = Clients.connect(server.port(), TestPki.ALICE);
                clients.add(client);
                client.readTimeout(120_000);
                client.send(request);
            }
            aPersonTakes(time, server, requests.size());
            List<Future<HttpAnswer>> answers = new ArrayList<>();
            for (TlsConnection client : clients) {
                answers.add(readers.submit(client::readFinal));
            }
            for (int i = 0; i < answers.size(); i++) {
                HttpAnswer answer = answers.get(i).get(60, TimeUnit.SECONDS);
                assertThat(answer.text()).as(requests.get(i)).isEqualTo("CN=alice");
                assertThat(answer.saysClose()).isFalse();
            }
            if (idle != null) {
                long start = System.nanoTime();
                for (TlsConnection client : clients) {
                    assertThat(client.readByte()).isEqualTo(-1);
                }
                assertThat(Duration.ofNanos(System.nanoTime() - start))
                        .isBetween(idle.dividedBy(2), idle.multipliedBy(5));
            }
        } finally {
            for (TlsConnection client : clients) {
                client.close();
            }
            readers.shutdownNow();
        }
    }

    private static StepUpServer patient(long asyncTimeout) {
        return new StepUpServer().on("/blocking", Answers::stepUp).on("/async", (request, response) -> {
            AsyncContext async = request.startAsync();
            if (asyncTimeout > 0) {
                async.setTimeout(asyncTimeout);
            }
            AtomicReference<Throwable> failure = new AtomicReference<>();
            ClientCertificates.of(request).negotiateClientCertificateAsync().whenComplete((c, x) -> {
                failure.set(x);
                try {
                    response.getWriter().print(x == null ? Answers.describe(c) : Answers.describe(x));
                } catch (IOException gone) {
                    // The client has gone; the test looks at its own side.
                } finally {
                    async.complete();
                }
            });
        });
    }

    private static List<String> allKinds() {
        String body = " HTTP/1.1\r\nHost: localhost\r\nContent-Length: 5\r\n\r\nhello";
        return List.of(
                "GET /blocking HTTP/1.1\r\nHost: localhost\r\n\r\n",
                "GET /async HTTP/1.1\r\nHost: localhost\r\n\r\n",
                "POST /blocking" + body,
                "POST /async" + body);
    }

    @Test
    void r22APersonWhoTakesLongerThanTheIdleAndTheAsyncTimeoutIsServed() throws Exception {
        Duration idle = Duration.ofSeconds(2);
        try (StepUpServer server = patient(3000).idleTimeout(idle).start()) {
            peopleWhoTake(Duration.ofSeconds(5), server, idle, allKinds());
        }
    }

    @Test
    void r22ABodyThatPausesForLongerThanTheIdleTimeoutIsServed() throws Exception {
        Duration idle = Duration.ofMillis(1000);
        try (StepUpServer server = patient(0).idleTimeout(idle).start();
                TlsConnection blocking = Clients.connect(server.port(), TestPki.ALICE);
                TlsConnection async = Clients.connect(server.port(), TestPki.ALICE)) {
            String head = " HTTP/1.1\r\nHost: localhost\r\nContent-Length: 5\r\n\r\n";
            blocking.send("POST /blocking" + head + "he");
            async.send("POST /async" + head + "he");
            aPersonTakes(Duration.ofMillis(2500), server, 2);
            blocking.send("llo");
            async.send("llo");
            assertThat(blocking.readFinal().text()).isEqualTo("CN=alice");
            assertThat(async.readFinal().text()).isEqualTo("CN=alice");
            assertThat(blocking.readByte()).as("idle again").isEqualTo(-1);
        }
    }

    @Test
    @Tag("long")
    @OnlyOn(value = Lane.JSSE_TLS12, because = "it takes 45 s; the other tests of people run in both lanes")
    void r22WithAllDefaultsAPersonWhoTakes45SecondsIsServed() throws Exception {
        try (StepUpServer server = patient(0).start()) {
            assertThat(server.connector().getIdleTimeout()).isEqualTo(30_000);
            peopleWhoTake(Duration.ofSeconds(45), server, null, allKinds());
        }
    }
}
