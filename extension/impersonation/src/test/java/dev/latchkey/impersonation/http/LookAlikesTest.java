package dev.latchkey.impersonation.http;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.net.httpserver.HttpServer;
import com.sun.security.auth.UnixNumericGroupPrincipal;
import com.sun.security.auth.UserPrincipal;
import dev.latchkey.impersonation.Identity;
import dev.latchkey.impersonation.IdentityFlow;
import dev.latchkey.impersonation.subject.SubjectIdentity;
import java.net.CookieHandler;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.security.Principal;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicInteger;
import javax.security.auth.Subject;
import javax.security.auth.kerberos.KerberosPrincipal;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Two users who look alike share no connection and no cookie, by whichever client they ask. */
class LookAlikesTest {
    private final IdentityFlow flow =
            IdentityFlow.builder().provider(new SubjectIdentity()).build();
    private final ExecutorService serverThreads = Executors.newCachedThreadPool();
    private final AtomicInteger sessions = new AtomicInteger();
    private HttpServer server;
    private IdentityJavaHttpClient java;
    private IdentityHttpClient jetty;

    enum Pair {
        TWO_TOKENS_WITHOUT_A_NAME(logon(Set.of(), "token 1"), logon(Set.of(), "token 2")),
        ONE_NAME_IN_TWO_TENANTS(
                logon(Set.of(new UserPrincipal("alice")), "of tenant 1"),
                logon(Set.of(new UserPrincipal("alice")), "of tenant 2")),
        A_FULL_AND_A_RESTRICTED_LOGON(
                logon(Set.of(new UserPrincipal("alice"), new UnixNumericGroupPrincipal(0, false)), "token"),
                logon(Set.of(new UserPrincipal("alice")), "token")),
        TWO_REALMS(
                logon(Set.of(new KerberosPrincipal("alice@ONE.TEST")), "token"),
                logon(Set.of(new KerberosPrincipal("alice@OTHER.TEST")), "token")),
        TWO_LOGONS_OF_ONE_NAME(
                logon(Set.of(new UserPrincipal("alice")), "token"), logon(Set.of(new UserPrincipal("alice")), "token"));

        private final Subject one;
        private final Subject other;

        Pair(Subject one, Subject other) {
            this.one = one;
            this.other = other;
        }

        private static Subject logon(Set<Principal> principals, String token) {
            return new Subject(false, principals, Set.of(), Set.of(token));
        }
    }

    @BeforeEach
    void start() throws Exception {
        server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.setExecutor(serverThreads);
        server.createContext("/", exchange -> {
            String cookie = exchange.getRequestHeaders().getFirst("Cookie");
            if (cookie == null) {
                exchange.getResponseHeaders().add("Set-Cookie", "session=" + sessions.incrementAndGet());
            }
            byte[] body =
                    (cookie + " from " + exchange.getRemoteAddress().getPort()).getBytes(StandardCharsets.US_ASCII);
            exchange.sendResponseHeaders(200, body.length);
            exchange.getResponseBody().write(body);
            exchange.close();
        });
        server.start();
        java = IdentityJavaHttpClient.builder(flow).cookiePerIdentity().build();
        jetty = new IdentityHttpClient(flow, null);
        jetty.start();
        CookieHandler.setDefault(new IdentityCookieHandler(flow));
    }

    @AfterEach
    void stop() throws Exception {
        CookieHandler.setDefault(null);
        java.close();
        jetty.stop();
        server.stop(0);
        serverThreads.shutdownNow();
        flow.close();
    }

    private String[] as(Subject subject, Callable<String> client) throws Exception {
        try (Identity identity = flow.of(SubjectIdentity.part(subject))) {
            return identity.<String>call(client).split(" from ", 2);
        }
    }

    private void shareNothing(Pair pair, Callable<String> client) throws Exception {
        String[] first = as(pair.one, client);
        assertThat(first[0]).as("a cookie to begin with").isEqualTo("null");
        String[] again = as(pair.one, client);
        assertThat(again[0]).as("the cookie comes back").startsWith("session=");
        assertThat(again[1]).as("on the connection that was kept").isEqualTo(first[1]);
        String[] other = as(pair.other, client);
        assertThat(other[0]).as("another's cookie").isEqualTo("null");
        assertThat(other[1]).as("another's connection").isNotEqualTo(first[1]);
    }

    private URI uri() {
        return URI.create("http://127.0.0.1:" + server.getAddress().getPort() + "/");
    }

    @ParameterizedTest
    @EnumSource
    void byJavasClient(Pair pair) throws Exception {
        shareNothing(pair, () -> java.send(HttpRequest.newBuilder(uri()).build(), BodyHandlers.ofString())
                .body());
    }

    @ParameterizedTest
    @EnumSource
    void byJettysClient(Pair pair) throws Exception {
        shareNothing(pair, () -> jetty.GET(uri()).getContentAsString());
    }

    @ParameterizedTest
    @EnumSource
    void byUrlConnection(Pair pair) throws Exception {
        shareNothing(pair, () -> {
            try (Identity caller = flow.current();
                    IdentityUrlConnection request = IdentityUrlConnection.prepared(uri(), caller.key(), null)) {
                return new String(request.response().getInputStream().readAllBytes(), StandardCharsets.US_ASCII);
            }
        });
    }
}
