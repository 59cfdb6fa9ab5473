package dev.latchkey.it.home;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.entry;

import dev.latchkey.container.JettyBase;
import dev.latchkey.it.Curl;
import dev.latchkey.it.ServerParts;
import dev.latchkey.it.home.misplaced.OnPlainClass;
import dev.latchkey.testkit.HttpAnswer;
import dev.latchkey.testkit.TlsConnection;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jboss.shrinkwrap.api.ShrinkWrap;
import org.jboss.shrinkwrap.api.asset.StringAsset;
import org.jboss.shrinkwrap.api.spec.WebArchive;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Paths of the configuration, for applications that cannot be changed; these of ee8 too. Users are named by a pattern. */
abstract class GuardedPathsOnEach extends GuardedServer {
    private static final String PATHS = "/open/paths/*";
    private static final String WHOSE_JSP = """
            <%@ page contentType="text/plain" %>
            <% if (session.getAttribute("owner") == null) session.setAttribute("owner", request.getParameter("me")); %>
            owner=<%= session.getAttribute("owner") %>
            """;

    GuardedPathsOnEach(String line, String... environments) {
        super(line, Stream.concat(Stream.of(environments), Stream.of("ee8")).toArray(String[]::new));
    }

    @Override
    Stream<String> environments() {
        return super.environments().filter(e -> !e.equals("ee8"));
    }

    @Override
    JettyBase setUp(JettyBase base) {
        String paths = environments().map(e -> "/guarded-" + e + PATHS).collect(Collectors.joining(","));
        return base.modules("ee8-jsp")
                .property("latchkey.paths", paths + ",/Elsewhere/*,*.secret,/old/secret/*")
                .property("latchkey.userName", "pattern")
                .property("latchkey.userNamePattern", "CN=([^,]+),.*");
    }

    /** Where it does not matter in which environment. */
    private String context() {
        return "/guarded-" + environments.get(0);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "/open/paths",
                "/open/paths/",
                "/open/%70%61%74%68%73/x",
                "/open/paths/y;c=d/x",
                "/open/paths/../paths/x",
                "/open/paths/x",
                "/open/PATHS/x",
                "/open/p%61ths/x",
                "/open/paths;a=b/x",
                "/open/./paths/x",
                "/open/y/../paths/x",
                "/open/any.secret"
            })
    void aPathOfTheConfigurationIsGuardedHoweverItIsWritten(String path) throws Exception {

        try (TlsConnection connection = anonymous()) {
            HttpAnswer refused = connection.get(context() + path);
            assertThat(refused.status()).as(refused.toString()).isEqualTo(403);
            assertThat(refused.text()).contains("LK201");
            assertUser(connection.get(context() + "/open/other"), "");
        }
        try (TlsConnection connection = alice()) {
            HttpAnswer answer = connection.post(context() + path, BODY);
            assertThat(answer.status()).isEqualTo(200);
            assertThat(answer.values())
                    .contains(
                            entry("attribute", ServerParts.ALICE),
                            entry("body", new String(BODY, StandardCharsets.UTF_8)));
            assertThat(connection.timesAsked()).isEqualTo(1);
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "/open%2Fpaths/x",
                "/open/paths%2Fx",
                "/open//paths/x",
                "//open/paths/x",
                "/open/;/paths/x",
                "/open/%2e/paths/x",
                "/open/%2e%2e/open/paths",
                "/open/..;/open/paths/x",
                "/open/y/..;a=b/paths/x",
                "/open\\paths/x",
                "/open/%5cpaths/x",
                "/open/p%u0061ths/x",
                "/open/paths%00/x",
                "/open/paths%c0%af/x",
                "/open/x/../../guarded/../open/paths/x"
            })
    void aPathThatCouldBeReadInTwoWaysIsServedToNobodyWithoutACertificate(String path) throws Exception {
        try (TlsConnection connection = anonymous()) {
            HttpAnswer answer = connection.get(context() + path);
            assertThat(answer.status()).isBetween(400, 499);
            assertThat(answer.text()).doesNotContain("servlet=");
        }
    }

    /** As with a security-constraint: what counts is the path that the client asked for. */
    @ParameterizedTest
    @ValueSource(strings = {"/open/x?forward=/open/paths/y", "/open/x?include=/open/paths/y", "/open/x?error=410"})
    void aDispatchInsideAnApplicationIsNotGuarded(String path) throws Exception {
        try (TlsConnection connection = alice()) {
            HttpAnswer answer = connection.get(context() + path);
            assertThat(answer.status()).isEqualTo(path.endsWith("410") ? 410 : 200);
            assertThat(answer.values()).contains(entry("servlet", "who"), entry("attribute", ""));
            assertThat(connection.timesAsked()).isZero();
        }
    }

    @Test
    void theFormOfTheRequestLineDoesNotMatter() throws Exception {
        for (String uri : List.of(
                "https://localhost" + context() + "/open/paths/x",
                "https://elsewhere.example" + context() + "/open/paths/x",
                "HTTPS://LOCALHOST:443" + context() + "/open/PATHS/x")) {
            try (TlsConnection connection = anonymous()) {
                connection.send("GET " + uri + " HTTP/1.1\r\nHost: localhost\r\n\r\n");
                HttpAnswer answer = connection.readFinal();
                assertThat(answer.status()).as(uri + answer).isBetween(400, 499);
                assertThat(answer.text()).doesNotContain("servlet=");
            }
        }
    }

    @ParameterizedTest
    @MethodSource("environments")
    void r24NobodyIsAskedOnAPreflightOrAPrefetch(String environment) throws Exception {
        String path = "/guarded-" + environment + "/open/paths/x";
        try (TlsConnection connection = alice()) {
            HttpAnswer prefetch = get(connection, path, "Sec-Purpose: prefetch;prerender");
            assertThat(prefetch.status()).isEqualTo(403);
            assertThat(prefetch.header("cache-control").orElse("")).contains("no-store");
            connection.send("OPTIONS " + path + " HTTP/1.1\r\nHost: localhost\r\n"
                    + lines("Origin: https://elsewhere.example", "Access-Control-Request-Method: PUT") + "\r\n");
            assertThat(connection.readFinal().status()).isEqualTo(403);
            assertThat(connection.timesAsked()).isZero();
            assertThat(get(connection, path).status()).isEqualTo(200);
            assertThat(connection.timesAsked()).isEqualTo(1);
        }
    }

    @ParameterizedTest
    @MethodSource("environments")
    void r35AnAnonymousSessionGetsANewIdAndAnotherCertificateEndsIt(String environment) throws Exception {
        assertBindsSessions("/guarded-" + environment, "/open/paths/x");
    }

    @ParameterizedTest
    @MethodSource("environments")
    void r36TheUpgradeToAWebSocketStepsUpBeforeIts101(String environment) throws Exception {
        String upgrade = "GET /guarded-" + environment + "/open/paths/socket HTTP/1.1\r\nHost: localhost\r\n"
                + lines(
                        "Upgrade: websocket",
                        "Connection: Upgrade",
                        "Sec-WebSocket-Version: 13",
                        "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==")
                + "\r\n";
        try (TlsConnection connection = alice()) {
            connection.send(upgrade);
            assertThat(connection.read().status()).isEqualTo(101);
            assertThat(connection.timesAsked()).isEqualTo(1);
        }
        try (TlsConnection connection = anonymous()) {
            connection.send(upgrade);
            assertThat(connection.readFinal().status()).isEqualTo(403);
        }
    }

    @ParameterizedTest
    @MethodSource("environments")
    void overHttp2CurlIsSentBackToHttp1(String environment) throws Exception {
        Curl curl = Curl.to(server.httpsPort(), ServerParts.pki())
                .certificate("client")
                .tls("1.2")
                .with("--http2");
        assertThat(curl.get("/guarded-" + environment + "/open/paths/x").values())
                .contains(entry("attribute", ServerParts.ALICE));
    }

    /** The realm knows alice by this name, and what comes of her whole subject too. */
    @ParameterizedTest
    @MethodSource("environments")
    void aPatternNamesTheUserOfClientCert(String environment) throws Exception {
        try (TlsConnection connection = alice()) {
            assertUser(connection.get("/guarded-" + environment + "/users/x"), "alice");
        }
        try (TlsConnection connection = with(bob)) {
            assertThat(connection.get("/guarded-" + environment + "/users/x").status())
                    .as("bob's name is none of the realm's, his whole subject is")
                    .isEqualTo(403);
        }
    }

    @Test
    void anApplicationOfEe8IsGuardedByPathAndDoesNotStartWithTheAnnotation() throws Exception {
        WebArchive old = ShrinkWrap.create(WebArchive.class, "old.war")
                .addAsWebResource(new StringAsset("open"), "open.txt")
                .addAsWebResource(new StringAsset("a secret"), "secret/page.txt")
                .addAsWebResource(new StringAsset(WHOSE_JSP), "whose.jsp")
                .addAsWebResource(new StringAsset(WHOSE_JSP), "secret/whose.jsp");
        server.deploy("old", GuardedWar.write(old, dir), "ee8");
        try (TlsConnection connection = anonymous()) {
            assertThat(connection.get("/old/open.txt").text()).isEqualTo("open");
            HttpAnswer refused = connection.get("/old/secret/page.txt");
            assertThat(refused.status()).isEqualTo(403);
            assertThat(refused.text()).contains("LK201").doesNotContain("a secret");
        }
        try (TlsConnection connection = alice()) {
            assertThat(connection.get("/old/secret/page.txt").text()).isEqualTo("a secret");
        }
        assertBindsSessionsOfEe8();
        assertDoesNotStart(GuardedWar.of(dir, "misplaced-ee8.war", OnPlainClass.class), "ee8", OnPlainClass.class);
    }

    /** As on the others: an anonymous session gets a new id; another certificate is not let into it, and ends it. */
    private void assertBindsSessionsOfEe8() throws Exception {
        String path = "/old/secret/whose.jsp?me=";
        try (TlsConnection connection = alice()) {
            HttpAnswer anonymous = connection.get("/old/whose.jsp?me=nobody");
            assertThat(anonymous.text()).contains("owner=nobody");
            HttpAnswer passed = get(connection, path + "alice", sessionCookie(anonymous));
            assertThat(passed.text()).contains("owner=nobody");
            assertThat(sessionCookie(passed)).isNotEqualTo(sessionCookie(anonymous));
            assertThat(get(connection, "/old/whose.jsp?me=again", sessionCookie(anonymous))
                            .text())
                    .as("the old id")
                    .contains("owner=again");
            assertThat(get(connection, path + "alice", sessionCookie(passed)).text())
                    .contains("owner=nobody");
        }
        String cookie;
        try (TlsConnection connection = alice()) {
            HttpAnswer first = connection.get(path + "alice");
            assertThat(first.text()).as(first.toString()).contains("owner=alice");
            cookie = sessionCookie(first);
            assertThat(get(connection, path + "alice", cookie).text()).contains("owner=alice");
        }
        try (TlsConnection connection = with(bob)) {
            assertThat(get(connection, path + "bob", cookie).text()).contains("owner=bob");
        }
        try (TlsConnection connection = alice()) {
            assertThat(get(connection, path + "again", cookie).text()).contains("owner=again");
        }
    }
}
