package dev.latchkey.it.home;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.entry;

import dev.latchkey.container.JettyBase;
import dev.latchkey.container.JettyHomeException;
import dev.latchkey.container.JettyHomeRun;
import dev.latchkey.it.ServerParts;
import dev.latchkey.testkit.HeldCertificate;
import dev.latchkey.testkit.HttpAnswer;
import dev.latchkey.testkit.TlsConnection;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;

/**
 * A real jetty-home with an ordinary realm, and the same web application, {@link GuardedWar}, in each of its environments;
 * for the tests of what steps up without a line of code. One server a test class.
 */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
abstract class GuardedServer {
    static final byte[] BODY = "a body, kept".repeat(1000).getBytes(StandardCharsets.UTF_8);

    /** As Jetty's own CLIENT-CERT names alice, so that a realm made for that one goes on to work. */
    static final String ALICE = "CN=alice, O=Latchkey demo";

    static final String BOB = "CN=bob, O=Latchkey demo";

    final String line;
    final List<String> environments;
    final HeldCertificate bob = issued("CN=bob,O=Latchkey demo");
    final HeldCertificate unknown = issued("CN=nobody knows me");
    Path dir;
    JettyHomeRun server;

    GuardedServer(String line, String... environments) {
        this.line = line;
        this.environments = List.of(environments);
    }

    private static HeldCertificate issued(String subject) {
        return ServerParts.authority().issue("x").subject(subject).client().make();
    }

    /** {@return the environments that have the web application} */
    Stream<String> environments() {
        return environments.stream();
    }

    @BeforeAll
    void start(@TempDir Path temporary) throws IOException {
        dir = temporary;
        Path realm = Realm.in(dir, """
                CN\\=alice,\\ O\\=Latchkey\\ demo: ,user
                alice: ,user
                CN\\=bob,\\ O\\=Latchkey\\ demo: ,user
                CN\\=Latchkey\\ demo\\ CA,\\ O\\=Latchkey\\ demo: ,user,staff
                peter: secret,user
                """);
        server = setUp(ServerParts.base(line, dir.resolve("base")).environments(environments.toArray(String[]::new)))
                .modules("demo-realm", "http2", "ee10-cdi")
                .modules(environments()
                        .flatMap(e -> Stream.of(e + "-websocket-jakarta", e + "-jsp"))
                        .toArray(String[]::new))
                .overlay(realm)
                .logFile(ServerParts.target().resolve("home-" + getClass().getSimpleName() + ".log"))
                .start();
        Path war = GuardedWar.in(dir);
        for (String environment : environments().toList()) {
            server.deploy("guarded-" + environment, war, environment);
        }
    }

    /** Sets the server up further. */
    JettyBase setUp(JettyBase base) {
        return base;
    }

    @AfterAll
    void stop() {
        if (server != null) {
            server.close();
        }
    }

    TlsConnection alice() throws IOException {
        return ServerParts.tls12WithAlice().connect(server.httpsPort());
    }

    TlsConnection anonymous() throws IOException {
        return ServerParts.tls12().connect(server.httpsPort());
    }

    TlsConnection with(HeldCertificate certificate) throws IOException {
        return ServerParts.tls12().certificate(certificate).connect(server.httpsPort());
    }

    static HttpAnswer get(TlsConnection connection, String path, String... headers) throws IOException {
        connection.send("GET " + path + " HTTP/1.1\r\nHost: localhost\r\n" + lines(headers) + "\r\n");
        return connection.readFinal();
    }

    static String lines(String... headers) {
        return headers.length == 0 ? "" : String.join("\r\n", headers) + "\r\n";
    }

    static String sessionCookie(HttpAnswer answer) {
        return "Cookie: " + answer.header("set-cookie").orElseThrow().replaceFirst(";.*", "");
    }

    static void assertUser(HttpAnswer answer, String user) {
        assertThat(answer.status()).as(answer.toString()).isEqualTo(200);
        assertThat(answer.values())
                .contains(entry("user", user), entry("role", String.valueOf(!user.isEmpty())))
                .contains(entry("auth", user.isEmpty() ? "null" : "CLIENT_CERT"));
    }

    /** R35: the first certificate gives an anonymous session a new id; another one ends it, or none where it is wanted. */
    void assertBindsSessions(String context, String... guarded) throws IOException {
        for (String path : guarded) {
            String cookie;
            String id;
            try (TlsConnection connection = alice()) {
                HttpAnswer anonymous = connection.get(context + "/open/x?session");
                HttpAnswer passed = get(connection, context + path, sessionCookie(anonymous));
                id = passed.values().get("session");
                assertThat(id)
                        .as(path)
                        .isNotEmpty()
                        .isNotEqualTo(anonymous.values().get("session"));
                assertThat(passed.values().get("note")).as(path).startsWith("written by");
                cookie = sessionCookie(passed);
                assertThat(get(connection, context + path, cookie).values()).contains(entry("session", id));
                assertThat(get(connection, context + path, sessionCookie(anonymous))
                                .values()
                                .get("note"))
                        .as("the old id")
                        .isIn("", "null");
            }
            try (TlsConnection connection = alice()) {
                assertThat(get(connection, context + path, cookie).values()).contains(entry("session", id));
            }
            if (path.equals("/want")) {
                try (TlsConnection connection = anonymous()) {
                    HttpAnswer gone = get(connection, context + path, cookie);
                    assertThat(gone.status()).isEqualTo(200);
                    assertThat(gone.values().get("note")).isIn("", "null");
                }
            }
            try (TlsConnection connection = with(bob)) {
                assertThat(get(connection, context + path, cookie).values().get("note"))
                        .as(path)
                        .isIn("", "null");
            }
        }
    }

    void assertDoesNotStart(Path war, String environment, Class<?> misplaced) {
        String name = war.getFileName().toString().replaceFirst("\\.war$", "");
        assertThatThrownBy(() -> server.deploy(name, war, environment))
                .isInstanceOf(JettyHomeException.class)
                .hasMessageContaining("@RequireClientCertificate")
                .hasMessageContaining(misplaced.getName());
    }
}
