package dev.latchkey.it.tls;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.latchkey.it.Lane;
import dev.latchkey.it.OnlyOn;
import dev.latchkey.it.embedded.StepUpServer;
import dev.latchkey.it.embedded.TestPki;
import dev.latchkey.testkit.Tls13Client;
import dev.latchkey.testkit.Tls13Connection;
import dev.latchkey.testkit.TlsClient;
import dev.latchkey.testkit.TlsConnection;
import dev.latchkey.testkit.TlsRecord;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * A client that sends messages of TLS without end, each of which asks for something or means nothing, and reads no answer,
 * costs no memory, no thread that others need, and in the end its connection.
 *
 * <p>{@code -Dlatchkey.floodRecords=1000000} for the long form; 2,000 without.
 */
class FloodIT {
    private static final int RECORDS = Integer.getInteger("latchkey.floodRecords", 2_000);
    private static final Duration PATIENCE = Duration.ofSeconds(60);
    private static final long MOST_HEAP = 16L * 1024 * 1024;

    /** What is sent without end on TLS 1.3. */
    enum On13 {
        KEY_UPDATE_THAT_WANTS_ONE(client -> client.updateKeys(true)),
        KEY_UPDATE(client -> client.updateKeys(false)),
        EMPTY_RECORD(client -> client.wire().record(TlsRecord.APPLICATION_DATA, new byte[0])),
        USER_CANCELED(client -> client.wire().record(TlsRecord.ALERT, new byte[] {1, 90})),
        CLOSE_NOTIFY(client -> client.wire().record(TlsRecord.ALERT, new byte[] {1, 0})),
        CLIENT_HELLO(client -> client.wire().record(TlsRecord.HANDSHAKE, client.clientHello())),
        NEW_SESSION_TICKET(client -> client.wire().record(TlsRecord.HANDSHAKE, new byte[] {4, 0, 0, 5, 0, 0, 0, 0, 0})),
        CHANGE_CIPHER_SPEC(client -> client.wire().bare(new byte[] {20, 3, 3, 0, 1, 1}));

        private final Sending<Tls13Connection> sending;

        On13(Sending<Tls13Connection> sending) {
            this.sending = sending;
        }
    }

    /** What is sent without end on TLS 1.2. */
    enum On12 {
        CLIENT_HELLO(client -> client.record(TlsRecord.HANDSHAKE, client.lastClientHello())),
        HELLO_REQUEST(client -> client.record(TlsRecord.HANDSHAKE, new byte[] {0, 0, 0, 0})),
        EMPTY_RECORD(client -> client.record(TlsRecord.APPLICATION_DATA, new byte[0])),
        USER_CANCELED(client -> client.record(TlsRecord.ALERT, new byte[] {1, 90})),
        NO_RENEGOTIATION(client -> client.record(TlsRecord.ALERT, new byte[] {1, 100})),
        CLOSE_NOTIFY(client -> client.record(TlsRecord.ALERT, new byte[] {1, 0})),
        CHANGE_CIPHER_SPEC(client -> client.record(20, new byte[] {1}));

        private final Sending<CraftedClient> sending;

        On12(Sending<CraftedClient> sending) {
            this.sending = sending;
        }
    }

    @FunctionalInterface
    private interface Sending<C> {
        void once(C client) throws IOException;
    }

    @FunctionalInterface
    private interface Opener<C> {
        C open(int port, String request) throws IOException;
    }

    /** A connection without a request, with one that is answered, and with one whose body a thread waits for. */
    private static final List<String> BEFORE = List.of(
            "",
            "GET /plain HTTP/1.1\r\nHost: localhost\r\n\r\n",
            "POST /body HTTP/1.1\r\nHost: localhost\r\nContent-Length: 10\r\n\r\n");

    private static StepUpServer server(String protocol) {
        return new StepUpServer()
                .protocols(protocol)
                .idleTimeout(Duration.ofSeconds(1))
                .on("/plain", (request, response) -> response.getWriter().print("plain=yes\n"))
                .on("/body", (request, response) -> request.getInputStream().readAllBytes());
    }

    private static long heap() {
        System.gc();
        return ManagementFactory.getMemoryMXBean().getHeapMemoryUsage().getUsed();
    }

    /** Sends without end on connections in different states, at one time. */
    private static <C extends AutoCloseable> void flood(String protocol, Opener<C> opener, Sending<C> sending)
            throws Exception {
        List<C> clients = new ArrayList<>();
        try (StepUpServer server = server(protocol).start()) {
            for (String before : BEFORE) {
                clients.add(opener.open(server.port(), before));
            }
            long heap = heap();
            AtomicInteger sent = new AtomicInteger();
            CompletableFuture<?> floods = CompletableFuture.allOf(clients.stream()
                    .map(client -> CompletableFuture.runAsync(() -> sendOn(client, sending, sent), task -> daemon(task)
                            .start()))
                    .toArray(CompletableFuture[]::new));
            do {
                assertServes(server, protocol);
            } while (!floods.isDone());
            floods.join();
            assertServes(server, protocol);
            assertThat(heap() - heap).as("heap, after %s records", sent).isLessThan(MOST_HEAP);
            await("the connections end by their idle timeout at the latest")
                    .atMost(PATIENCE)
                    .untilAsserted(() -> assertThat(server.connector().getConnectedEndPoints())
                            .isEmpty());
        } finally {
            for (C client : clients) {
                closeAfterAll(client);
            }
        }
    }

    private static void closeAfterAll(AutoCloseable client) throws Exception {
        try {
            client.close();
        } catch (IOException refused) {
            // With an alert that had not been read.
        }
    }

    private static Thread daemon(Runnable task) {
        Thread thread = new Thread(task);
        thread.setDaemon(true);
        return thread;
    }

    private static <C> void sendOn(C client, Sending<C> sending, AtomicInteger sent) {
        try {
            for (int i = 0; i < RECORDS; i++) {
                sending.once(client);
                sent.incrementAndGet();
            }
        } catch (IOException ended) {
            // The server had enough of it.
        }
    }

    private static void assertServes(StepUpServer server, String protocol) throws IOException {
        TlsClient client = TlsClient.trusting(TestPki.AUTHORITY).protocols(protocol);
        try (TlsConnection other = client.connect(server.port())) {
            assertThat(other.get("/plain").text()).isEqualTo("plain=yes\n");
        }
    }

    @ParameterizedTest
    @EnumSource
    @OnlyOn(
            value = {Lane.JSSE_TLS12, Lane.OPENSSL_TLS13},
            because = "each engine once on TLS 1.3")
    void onTls13(On13 what) throws Exception {
        flood(
                "TLSv1.3",
                (port, before) -> {
                    Tls13Connection client = Tls13Client.trusting(TestPki.AUTHORITY)
                            .serverName("localhost")
                            .connect(port);
                    client.out().write(before.getBytes(StandardCharsets.US_ASCII));
                    return client;
                },
                what.sending);
    }

    @ParameterizedTest
    @EnumSource
    @OnlyOn(
            value = {Lane.JSSE_TLS12, Lane.OPENSSL_TLS12},
            because = "each engine once on TLS 1.2")
    void onTls12(On12 what) throws Exception {
        flood(
                "TLSv1.2",
                (port, before) -> {
                    CraftedClient client = CraftedClient.recipe().connect(port);
                    client.send(before);
                    return client;
                },
                what.sending);
    }
}
