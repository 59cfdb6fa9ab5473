package dev.latchkey.it.tls;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.latchkey.ClientCertificates;
import dev.latchkey.it.Clients;
import dev.latchkey.it.Lane;
import dev.latchkey.it.embedded.StepUpServer;
import dev.latchkey.it.embedded.TestPki;
import dev.latchkey.testkit.HttpAnswer;
import dev.latchkey.testkit.RecordPipe;
import dev.latchkey.testkit.Tamper;
import dev.latchkey.testkit.TlsConnection;
import jakarta.servlet.AsyncContext;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.bouncycastle.tls.ContentType;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * R12: done means that the client's Finished was verified. R14: what came before it is not served under the new
 * identity.
 */
class UnfinishedHandshakeIT {
    private final AtomicInteger afterwards = new AtomicInteger();
    private final AtomicInteger open = new AtomicInteger();

    private StepUpServer server() {
        return new StepUpServer()
                .on("/secure", (request, response) -> {
                    // Leaves the servlet where it fails: what stands behind it is protected.
                    ClientCertificates.of(request).negotiateClientCertificate();
                    afterwards.incrementAndGet();
                    Report.shows().handle(request, response);
                })
                .on("/open", (request, response) -> {
                    open.incrementAndGet();
                    Report.shows().handle(request, response);
                });
    }

    /** How a client breaks off, and which message it comes to before. */
    private record Broken(String how, int comesTo, Tamper tamper) {
        @Override
        public String toString() {
            return how;
        }
    }

    static List<Broken> broken() {
        return List.of(
                new Broken("closes after its Certificate", CraftedClient.CERTIFICATE, (type, message, wire) -> {
                    wire.record(ContentType.handshake, message);
                    if (type == CraftedClient.CERTIFICATE) {
                        wire.closeBare();
                    }
                }),
                new Broken(
                        "closes after its CertificateVerify",
                        CraftedClient.CERTIFICATE_VERIFY,
                        (type, message, wire) -> {
                            wire.record(ContentType.handshake, message);
                            if (type == CraftedClient.CERTIFICATE_VERIFY) {
                                wire.closeBare();
                            }
                        }),
                new Broken("closes before its Finished", CraftedClient.FINISHED, (type, message, wire) -> {
                    if (type == CraftedClient.FINISHED) {
                        wire.closeBare();
                    }
                    wire.record(ContentType.handshake, message);
                }),
                new Broken("signs badly", CraftedClient.CERTIFICATE_VERIFY, flips(CraftedClient.CERTIFICATE_VERIFY)),
                new Broken("sends a bad Finished", CraftedClient.FINISHED, flips(CraftedClient.FINISHED)),
                new Broken("sends a Finished with a bad MAC", CraftedClient.FINISHED, (type, message, wire) -> {
                    if (type == CraftedClient.FINISHED) {
                        byte[] record = new byte[5 + 40];
                        System.arraycopy(new byte[] {22, 3, 3, 0, 40}, 0, record, 0, 5);
                        wire.bare(record);
                    } else {
                        wire.record(ContentType.handshake, message);
                    }
                }),
                new Broken("sends no CertificateVerify", CraftedClient.FINISHED, (type, message, wire) -> {
                    if (type != CraftedClient.CERTIFICATE_VERIFY) {
                        wire.record(ContentType.handshake, message);
                    }
                }),
                new Broken("sends close_notify in place of Finished", CraftedClient.FINISHED, (type, message, wire) -> {
                    if (type == CraftedClient.FINISHED) {
                        wire.record(ContentType.alert, new byte[] {1, 0});
                    } else {
                        wire.record(ContentType.handshake, message);
                    }
                }));
    }

    private static Tamper flips(int which) {
        return (type, message, wire) -> {
            if (type == which) {
                message[message.length - 1] ^= 1;
            }
            wire.record(ContentType.handshake, message);
        };
    }

    @ParameterizedTest
    @MethodSource("broken")
    void aHandshakeThatDoesNotFinishGivesNoIdentity(Broken broken) throws Exception {
        List<Integer> cameTo = new ArrayList<>();
        try (StepUpServer server = server().start();
                CraftedClient client = CraftedClient.recipe()
                        .certificate(TestPki.ALICE)
                        .tamper((type, message, wire) -> {
                            cameTo.add(type);
                            broken.tamper().send(type, message, wire);
                        })
                        .connect(server.port())) {
            assertThat(client.protocolVersion()).isEqualTo(Lane.current().protocol());
            long start = System.nanoTime();
            assertThatThrownBy(() -> client.get("/secure")).isInstanceOf(IOException.class);
            server.awaitNothingKept();
            assertThat(Duration.ofNanos(System.nanoTime() - start)).isLessThan(Duration.ofSeconds(10));
            assertThat(client.timesAsked()).isEqualTo(1);
            assertThat(cameTo).contains(broken.comesTo());
            assertThat(afterwards).hasValue(0);
            assertThat(server.statistics().getCertificates()).isZero();
            assertThat(server.statistics().getWithoutCertificate()).isZero();
            assertThat(server.statistics().getFailed()).isEqualTo(1);
            assertThat(server.statistics().getFailures("connection-lost")
                            + server.statistics().getFailures("handshake-failed"))
                    .as(Arrays.toString(server.statistics().getFailures()))
                    .isEqualTo(1);
        }
    }

    @Test
    void theChainIsNotVisibleAnywhereBeforeFinished() throws Exception {
        CompletableFuture<Void> certificateSent = new CompletableFuture<>();
        CompletableFuture<Void> looked = new CompletableFuture<>();
        CompletableFuture<String> seen = new CompletableFuture<>();
        try (StepUpServer server = new StepUpServer()
                        .on("/secure", (request, response) -> {
                            AsyncContext async = request.startAsync();
                            ClientCertificates certificates = ClientCertificates.of(request);
                            var stage = certificates.negotiateClientCertificateAsync();
                            certificateSent.get(20, TimeUnit.SECONDS);
                            // The bytes are on their way or taken: look for a while.
                            await().during(Duration.ofMillis(500))
                                    .atMost(Duration.ofSeconds(5))
                                    .until(() -> !certificates.current().isPresent()
                                            && request.getAttribute("jakarta.servlet.request.X509Certificate") == null);
                            seen.complete("nothing");
                            looked.complete(null);
                            stage.whenComplete((c, failure) -> {
                                try {
                                    Report.shows().handle(request, response);
                                } catch (Exception x) {
                                    throw new IllegalStateException(x);
                                }
                                async.complete();
                            });
                        })
                        .start();
                CraftedClient client = CraftedClient.recipe()
                        .certificate(TestPki.ALICE)
                        .tamper((type, message, wire) -> {
                            wire.record(ContentType.handshake, message);
                            if (type == CraftedClient.CERTIFICATE_VERIFY) {
                                certificateSent.complete(null);
                                looked.orTimeout(20, TimeUnit.SECONDS).join();
                            }
                        })
                        .connect(server.port())) {
            HttpAnswer answer = client.get("/secure");
            assertThat(seen).isCompletedWithValue("nothing");
            assertThat(answer.values())
                    .containsEntry("current", "CN=alice")
                    .containsEntry("attribute", "CN=alice")
                    .containsEntry("tls", Lane.current().protocol());
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 5, 333})
    void theClientsMessagesMayComeInAnyNumberOfRecords(int recordSize) throws Exception {
        AtomicInteger records = new AtomicInteger();
        try (StepUpServer server = server().start();
                CraftedClient client = CraftedClient.recipe()
                        .certificate(TestPki.ALICE)
                        .tamperAll((type, message, wire) -> {
                            for (int at = 0; at < message.length; at += recordSize) {
                                wire.record(
                                        ContentType.handshake,
                                        Arrays.copyOfRange(message, at, Math.min(at + recordSize, message.length)));
                                records.incrementAndGet();
                            }
                        })
                        .connect(server.port())) {
            assertThat(client.protocolVersion()).isEqualTo(Lane.current().protocol());
            assertThat(client.get("/secure").values())
                    .containsEntry("current", "CN=alice")
                    .containsEntry("tls", Lane.current().protocol());
            assertThat(records).hasValueGreaterThan(700 / recordSize);
            assertThat(client.get("/open").values()).containsEntry("current", "CN=alice");
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 3})
    void theClientsBytesMayComeInSegmentsOfAnySize(int segmentSize) throws Exception {
        try (StepUpServer server = server().start();
                RecordPipe pipe = RecordPipe.to(server.port())) {
            pipe.toServer().segmentSize(segmentSize);
            pipe.toClient().segmentSize(segmentSize);
            try (TlsConnection client = Clients.with(TestPki.ALICE).connect(pipe.port())) {
                assertThat(client.protocol()).isEqualTo(Lane.current().protocol());
                assertThat(client.get("/secure").values()).containsEntry("current", "CN=alice");
                assertThat(client.get("/open").values()).containsEntry("current", "CN=alice");
            }
        }
    }

    static List<Integer> messages() {
        return Lane.current().isPostHandshake()
                ? List.of(CraftedClient.CERTIFICATE, CraftedClient.CERTIFICATE_VERIFY, CraftedClient.FINISHED)
                : List.of(
                        CraftedClient.CLIENT_HELLO,
                        CraftedClient.CERTIFICATE,
                        CraftedClient.CLIENT_KEY_EXCHANGE,
                        CraftedClient.CERTIFICATE_VERIFY,
                        CraftedClient.FINISHED);
    }

    /**
     * R14. Before the ClientHello it was sent before the question came; later it is what no proper client does; before
     * Finished it comes under the new keys already.
     */
    @ParameterizedTest
    @MethodSource("messages")
    void aRequestBetweenClientHelloAndFinishedIsNotServed(int before) throws Exception {
        try (StepUpServer server = server().start();
                CraftedClient client = CraftedClient.recipe()
                        .certificate(TestPki.ALICE)
                        .tamper((type, message, wire) -> {
                            if (type == before) {
                                wire.record(
                                        ContentType.application_data,
                                        "GET /open HTTP/1.1\r\nHost: localhost\r\n\r\n".getBytes());
                            }
                            wire.record(ContentType.handshake, message);
                        })
                        .connect(server.port())) {
            if (Lane.current().isOpenSsl() && before != messages().get(0)) {
                // OpenSSL takes no data within the client's answer, and ends the connection (unexpected_message).
                assertThatThrownBy(() -> client.get("/secure")).isInstanceOf(IOException.class);
                server.awaitNothingKept();
                assertThat(afterwards).hasValue(0);
                assertThat(open).hasValue(0);
                return;
            }
            HttpAnswer answer = client.get("/secure");
            assertThat(answer.values())
                    .containsEntry("current", "CN=alice")
                    .containsEntry("tls", Lane.current().protocol());
            assertThat(answer.saysClose()).isTrue();
            assertThat(client.readByte()).isEqualTo(-1);
            assertThat(open).hasValue(0);
        }
    }
}
