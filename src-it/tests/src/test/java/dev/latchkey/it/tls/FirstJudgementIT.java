package dev.latchkey.it.tls;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.latchkey.it.Lane;
import dev.latchkey.it.embedded.StepUpServer;
import dev.latchkey.it.embedded.TestPki;
import dev.latchkey.testkit.HeldCertificate;
import dev.latchkey.testkit.TlsClient;
import dev.latchkey.testkit.TlsConnection;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Consumer;
import org.eclipse.jetty.server.Handler;
import org.eclipse.jetty.server.Request;
import org.eclipse.jetty.server.Response;
import org.eclipse.jetty.util.Callback;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * A chain that is judged in the first handshake is waited for no longer than the deadline either, by no thread that others
 * need and by no more threads than may wait; the trust manager here never answers, as a slow OCSP responder.
 */
class FirstJudgementIT {
    private static final long DEADLINE = 1_000;
    private static final Duration SOON = Duration.ofSeconds(30);

    /** How the first handshake comes to ask. */
    enum Asks {
        WANT(server -> server.tls(tls -> tls.setWantClientAuth(true))),
        NEED(server -> server.tls(tls -> tls.setNeedClientAuth(true))),
        HOST(server -> server.settings(f -> f.getAlternatives().setHosts("localhost")));

        private final Consumer<StepUpServer> setUp;

        Asks(Consumer<StepUpServer> setUp) {
            this.setUp = setUp;
        }
    }

    private final SlowTrust trust = new SlowTrust();
    private final List<AutoCloseable> clients = new CopyOnWriteArrayList<>();

    @AfterEach
    void release() throws Exception {
        trust.release();
        for (AutoCloseable client : clients) {
            client.close();
        }
    }

    private StepUpServer server(Asks asks, String protocol) {
        StepUpServer server = new StepUpServer(trust)
                .protocols(protocol)
                .settings(f -> f.setDeadline(DEADLINE))
                .on("/plain", (request, response) -> response.getWriter().print("plain=yes\n"))
                .on("/open", Report.shows());
        asks.setUp.accept(server);
        return server;
    }

    private static List<String> protocols() {
        // JSSE asks on both in the first handshake; of OpenSSL each lane has its own.
        return Lane.current().isOpenSsl() ? List.of(Lane.current().protocol()) : List.of("TLSv1.2", "TLSv1.3");
    }

    private static TlsClient client(String protocol, HeldCertificate certificate) {
        return TlsClient.trusting(TestPki.AUTHORITY)
                .protocols(protocol)
                .serverName("localhost")
                .certificate(certificate);
    }

    /** {@return who is shown, or that the connection failed} */
    private String open(String protocol, HeldCertificate certificate, int port) {
        try (TlsConnection connection = client(protocol, certificate).connect(port)) {
            clients.add(connection);
            return connection.get("/open").values().get("current");
        } catch (IOException x) {
            return "failed";
        }
    }

    private CompletableFuture<String> hanging(String protocol, StepUpServer server) {
        CompletableFuture<String> result = new CompletableFuture<>();
        Thread thread = new Thread(() -> result.complete(open(protocol, TestPki.ALICE, server.port())));
        thread.setDaemon(true);
        thread.start();
        return result;
    }

    private void assertServesOthers(String protocol, StepUpServer server, Asks asks) throws IOException {
        if (asks == Asks.NEED) {
            return; // nobody is served there without being judged
        }
        try (TlsConnection other = client(protocol, null).connect(server.port())) {
            assertThat(other.get("/plain").values()).containsEntry("plain", "yes");
        }
    }

    @ParameterizedTest
    @EnumSource
    void aJudgementThatHangsEndsTheHandshakeAtTheDeadlineWithAReasonAndOthersAreServed(Asks asks) throws Exception {
        for (String protocol : protocols()) {
            try (StepUpServer server = server(asks, protocol).start()) {
                assertThat(open(protocol, TestPki.ALICE, server.port())).isEqualTo("CN=alice");
                trust.hold();
                CompletableFuture<String> alice = hanging(protocol, server);
                trust.awaitJudging(1);
                assertServesOthers(protocol, server, asks);
                await().atMost(SOON).until(alice::isDone);
                assertThat(alice.join()).isEqualTo("failed");
                await().atMost(SOON)
                        .untilAsserted(() -> assertThat(server.statistics().getFailures("validation-timeout"))
                                .isEqualTo(1));
                assertThat(server.factory().getBlockedThreads()).isZero();
                trust.release();
                assertThat(open(protocol, TestPki.ALICE, server.port())).isEqualTo("CN=alice");
            } finally {
                trust.release();
            }
        }
    }

    /** Above that number they are refused at once, so that the pool is never used up. */
    @Test
    void noMoreThreadsWaitThanMay() throws Exception {
        String protocol = Lane.current().protocol();
        int most = 5;
        try (StepUpServer server = server(Asks.WANT, protocol)
                .settings(f -> {
                    f.setDeadline(60_000);
                    f.setMaxBlockedThreads(2 * most - 1); // of which one address leaves as many as it has
                })
                .start()) {
            trust.hold();
            List<CompletableFuture<String>> crowd = new ArrayList<>();
            for (int i = 0; i < 3 * most; i++) {
                crowd.add(hanging(protocol, server));
            }
            await().atMost(SOON)
                    .untilAsserted(() -> assertThat(server.statistics().getFailures("too-many"))
                            .isEqualTo(2L * most));
            trust.awaitJudging(most);
            assertThat(server.factory().getBlockedThreads()).isEqualTo(most);
            assertServesOthers(protocol, server, Asks.WANT);
            trust.release();
            for (CompletableFuture<String> one : crowd) {
                await().atMost(SOON).until(one::isDone);
            }
            assertThat(crowd).filteredOn(c -> c.join().equals("CN=alice")).hasSize(most);
        }
    }

    @Test
    void aServerStopsWhileAJudgementHangs() throws Exception {
        String protocol = Lane.current().protocol();
        try (StepUpServer server =
                server(Asks.WANT, protocol).settings(f -> f.setDeadline(60_000)).start()) {
            trust.hold();
            CompletableFuture<String> alice = hanging(protocol, server);
            trust.awaitJudging(1);
            CompletableFuture<Void> stop = CompletableFuture.runAsync(() -> {
                try {
                    server.server().stop();
                } catch (Exception x) {
                    throw new IllegalStateException(x);
                }
            });
            await().atMost(SOON).until(stop::isDone);
            assertThat(stop).isCompleted();
            await().atMost(SOON).until(alice::isDone);
            assertThat(alice.join()).isEqualTo("failed");
            trust.release();
        }
    }

    /** Jetty calls what never blocks on the selector's own thread, and with it all that the TLS engine does. */
    @Test
    void aServerWhoseHandlersNeverBlockIsNotHeldUp() throws Exception {
        String protocol = Lane.current().protocol();
        try (StepUpServer server = server(Asks.WANT, protocol)
                .handler(new Plain())
                .settings(f -> f.setDeadline(60_000))
                .start()) {
            trust.hold();
            CompletableFuture<String> alice = hanging(protocol, server);
            trust.awaitJudging(1);
            for (int i = 0; i < 3; i++) {
                assertServesOthers(protocol, server, Asks.WANT);
            }
            assertThat(alice).isNotDone();
            trust.release();
            await().atMost(SOON).until(alice::isDone);
        }
    }

    private static final class Plain extends Handler.Abstract.NonBlocking {
        @Override
        public boolean handle(Request request, Response response, Callback callback) {
            response.write(true, ByteBuffer.wrap("plain=yes\n".getBytes(StandardCharsets.US_ASCII)), callback);
            return true;
        }
    }
}
