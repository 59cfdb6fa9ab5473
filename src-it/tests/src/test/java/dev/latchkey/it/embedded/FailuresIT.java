package dev.latchkey.it.embedded;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.latchkey.ClientCertificates;
import dev.latchkey.NegotiationException;
import dev.latchkey.NegotiationOptions;
import dev.latchkey.it.CapturedLog;
import dev.latchkey.it.Clients;
import dev.latchkey.it.Lane;
import dev.latchkey.testkit.HeldCertificate;
import dev.latchkey.testkit.HttpAnswer;
import dev.latchkey.testkit.RecordPipe;
import dev.latchkey.testkit.TlsConnection;
import dev.latchkey.testkit.TlsRecord;
import jakarta.servlet.AsyncContext;
import jakarta.servlet.ReadListener;
import jakarta.servlet.ServletInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import javax.management.MBeanServer;
import javax.management.ObjectName;
import org.eclipse.jetty.jmx.MBeanContainer;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A negotiation that fails has a reason, and the connection lives where it can. */
class FailuresIT {
    private static final NegotiationOptions NEED =
            NegotiationOptions.builder().need().build();
    private static final BlockingQueue<ClientCertificates> KEPT = new ArrayBlockingQueue<>(1);

    private static StepUpServer server;

    @BeforeAll
    static void start() throws Exception {
        server = new StepUpServer()
                .settings(s -> {
                    s.setBodyLimit(1000);
                    s.setBodyTimeout(1000);
                })
                .on("/want", Answers::stepUp)
                .on("/need", Answers.stepUp(NEED))
                .on("/need-async", Answers.stepUpAsync(NEED))
                .on("/uncaught", (request, response) -> ClientCertificates.of(request)
                        .negotiateClientCertificate(NEED))
                .on("/current", (request, response) -> response.getWriter()
                        .print(Answers.describe(ClientCertificates.of(request).current()) + " "
                                + (request.getAttribute("jakarta.servlet.request.X509Certificate") != null)))
                .on("/committed", (request, response) -> {
                    response.getWriter().print("first ");
                    response.flushBuffer();
                    Answers.stepUp(request, response);
                })
                .on("/keep", (request, response) -> KEPT.add(ClientCertificates.of(request)))
                .on("/twice", FailuresIT::twice)
                .on("/listener", FailuresIT::askWhileReading)
                .start();
    }

    @AfterAll
    static void stop() throws Exception {
        server.close();
    }

    /** Asks once without a thread, and while that goes on once more in either form. */
    private static void twice(
            jakarta.servlet.http.HttpServletRequest request, jakarta.servlet.http.HttpServletResponse response)
            throws Exception {
        AsyncContext async = request.startAsync();
        ClientCertificates certificates = ClientCertificates.of(request);
        var first = certificates.negotiateClientCertificateAsync().toCompletableFuture();
        StringBuilder answer = new StringBuilder();
        try {
            certificates.negotiateClientCertificate();
        } catch (NegotiationException x) {
            answer.append(Answers.describe(x)).append(' ').append(x.isConnectionUsable());
        }
        String second = certificates
                .negotiateClientCertificateAsync()
                .handle((c, x) -> Answers.describe(x))
                .toCompletableFuture()
                .get(10, TimeUnit.SECONDS);
        first.whenComplete((certificate, failure) -> {
            try {
                response.getWriter()
                        .print(answer + "; " + second + "; "
                                + (failure == null ? Answers.describe(certificate) : Answers.describe(failure)));
            } catch (IOException gone) {
                // The client has gone; the test looks at its own side.
            } finally {
                async.complete();
            }
        });
    }

    /** Reads without blocking, and asks while a demand for more is pending. */
    private static void askWhileReading(
            jakarta.servlet.http.HttpServletRequest request, jakarta.servlet.http.HttpServletResponse response)
            throws Exception {
        AsyncContext async = request.startAsync();
        ServletInputStream in = request.getInputStream();
        ByteArrayOutputStream body = new ByteArrayOutputStream();
        AtomicReference<String> reason = new AtomicReference<>();
        in.setReadListener(new ReadListener() {
            @Override
            public void onDataAvailable() throws IOException {
                while (in.isReady() && !in.isFinished()) {
                    int next = in.read();
                    if (next >= 0) {
                        body.write(next);
                    }
                }
                if (!in.isFinished() && reason.get() == null) {
                    try {
                        ClientCertificates.of(request).negotiateClientCertificate();
                        reason.set("it asked");
                    } catch (NegotiationException x) {
                        reason.set(Answers.describe(x) + " " + x.isConnectionUsable());
                    }
                }
            }

            @Override
            public void onAllDataRead() throws IOException {
                response.getWriter().print(reason + " " + body);
                async.complete();
            }

            @Override
            public void onError(Throwable x) {
                response.setStatus(500);
                async.complete();
            }
        });
    }

    @Test
    void r3ReadingTheCurrentCertificateNeverAsks() throws Exception {
        long before = server.statistics().getStarted();
        try (TlsConnection client = Clients.connect(server.port(), TestPki.ALICE)) {
            assertThat(client.get("/current").text()).isEqualTo("none false");
            assertThat(client.get("/current").text()).isEqualTo("none false");
            assertThat(client.timesAsked()).isZero();
            assertThat(server.statistics().getStarted()).isEqualTo(before);
            client.get("/want");
            assertThat(client.get("/current").text()).isEqualTo("CN=alice already true");
            assertThat(client.timesAsked()).isEqualTo(1);
            assertThat(server.statistics().getStarted()).isEqualTo(before + 1);
        }
    }

    @Test
    void r3ReadingTheCurrentCertificateSendsNoRecordOfItsOwn() throws Exception {
        List<Integer> types = new CopyOnWriteArrayList<>();
        try (RecordPipe pipe = RecordPipe.to(server.port())) {
            // Noted before the client can read them; the pipe's own figure comes after.
            pipe.toClient().onRecord(record -> types.add(record.contentType()));
            try (TlsConnection client = Clients.connect(pipe.port(), TestPki.ALICE)) {
                client.get("/current"); // on TLS 1.3, session tickets come before it
                types.clear();
                assertThat(client.get("/current").text()).isEqualTo("none false");
                assertThat(types).containsExactly(TlsRecord.APPLICATION_DATA);
                // The note would tell: a step-up takes records of its own.
                types.clear();
                assertThat(client.get("/want").text()).isEqualTo("CN=alice");
                assertThat(types).hasSizeGreaterThan(1);
                assertThat(types.contains(TlsRecord.HANDSHAKE))
                        .as("TLS 1.3 shows all records as application data")
                        .isNotEqualTo(Lane.current().isPostHandshake());
            }
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"/need", "/need-async"})
    void r11AFailureIsNotRememberedForTheConnection(String path) throws Exception {
        Deque<HeldCertificate> answers = new ArrayDeque<>(List.of(TestPki.STRANGER, TestPki.LATE, TestPki.ALICE));
        try (TlsConnection client = Clients.connectAnswering(server.port(), answers::poll)) {
            assertThat(client.get(path).text()).isEqualTo("LK202 untrusted");
            assertThat(client.get(path).text()).isEqualTo("LK203 expired");
            assertThat(client.get(path).text()).isEqualTo("CN=alice");
            assertThat(client.get(path).text()).isEqualTo("CN=alice already");
            assertThat(client.timesAsked()).isEqualTo(3);
        }
        AtomicReference<HeldCertificate> later = new AtomicReference<>();
        try (TlsConnection client = Clients.connectAnswering(server.port(), later::get)) {
            HttpAnswer none = client.get(path);
            assertThat(none.text()).isEqualTo("LK201 no-certificate");
            assertThat(none.status()).isEqualTo(403);
            assertThat(none.saysClose()).isFalse();
            later.set(TestPki.BOB);
            assertThat(client.get(path).text()).isEqualTo("CN=bob");
        }
    }

    @Test
    void r13ASecondCallOnTheSameRequestIsRefusedAndTheFirstGoesOn() throws Exception {
        try (TlsConnection client = Clients.connect(server.port(), TestPki.ALICE)) {
            assertThat(client.get("/twice").text()).isEqualTo("LK502 in-progress true; LK502 in-progress; CN=alice");
            assertThat(client.get("/want").text()).isEqualTo("CN=alice already");
            assertThat(client.timesAsked()).isEqualTo(1);
        }
    }

    @Test
    void aCommittedResponseIsTooLateAndTheConnectionGoesOn() throws Exception {
        try (TlsConnection client = Clients.connect(server.port(), TestPki.ALICE)) {
            assertThat(client.get("/committed").text()).isEqualTo("first LK501 response-committed");
            assertThat(client.timesAsked()).isZero();
            assertThat(client.get("/want").text()).isEqualTo("CN=alice");
            // What is there already costs nothing, and is given at any time.
            assertThat(client.get("/committed").text()).isEqualTo("first CN=alice already");
        }
    }

    @Test
    void aCallAfterTheRequestHasEndedIsTooLate() throws Exception {
        try (TlsConnection client = Clients.connect(server.port(), TestPki.ALICE)) {
            client.get("/keep");
            ClientCertificates kept = KEPT.remove();
            // The response is with the client a moment before the request has ended on the server.
            await().untilAsserted(() -> assertThatThrownBy(kept::negotiateClientCertificate)
                    .hasMessageContaining("LK501 response-committed"));
            assertThat(kept.negotiateClientCertificateAsync()
                            .handle((c, x) -> Answers.describe(x))
                            .toCompletableFuture())
                    .succeedsWithin(Duration.ofSeconds(10))
                    .isEqualTo("LK501 response-committed");
            assertThat(client.get("/want").text()).isEqualTo("CN=alice");
        }
    }

    @Test
    void whileAReadListenerWaitsForDataACallFailsAndTheBodyIsNotLost() throws Exception {
        try (TlsConnection client = Clients.connect(server.port(), TestPki.ALICE)) {
            long before = server.statistics().getFailures("body-being-read");
            client.send("POST /listener HTTP/1.1\r\nHost: localhost\r\nContent-Length: 10\r\n\r\nhello");
            await().until(() -> server.statistics().getFailures("body-being-read") == before + 1);
            client.send("world");
            assertThat(client.readFinal().text()).isEqualTo("LK302 body-being-read true helloworld");
            assertThat(client.get("/want").text()).isEqualTo("CN=alice");
        }
    }

    @Test
    void anExceptionThatLeavesAServletIsAnsweredByItsStatusWithoutAStackTrace() throws Exception {
        try (CapturedLog log = new CapturedLog()) {
            try (TlsConnection client = Clients.connect(server.port(), null)) {
                HttpAnswer answer = client.get("/uncaught");
                assertThat(answer.status()).isEqualTo(403);
                assertThat(answer.saysClose()).isFalse();
                assertThat(client.get("/want").text()).isEqualTo("none");
            }
            try (TlsConnection client = Clients.connect(server.port(), TestPki.ALICE)) {
                HttpAnswer answer = client.post("/uncaught", new byte[1001]);
                assertThat(answer.status()).isEqualTo(413);
                assertThat(answer.saysClose()).isTrue();
            }
            try (TlsConnection client = Clients.connect(server.port(), TestPki.ALICE)) {
                client.send("POST /uncaught HTTP/1.1\r\nHost: localhost\r\nContent-Length: 10\r\n\r\nhello");
                HttpAnswer answer = client.readFinal();
                assertThat(answer.status()).isEqualTo(408);
                assertThat(answer.saysClose()).isTrue();
                assertThat(client.readByte()).isEqualTo(-1);
            }
            assertThat(log.ofLatchkey()).hasSize(3);
            assertThat(log.problems()).isEmpty();
        }
    }

    @Test
    void aFullBufferBudgetIs429AndThatLeavesAServletToo() throws Exception {
        try (CapturedLog log = new CapturedLog();
                StepUpServer full = new StepUpServer()
                        .settings(s -> s.setBufferBudget(0))
                        .on("/uncaught", (request, response) -> ClientCertificates.of(request)
                                .negotiateClientCertificate())
                        .start();
                TlsConnection client = Clients.connect(full.port(), TestPki.ALICE)) {
            HttpAnswer answer = client.post("/uncaught", new byte[1]);
            assertThat(answer.status()).isEqualTo(429);
            assertThat(answer.saysClose()).isTrue();
            assertThat(log.ofLatchkey()).singleElement().asString().contains("LK503 too-many");
            assertThat(log.problems()).isEmpty();
        }
    }

    @Test
    void r34EachFailureIsOneLineInTheLogWithItsCode() throws Exception {
        try (CapturedLog log = new CapturedLog()) {
            try (TlsConnection client = Clients.connect(server.port(), TestPki.STRANGER)) {
                HttpAnswer answer = client.get("/need");
                assertThat(answer.status()).isEqualTo(403);
                assertThat(answer.saysClose()).isFalse();
            }
            assertThat(log.ofLatchkey()).singleElement().asString().contains("LK202 untrusted: ");
            assertThat(log.lines()).noneMatch(line -> line.contains("stranger"));
            try (TlsConnection client = Clients.connect(server.port(), TestPki.ALICE)) {
                client.sendGet("/need");
                server.awaitInFlight(1);
                client.closeBare();
            }
            server.awaitNothingKept();
            await().untilAsserted(() -> assertThat(log.ofLatchkey()).hasSize(2));
            assertThat(log.ofLatchkey().get(1)).contains("LK402 connection-lost: ");
            assertThat(log.problems()).isEmpty();
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"/need", "/need-async"})
    void r34AClientThatBreaksOffWithAnAlertIsOneLineToo(String path) throws Exception {
        try (CapturedLog log = new CapturedLog();
                TlsConnection client = Clients.connectAnswering(server.port(), () -> {
                    throw new IllegalStateException("this client breaks off in mid handshake");
                })) {
            assertThatThrownBy(() -> client.get(path)).isInstanceOf(Exception.class);
            server.awaitNothingKept();
            await().untilAsserted(() -> assertThat(log.ofLatchkey()).hasSize(1));
            assertThat(log.ofLatchkey().get(0)).containsPattern("LK40[23] ");
            assertThat(log.problems()).isEmpty();
        }
    }

    @Test
    void r17FiguresTellTheReasonsApartOverJmxToo() throws Exception {
        MBeanServer beans = ManagementFactory.getPlatformMBeanServer();
        try (StepUpServer observed = new StepUpServer()) {
            observed.server().addBean(new MBeanContainer(beans));
            observed.on("/need", Answers.stepUp(NEED)).start();
            try (TlsConnection client = Clients.connect(observed.port(), TestPki.STRANGER)) {
                client.get("/need");
                client.get("/need");
            }
            try (TlsConnection client = Clients.connect(observed.port(), null)) {
                client.get("/need");
            }
            try (TlsConnection client = Clients.connect(observed.port(), TestPki.ALICE)) {
                client.get("/need");
                client.get("/need");
            }
            assertThat(observed.statistics().getFailures("LK202")).isEqualTo(2);
            assertThat(observed.statistics().getFailures("no-certificate")).isEqualTo(1);
            Set<ObjectName> names =
                    beans.queryNames(new ObjectName("dev.latchkey.jetty:type=negotiationstatistics,*"), null);
            assertThat(names).hasSize(1);
            ObjectName name = names.iterator().next();
            assertThat(beans.getAttribute(name, "started")).isEqualTo(4L);
            assertThat(beans.getAttribute(name, "certificates")).isEqualTo(1L);
            assertThat(beans.getAttribute(name, "alreadyPresent")).isEqualTo(1L);
            assertThat(beans.getAttribute(name, "inFlight")).isEqualTo(0);
            assertThat((String[]) beans.getAttribute(name, "failures"))
                    .containsExactly("LK201 no-certificate 1", "LK202 untrusted 2");
            assertThat(beans.invoke(name, "getFailures", new Object[] {"untrusted"}, new String[] {"java.lang.String"}))
                    .isEqualTo(2L);
            beans.invoke(name, "reset", new Object[0], new String[0]);
            assertThat(beans.getAttribute(name, "started")).isEqualTo(0L);
            Set<ObjectName> factories =
                    beans.queryNames(new ObjectName("dev.latchkey.jetty:type=latchkeysslconnectionfactory,*"), null);
            assertThat(factories).hasSize(1);
            assertThat(beans.getAttribute(factories.iterator().next(), "deadline"))
                    .isEqualTo(120_000L);
            assertThat(observed.server().dump()).contains("NegotiationStatistics[");
        }
    }

    @Test
    void cancellingWhatIsOverChangesNothing() throws Exception {
        CompletableFuture<Boolean> cancelled = new CompletableFuture<>();
        try (StepUpServer one = new StepUpServer()
                        .on("/cancel", (request, response) -> {
                            AsyncContext async = request.startAsync();
                            var future = ClientCertificates.of(request)
                                    .negotiateClientCertificateAsync()
                                    .toCompletableFuture();
                            future.thenRun(() -> {
                                cancelled.complete(future.cancel(true));
                                async.complete();
                            });
                        })
                        .on("/want", Answers::stepUp)
                        .start();
                TlsConnection client = Clients.connect(one.port(), TestPki.ALICE)) {
            assertThat(client.get("/cancel").status()).isEqualTo(200);
            assertThat(cancelled).isCompletedWithValue(false);
            assertThat(client.get("/want").text()).isEqualTo("CN=alice already");
            assertThat(one.statistics().getCancelled()).isZero();
        }
    }
}
