package dev.latchkey.impersonation.http;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import dev.latchkey.impersonation.FaultyIdentity;
import dev.latchkey.impersonation.Identity;
import dev.latchkey.impersonation.IdentityException;
import dev.latchkey.impersonation.IdentityFlow;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandler;
import java.net.http.HttpResponse.BodyHandlers;
import java.net.http.HttpResponse.BodySubscriber;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Flow;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** A body that is read after its response is the user's to its end: it comes whole, or its reader is told that it does not. */
@Timeout(60)
class StreamedBodiesTest {
    private static final int CHUNKS = 400;
    private static final byte[] CHUNK = "a line of a body\n".repeat(256).getBytes(US_ASCII);

    private final FaultyIdentity faulty = new FaultyIdentity();
    private final IdentityFlow flow = IdentityFlow.builder().provider(faulty).build();
    private final ExecutorService threads = Executors.newCachedThreadPool();

    /** The server sends half a body and goes on when this opens. */
    private final CountDownLatch goOn = new CountDownLatch(1);

    private HttpServer server;
    private IdentityJavaHttpClient client;

    @BeforeEach
    void start() throws IOException {
        server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.setExecutor(threads);
        server.createContext("/", this::answer);
        server.start();
        client = IdentityJavaHttpClient.builder(flow).maxIdentities(1).build();
    }

    @AfterEach
    void nothingIsLeft() {
        goOn.countDown();
        await().until(() -> faulty.open() == 0);
        client.close();
        await().until(() -> client.size() == 0);
        server.stop(0);
        threads.shutdownNow();
        flow.close();
    }

    private void answer(HttpExchange exchange) throws IOException {
        exchange.getRequestBody().readAllBytes();
        String path = exchange.getRequestURI().getPath();
        exchange.sendResponseHeaders(200, path.equals("/short") ? (long) CHUNK.length * CHUNKS : 0);
        try (OutputStream out = exchange.getResponseBody()) {
            for (int i = 0; i < CHUNKS; i++) {
                if (i == CHUNKS / 2) {
                    if (path.equals("/short")) {
                        out.flush();
                        // Ends the connection, which was to bring more.
                        throw new IOException("cut");
                    }
                    out.flush();
                    if (path.equals("/held")) {
                        goOn.await();
                    }
                }
                out.write(CHUNK);
            }
        } catch (InterruptedException e) {
            // The test is over.
        }
    }

    private HttpRequest request(String path) {
        return HttpRequest.newBuilder(
                        URI.create("http://127.0.0.1:" + server.getAddress().getPort() + path))
                .build();
    }

    enum Way {
        STRING(BodyHandlers.ofString(), body -> ((String) body).length()),
        INPUT_STREAM(BodyHandlers.ofInputStream(), body -> {
            try (InputStream in = (InputStream) body) {
                return in.readAllBytes().length;
            }
        }),
        LINES(BodyHandlers.ofLines(), body -> ((Stream<?>) body)
                .mapToInt(line -> ((String) line).length() + 1)
                .sum()),
        PUBLISHER(BodyHandlers.ofPublisher(), body -> {
            @SuppressWarnings("unchecked") // What ofPublisher gives.
            Flow.Publisher<List<ByteBuffer>> publisher = (Flow.Publisher<List<ByteBuffer>>) body;
            BodySubscriber<byte[]> all = HttpResponse.BodySubscribers.ofByteArray();
            publisher.subscribe(all);
            return all.getBody().toCompletableFuture().get().length;
        });

        private final BodyHandler<?> handler;
        private final Reader reader;

        Way(BodyHandler<?> handler, Reader reader) {
            this.handler = handler;
            this.reader = reader;
        }

        int read(IdentityJavaHttpClient client, HttpRequest request) throws Exception {
            return reader.length(client.send(request, handler).body());
        }
    }

    private interface Reader {
        int length(Object body) throws Exception;
    }

    private Identity alice() {
        return flow.of(faulty.part("alice"));
    }

    @ParameterizedTest
    @EnumSource
    void itComesWholeInEachWay(Way way) throws Exception {
        try (Identity alice = alice()) {
            assertThat(alice.call(() -> way.read(client, request("/")))).isEqualTo(CHUNK.length * CHUNKS);
        }
        assertThat(way.read(client, request("/"))).isEqualTo(CHUNK.length * CHUNKS);
    }

    @ParameterizedTest
    @EnumSource
    void oneThatIsCutIsTold(Way way) {
        try (Identity alice = alice()) {
            assertThatThrownBy(() -> alice.call(() -> way.read(client, request("/short"))))
                    .hasStackTraceContaining("IOException");
        }
    }

    /** The client's threads cannot become the user any more, as when a credential has ended in the middle. */
    @ParameterizedTest
    @EnumSource
    void oneThatCannotBeReceivedAsTheUserIsTold(Way way) throws Exception {
        try (Identity alice = alice()) {
            Future<Integer> read = threads.submit(() -> alice.call(() -> way.read(client, request("/held"))));
            await().until(() -> client.size() == 1 && faulty.open() > 1);
            Thread reader = Thread.currentThread();
            faulty.failWhen(call ->
                    call == FaultyIdentity.Call.APPLY && faulty.onThread() != null && Thread.currentThread() != reader);
            goOn.countDown();
            assertThatThrownBy(() -> read.get(30, TimeUnit.SECONDS)).hasStackTraceContaining("LK60");
        } finally {
            faulty.fail();
        }
    }

    /** Java goes on with a body on a thread that it starts where the body ends. */
    @Test
    void theClientsOwnWorkAfterABodyIsNobodys() throws Exception {
        AtomicReference<String> goesOnAs = new AtomicReference<>("not called");
        try (Identity alice = alice()) {
            try (IdentityClients clients =
                            new IdentityClients(flow, HttpClient::newHttpClient, 1, Duration.ofMinutes(1));
                    IdentityClients.Lease lease = clients.lend(alice.key())) {
                JavaBody<String> body = new JavaBody<>(alice, lease, HttpResponse.BodySubscribers.ofString(US_ASCII));
                body.getBody().whenComplete((text, failure) -> goesOnAs.set(text + " to " + faulty.onThread()));
                body.onSubscribe(new Flow.Subscription() {
                    @Override
                    public void request(long n) {}

                    @Override
                    public void cancel() {}
                });
                body.onNext(List.of(ByteBuffer.wrap(new byte[] {'x'})));
                body.onComplete();
            }
        }
        assertThat(goesOnAs).hasValue("x to null");
    }

    @Test
    void whoIsInUseByABodyIsNotEndedAndNobodyWaitsForIt() throws Exception {
        try (Identity alice = alice();
                Identity bob = flow.of(faulty.part("bob"))) {
            InputStream unread = alice.call(() -> client.send(request("/held"), BodyHandlers.ofInputStream()))
                    .body();
            assertThatThrownBy(() -> bob.call(() -> client.send(request("/"), BodyHandlers.discarding())))
                    .isInstanceOfSatisfying(NegotiateException.class, x -> assertThat(x.failure())
                            .isEqualTo(NegotiateFailure.TOO_MANY));
            unread.close();
            assertThat(bob.call(() -> client.send(request("/"), BodyHandlers.ofString()))
                            .body())
                    .hasSize(CHUNK.length * CHUNKS);
        }
    }

    @Test
    void oneThatWasReadKeepsNothing() throws Exception {
        try (Identity alice = alice()) {
            InputStream in = alice.call(() -> client.send(request("/held"), BodyHandlers.ofInputStream()))
                    .body();
            alice.close();
            assertThat(faulty.open()).as("the identity is kept by the body").isEqualTo(1);
            goOn.countDown();
            assertThat(in.readAllBytes()).hasSize(CHUNK.length * CHUNKS);
            await().until(() -> faulty.open() == 0);
        }
    }

    @Test
    void anAnswerThatWasGivenUpIsReadByNobodyAndKeepsNothing() throws Exception {
        CountDownLatch asked = new CountDownLatch(1);
        CountDownLatch givenUp = new CountDownLatch(1);
        try (Identity alice = alice()) {
            CompletableFuture<HttpResponse<InputStream>> answer =
                    alice.call(() -> client.sendAsync(request("/held"), info -> {
                        asked.countDown();
                        try {
                            givenUp.await();
                        } catch (InterruptedException e) {
                            throw new IllegalStateException(e);
                        }
                        return HttpResponse.BodySubscribers.ofInputStream();
                    }));
            asked.await();
            answer.cancel(true);
            givenUp.countDown();
        }
        await().until(() -> faulty.open() == 0);
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void aSubscriberThatFailsEndsTheUse(boolean atOnce) throws Exception {
        AtomicReference<Throwable> told = new AtomicReference<>();
        BodySubscriber<Void> failing = new BodySubscriber<>() {
            private final CompletableFuture<Void> body = new CompletableFuture<>();

            @Override
            public CompletionStage<Void> getBody() {
                return body;
            }

            @Override
            public void onSubscribe(Flow.Subscription subscription) {
                if (atOnce) {
                    throw new IllegalStateException("the subscriber's own");
                }
                subscription.request(Long.MAX_VALUE);
            }

            @Override
            public void onNext(List<ByteBuffer> item) {
                throw new IllegalStateException("the subscriber's own");
            }

            @Override
            public void onError(Throwable failure) {
                told.set(failure);
                body.completeExceptionally(failure);
            }

            @Override
            public void onComplete() {}
        };
        try (Identity alice = alice()) {
            assertThatThrownBy(() -> alice.call(() -> client.send(request("/"), info -> failing)))
                    .hasStackTraceContaining("the subscriber's own");
        }
        assertThat(told.get()).isNotNull();
    }

    /** A request's body that cannot be read as the user is an error of the request, and the client does not wait for it. */
    @Test
    void aBodyThatCannotBeSentAsTheUserIsTold() throws Exception {
        HttpRequest upload = HttpRequest.newBuilder(request("/").uri())
                .POST(BodyPublishers.ofInputStream(() -> new InputStream() {
                    private int left = 1 << 20;

                    @Override
                    public int read() {
                        faulty.failWhen(call -> call == FaultyIdentity.Call.APPLY && faulty.onThread() != null);
                        return left-- > 0 ? 'x' : -1;
                    }
                }))
                .build();
        try (Identity alice = alice()) {
            CompletableFuture<HttpResponse<String>> answer =
                    alice.call(() -> client.sendAsync(upload, BodyHandlers.ofString()));
            assertThatThrownBy(() -> answer.get(30, TimeUnit.SECONDS))
                    .hasRootCauseInstanceOf(IllegalStateException.class)
                    .hasStackTraceContaining(IdentityException.class.getName());
        } finally {
            faulty.fail();
        }
    }
}
