package dev.latchkey.impersonation.http;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import dev.latchkey.impersonation.FaultyIdentity;
import dev.latchkey.impersonation.Identity;
import dev.latchkey.impersonation.IdentityFlow;
import java.io.IOException;
import java.net.CookieManager;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.http.HttpClient.Redirect;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodySubscribers;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Collectors;
import org.eclipse.jetty.client.BufferingResponseListener;
import org.eclipse.jetty.client.Request;
import org.eclipse.jetty.client.Response;
import org.eclipse.jetty.client.Result;
import org.eclipse.jetty.http.HttpCookieStore;
import org.eclipse.jetty.io.Content;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** R19, R38: what a server ties to a connection or a cookie is one user's, and what a client calls back is too. */
class ClientsByIdentityTest {
    private static final int REQUESTS = 200;

    private final FaultyIdentity faulty = new FaultyIdentity();
    private final IdentityFlow flow = IdentityFlow.builder().provider(faulty).build();
    private final ExecutorService serverThreads = Executors.newCachedThreadPool();

    /** Who came on each connection, and with each cookie; users say it themselves, by a header. */
    private final Map<Integer, Set<String>> usersByPort = new ConcurrentHashMap<>();

    private final Map<String, Set<String>> usersByCookie = new ConcurrentHashMap<>();
    private final AtomicInteger cookiesMade = new AtomicInteger();
    private final Set<String> askedFor = ConcurrentHashMap.newKeySet();
    private final Set<String> authorizations = ConcurrentHashMap.newKeySet();
    private final CountDownLatch held = new CountDownLatch(1);
    private HttpServer server;

    @BeforeEach
    void start() throws IOException {
        server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.setExecutor(serverThreads);
        server.createContext("/", this::answer);
        server.start();
    }

    @AfterEach
    void nothingIsLeft() {
        // Before the server ends: what is given up is ended by the client.
        await().until(() -> faulty.open() == 0);
        server.stop(0);
        serverThreads.shutdownNow();
        flow.close();
    }

    private void answer(HttpExchange exchange) throws IOException {
        String user = exchange.getRequestHeaders().getFirst("X-User");
        usersByPort
                .computeIfAbsent(exchange.getRemoteAddress().getPort(), port -> ConcurrentHashMap.newKeySet())
                .add(user);
        String cookie = exchange.getRequestHeaders().getFirst("Cookie");
        if (cookie == null) {
            exchange.getResponseHeaders().add("Set-Cookie", "id=" + cookiesMade.incrementAndGet() + "; Path=/");
        } else {
            usersByCookie
                    .computeIfAbsent(cookie, id -> ConcurrentHashMap.newKeySet())
                    .add(user);
        }
        String authorization = exchange.getRequestHeaders().getFirst("Authorization");
        if (authorization != null) {
            authorizations.add(authorization);
        }
        String path = exchange.getRequestURI().getPath();
        askedFor.add(path);
        if (path.equals("/never")) {
            try {
                held.await();
            } catch (InterruptedException e) {
                // The test is over.
            }
        }
        boolean elsewhere = path.equals("/elsewhere");
        if (elsewhere) {
            exchange.getResponseHeaders().add("Location", "/here");
        }
        byte[] body = path.getBytes(UTF_8);
        exchange.sendResponseHeaders(elsewhere ? 302 : 200, body.length);
        exchange.getResponseBody().write(body);
        exchange.close();
    }

    private URI uri(String path) {
        return URI.create("http://127.0.0.1:" + server.getAddress().getPort() + path);
    }

    /** A client that follows redirects and keeps cookies. */
    private interface Client extends AutoCloseable {
        /** {@return the body, and whom the thread carried where it was received and where it was told} */
        List<String> ask(URI uri, String user) throws Exception;
    }

    private enum Kind {
        JAVA,
        JETTY
    }

    private Client client(Kind kind) throws Exception {
        return kind == Kind.JAVA ? java() : jetty();
    }

    private Client java() {
        IdentityJavaHttpClient client = IdentityJavaHttpClient.builder(flow)
                .followRedirects(Redirect.NORMAL)
                .cookiePerIdentity()
                .build();
        return new Client() {
            @Override
            public List<String> ask(URI uri, String user) throws Exception {
                List<String> seen = new ArrayList<>();
                HttpRequest request =
                        HttpRequest.newBuilder(uri).header("X-User", user).build();
                return client.sendAsync(request, info -> {
                            seen.add(String.valueOf(faulty.onThread()));
                            return BodySubscribers.ofString(UTF_8);
                        })
                        .thenApply(response -> {
                            seen.add(String.valueOf(faulty.onThread()));
                            return response.body();
                        })
                        // On another thread, where Java's own would use the common pool.
                        .thenApplyAsync(body -> List.of(
                                body,
                                seen.stream().distinct().collect(Collectors.joining(" and ")),
                                String.valueOf(faulty.onThread())))
                        .get(30, TimeUnit.SECONDS);
            }

            @Override
            public void close() {
                client.close();
            }
        };
    }

    private Client jetty() throws Exception {
        IdentityHttpClient client = new IdentityHttpClient(flow, null);
        client.start();
        return new Client() {
            @Override
            public List<String> ask(URI uri, String user) throws Exception {
                CompletableFuture<List<String>> told = new CompletableFuture<>();
                List<String> seen = Collections.synchronizedList(new ArrayList<>());
                Runnable note = () -> seen.add(String.valueOf(faulty.onThread()));
                client.newRequest(uri)
                        .headers(headers -> headers.put("X-User", user))
                        .onRequestListener(new Request.Listener() {
                            @Override
                            public void onCommit(Request request) {
                                note.run();
                            }
                        })
                        .onResponseContent((response, content) -> note.run())
                        .onResponseContentAsync((response, chunk, demander) -> {
                            note.run();
                            demander.run();
                        })
                        .onResponseContentSource(reading(note))
                        .onResponseListener(new Response.Listener() {
                            @Override
                            public void onSuccess(Response response) {
                                note.run();
                            }
                        })
                        .send(new BufferingResponseListener() {
                            @Override
                            public void onComplete(Result result) {
                                if (result.isFailed()) {
                                    told.completeExceptionally(result.getFailure());
                                    return;
                                }
                                assertThat(seen).as("each kind of listener").hasSizeGreaterThanOrEqualTo(5);
                                told.complete(List.of(
                                        getContentAsString(),
                                        seen.stream().distinct().collect(Collectors.joining(" and ")),
                                        String.valueOf(faulty.onThread())));
                            }
                        });
                return told.get(30, TimeUnit.SECONDS);
            }

            @Override
            public void close() throws Exception {
                client.stop();
            }
        };
    }

    /** Reads all, whether it is called by the client or by its own demand. */
    private static Response.ContentSourceListener reading(Runnable note) {
        return (response, source) -> new Runnable() {
            @Override
            public void run() {
                note.run();
                for (Content.Chunk chunk = source.read(); chunk != null; chunk = source.read()) {
                    boolean last = chunk.isLast();
                    chunk.release();
                    if (last) {
                        return;
                    }
                }
                source.demand(this);
            }
        }.run();
    }

    /** A kind of listener that a later Jetty brings must not run as nobody. */
    @Test
    void eachListenerThatARequestTakesIsPutAround() {
        assertThat(Arrays.stream(Request.class.getMethods())
                        .filter(method -> method.getName().startsWith("on")))
                .isNotEmpty()
                .allSatisfy(method -> assertThat(
                                IdentityRequest.class.getDeclaredMethod(method.getName(), method.getParameterTypes()))
                        .isNotNull());
    }

    private List<String> askAs(Client client, String user, String path) throws Exception {
        try (Identity identity = flow.of(faulty.part(user))) {
            return identity.call(() -> client.ask(uri(path), user));
        }
    }

    @ParameterizedTest
    @EnumSource
    void connectionsAndCookiesAreOneUsersAlone(Kind kind) throws Exception {
        ExecutorService users = Executors.newFixedThreadPool(4);
        try (Client client = client(kind)) {
            List<Future<List<String>>> answers = new ArrayList<>();
            for (int i = 0; i < REQUESTS; i++) {
                String user = i % 2 == 0 ? "alice" : "bob";
                answers.add(users.submit(() -> askAs(client, user, "/here")));
            }
            for (int i = 0; i < REQUESTS; i++) {
                String user = i % 2 == 0 ? "alice" : "bob";
                assertThat(answers.get(i).get()).containsExactly("/here", user, user);
            }
        } finally {
            users.shutdownNow();
        }
        assertThat(usersByPort.values()).allSatisfy(who -> assertThat(who).hasSize(1));
        assertThat(usersByPort).as("connections are kept").hasSizeLessThan(REQUESTS / 2);
        assertThat(usersByCookie.values()).as("cookies come back").isNotEmpty().allSatisfy(who -> assertThat(who)
                .hasSize(1));
    }

    @ParameterizedTest
    @EnumSource
    void aRedirectIsTheUsersAndSoIsWhatIsToldAtItsEnd(Kind kind) throws Exception {
        try (Client client = client(kind)) {
            assertThat(askAs(client, "alice", "/elsewhere")).containsExactly("/here", "alice", "alice");
            assertThat(askAs(client, "bob", "/elsewhere")).containsExactly("/here", "bob", "bob");
        }
        assertThat(askedFor).containsExactlyInAnyOrder("/elsewhere", "/here");
        assertThat(usersByPort.values()).allSatisfy(who -> assertThat(who).hasSize(1));
    }

    @ParameterizedTest
    @EnumSource
    void whoIsNobodyHasConnectionsOfItsOwnAndIsToldAsNobody(Kind kind) throws Exception {
        try (Client client = client(kind)) {
            askAs(client, "alice", "/here");
            assertThat(client.ask(uri("/here"), "nobody")).containsExactly("/here", "null", "null");
        }
        assertThat(usersByPort.values()).containsExactlyInAnyOrder(Set.of("alice"), Set.of("nobody"));
        assertThat(usersByCookie).isEmpty();
    }

    @ParameterizedTest
    @EnumSource
    void r20WhereTheIdentityCannotBeCapturedNothingIsSent(Kind kind) throws Exception {
        try (Client client = client(kind);
                Identity identity = flow.of(faulty.part("alice"))) {
            identity.call(() -> {
                // Here alone: a thread of the client that cannot be read is lost, and the process ends.
                Thread here = Thread.currentThread();
                faulty.failWhen(call -> call == FaultyIdentity.Call.CAPTURE && Thread.currentThread() == here);
                try {
                    assertThatThrownBy(() -> client.ask(uri("/here"), "alice")).hasStackTraceContaining("LK60");
                } finally {
                    faulty.fail();
                }
                return null;
            });
        }
        assertThat(askedFor).isEmpty();
    }

    /** Java asks for such a body at once, by a thread of its own, and maps it there. */
    @Test
    void aBodyThatIsMappedWhileItComesIsMappedAsTheUser() throws Exception {
        try (IdentityJavaHttpClient client =
                        IdentityJavaHttpClient.builder(flow).build();
                Identity identity = flow.of(faulty.part("alice"))) {
            String mappedAs = identity.call(() -> client.send(
                            HttpRequest.newBuilder(uri("/here"))
                                    .header("X-User", "alice")
                                    .build(),
                            info -> BodySubscribers.mapping(
                                    BodySubscribers.ofInputStream(), in -> String.valueOf(faulty.onThread())))
                    .body());
            assertThat(mappedAs).isEqualTo("alice");
        }
    }

    @Test
    void whatFollowsOnATimeoutIsTheUsers() throws Exception {
        try (IdentityJavaHttpClient client =
                        IdentityJavaHttpClient.builder(flow).build();
                Identity identity = flow.of(faulty.part("alice"))) {
            String told = identity.call(() -> client.sendAsync(
                            HttpRequest.newBuilder(uri("/never"))
                                    .header("X-User", "alice")
                                    .build(),
                            info -> BodySubscribers.ofString(UTF_8))
                    .orTimeout(50, TimeUnit.MILLISECONDS)
                    .handle((response, failure) -> failure.getClass().getSimpleName() + " told to " + faulty.onThread())
                    .get(30, TimeUnit.SECONDS));
            assertThat(told).isEqualTo("TimeoutException told to alice");
            await().until(() -> faulty.open() == 1);
        } finally {
            held.countDown();
        }
    }

    @Test
    void aServersPushIsRefusedSinceItsHandlerWouldBeCalledByTheClientsOwnThreads() {
        try (IdentityJavaHttpClient client =
                IdentityJavaHttpClient.builder(flow).build()) {
            assertThatThrownBy(() -> client.sendAsync(
                            HttpRequest.newBuilder(uri("/here")).build(),
                            info -> BodySubscribers.ofString(UTF_8),
                            (initiating, push, acceptor) -> {}))
                    .isInstanceOf(UnsupportedOperationException.class);
        }
    }

    /** Active Directory puts a user's groups into the token: 64 KiB of them are 87,384 characters. */
    @ParameterizedTest
    @EnumSource
    void aTokenOf64KibIsSent(Kind kind) throws Exception {
        String header = "Negotiate " + "A".repeat(87_384);
        try (Identity identity = flow.of(faulty.part("alice"))) {
            if (kind == Kind.JAVA) {
                try (IdentityJavaHttpClient client =
                        IdentityJavaHttpClient.builder(flow).build()) {
                    HttpRequest request = HttpRequest.newBuilder(uri("/here"))
                            .header("X-User", "alice")
                            .header("Authorization", header)
                            .build();
                    identity.call(() -> client.send(request, info -> BodySubscribers.ofString(UTF_8)));
                }
            } else {
                IdentityHttpClient client = new IdentityHttpClient(flow, null);
                client.start();
                try {
                    identity.call(() -> client.newRequest(uri("/here"))
                            .headers(headers -> headers.put("X-User", "alice").put("Authorization", header))
                            .send());
                } finally {
                    client.stop();
                }
            }
        }
        assertThat(authorizations).containsExactly(header);
    }

    @Test
    void cookiesForAllIdentitiesAreRefused() {
        assertThatThrownBy(() -> IdentityJavaHttpClient.builder(flow)
                        .settings(builder -> builder.cookieHandler(new CookieManager()))
                        .build())
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("cookiePerIdentity()");
        IdentityHttpClient jetty = new IdentityHttpClient(flow, null);
        jetty.setHttpCookieStore(new HttpCookieStore.Default());
        assertThatThrownBy(jetty::start)
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("serves all identities");
    }
}
