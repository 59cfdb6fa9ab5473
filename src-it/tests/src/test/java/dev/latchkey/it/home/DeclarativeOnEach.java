package dev.latchkey.it.home;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.entry;

import dev.latchkey.it.Curl;
import dev.latchkey.it.ServerParts;
import dev.latchkey.it.home.beans.GuardedBean;
import dev.latchkey.it.home.guarded.WhoServlet;
import dev.latchkey.it.home.misplaced.OnEndPoint;
import dev.latchkey.it.home.misplaced.OnFilter;
import dev.latchkey.it.home.misplaced.OnPlainClass;
import dev.latchkey.it.home.misplaced.OnPlainMethod;
import dev.latchkey.it.home.misplaced.OnServletMethod;
import dev.latchkey.it.home.misplaced.OnStaticBeanMethod;
import dev.latchkey.it.home.misplaced.OnUnregisteredServlet;
import dev.latchkey.it.home.misplaced.WithStatusOfASuccess;
import dev.latchkey.it.home.pages.GuardedPage;
import dev.latchkey.testkit.HttpAnswer;
import dev.latchkey.testkit.LogProblems;
import dev.latchkey.testkit.TlsConnection;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import org.jboss.shrinkwrap.api.ShrinkWrap;
import org.jboss.shrinkwrap.api.asset.EmptyAsset;
import org.jboss.shrinkwrap.api.asset.StringAsset;
import org.jboss.shrinkwrap.api.spec.WebArchive;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What steps up without a line of code: {@code CLIENT-CERT} in a web.xml, annotated servlets and beans. */
abstract class DeclarativeOnEach extends GuardedServer {
    DeclarativeOnEach(String line, String... environments) {
        super(line, environments);
    }

    // CLIENT-CERT.

    @ParameterizedTest
    @MethodSource("environments")
    void aConstraintAsksOnTheFirstProtectedRequestAndNotBefore(String environment) throws Exception {
        String context = "/guarded-" + environment;
        try (TlsConnection connection = alice()) {
            assertUser(connection.get(context + "/open/x"), "");
            assertThat(connection.timesAsked()).isZero();
            HttpAnswer answer = connection.post(context + "/users/x", BODY);
            assertUser(answer, ALICE);
            assertThat(answer.values())
                    .contains(
                            entry("attribute", ServerParts.ALICE),
                            entry("body", new String(BODY, StandardCharsets.UTF_8)));
            assertUser(connection.get(context + "/anybody/x"), ALICE);
            assertUser(connection.get(context + "/open/x"), ALICE);
            assertThat(connection.timesAsked()).isEqualTo(1);
        }
    }

    @ParameterizedTest
    @MethodSource("environments")
    void whoHasNoCertificateOrNoRoleIsRefusedAndTheConnectionLives(String environment) throws Exception {
        String context = "/guarded-" + environment;
        try (TlsConnection connection = anonymous()) {
            HttpAnswer refused = connection.get(context + "/users/x");
            assertThat(refused.status()).isEqualTo(403);
            assertThat(refused.text()).contains("LK201");
            assertUser(connection.get(context + "/open/x"), "");
        }
        try (TlsConnection connection = with(unknown)) {
            assertThat(connection.get(context + "/users/x").status()).isEqualTo(403);
            assertThat(connection.get(context + "/anybody/x").status()).isEqualTo(403);
            assertUser(connection.get(context + "/open/x"), "");
        }
        try (TlsConnection connection = alice()) {
            // R35: the authority's own name, which is in the chain and has that role, is not the caller's.
            assertThat(connection.get(context + "/staff/x").status()).isEqualTo(403);
        }
        try (TlsConnection connection = with(ServerParts.stranger())) {
            HttpAnswer refused = connection.get(context + "/users/x");
            assertThat(refused.status()).isEqualTo(403);
            assertThat(refused.text()).contains("LK202");
        }
    }

    @ParameterizedTest
    @MethodSource("environments")
    void authenticateAsksOnAnOpenPathAndLoginStaysAsTheSpecificationHasIt(String environment) throws Exception {
        String open = "/guarded-" + environment + "/open/x";
        if (line.equals("12.0") && environment.equals("ee10")) {
            // There Jetty gives an authenticator no response to answer by, whatever the method: nobody is ever asked.
            try (TlsConnection connection = alice()) {
                assertThat(connection.get(open + "?authenticate").text()).isEmpty();
                assertThat(connection.timesAsked()).isZero();
            }
            return;
        }
        try (TlsConnection connection = alice()) {
            assertUser(connection.get(open + "?authenticate"), ALICE);
            assertThat(connection.timesAsked()).isEqualTo(1);
        }
        try (TlsConnection connection = anonymous()) {
            HttpAnswer refused = connection.get(open + "?authenticate");
            assertThat(refused.status()).isEqualTo(403);
            assertThat(connection.timesAsked()).isEqualTo(1);
        }
        try (TlsConnection connection = anonymous()) {
            HttpAnswer login = connection.get(open + "?login");
            assertThat(login.status()).as(login.toString()).isEqualTo(200);
            assertThat(login.values()).contains(entry("user", "peter"), entry("role", "true"));
            assertThat(connection.get(open + "?bad-login").values())
                    .contains(entry("login", "refused"), entry("user", ""));
            assertUser(connection.get(open), "");
            assertThat(connection.timesAsked()).isZero();
        }
    }

    @ParameterizedTest
    @MethodSource("environments")
    void r35AnAnonymousSessionGetsANewIdAndAnotherCertificateEndsIt(String environment) throws Exception {
        String context = "/guarded-" + environment;
        String cookie;
        String id;
        try (TlsConnection connection = alice()) {
            HttpAnswer anonymous = connection.get(context + "/open/x?session");
            String before = anonymous.values().get("session");
            assertThat(before).isNotEmpty();
            HttpAnswer stepped = get(connection, context + "/users/x", sessionCookie(anonymous));
            assertUser(stepped, ALICE);
            id = stepped.values().get("session");
            assertThat(id).isNotEmpty().isNotEqualTo(before);
            cookie = sessionCookie(stepped);
            assertThat(stepped.values()).contains(entry("note", "written by null"));
            assertThat(get(connection, context + "/users/x", cookie).values()).contains(entry("session", id));
        }
        try (TlsConnection connection = alice()) {
            assertThat(get(connection, context + "/users/x", cookie).values()).contains(entry("session", id));
        }
        // Without the certificate the cookie is nobody's login.
        try (TlsConnection connection = anonymous()) {
            assertUser(get(connection, context + "/open/x", cookie), "");
            assertThat(get(connection, context + "/users/x", cookie).status()).isEqualTo(403);
        }
        try (TlsConnection connection = with(bob)) {
            HttpAnswer other = get(connection, context + "/users/x", cookie);
            assertUser(other, BOB);
            assertThat(other.values().get("session")).isNotEqualTo(id);
            assertThat(other.values().get("note")).isIn("", "null");
        }
        try (TlsConnection connection = alice()) {
            assertThat(get(connection, context + "/users/x", cookie).values().get("session"))
                    .isNotEqualTo(id);
        }
    }

    @ParameterizedTest
    @MethodSource("environments")
    void r35AnAnnotatedServletBindsTheSessionLikewise(String environment) throws Exception {
        assertBindsSessions("/guarded-" + environment, "/need", "/want", "/open/x?include=/need");
    }

    // What all guards share.

    @ParameterizedTest
    @MethodSource("environments")
    void r24NoGuardAsksOnAPreflightOrAPrefetch(String environment) throws Exception {
        String context = "/guarded-" + environment;
        for (String path : List.of("/users/x", "/need", "/hidden")) {
            try (TlsConnection connection = alice()) {
                HttpAnswer prefetch = get(connection, context + path, "Sec-Purpose: prefetch;prerender");
                assertThat(prefetch.status()).isEqualTo(path.equals("/hidden") ? 404 : 403);
                assertThat(prefetch.header("cache-control").orElse("")).contains("no-store");
                connection.send("OPTIONS " + context + path + " HTTP/1.1\r\nHost: localhost\r\n"
                        + lines("Origin: https://elsewhere.example", "Access-Control-Request-Method: PUT") + "\r\n");
                assertThat(connection.readFinal().status()).isBetween(400, 499);
                assertThat(connection.timesAsked()).isZero();
                assertThat(get(connection, context + path).status()).isEqualTo(200);
                // Known now, and so no question.
                assertThat(get(connection, context + path, "Sec-Purpose: prefetch")
                                .status())
                        .isEqualTo(200);
                assertThat(connection.timesAsked()).isEqualTo(1);
            }
        }
        try (TlsConnection connection = alice()) {
            connection.send("OPTIONS " + context + "/want HTTP/1.1\r\nHost: localhost\r\n"
                    + lines("Origin: https://elsewhere.example", "Access-Control-Request-Method: PUT") + "\r\n");
            assertThat(connection.readFinal().status()).isEqualTo(200);
            assertThat(connection.timesAsked()).isZero();
        }
    }

    @ParameterizedTest
    @MethodSource("environments")
    void r36TheUpgradeToAWebSocketStepsUpBeforeIts101(String environment) throws Exception {
        String upgrade = "GET /guarded-" + environment + "/users/socket HTTP/1.1\r\nHost: localhost\r\n"
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
    void r33AGuardedErrorPageAsksNobodyAndEndsInItsError(String environment) throws Exception {
        try (TlsConnection connection = alice()) {
            HttpAnswer answer = connection.get("/guarded-" + environment + "/open/x?error");
            assertThat(answer.status()).isEqualTo(418);
            assertThat(answer.text()).contains("LK505").doesNotContain("servlet=need");
            assertThat(connection.timesAsked()).isZero();
        }
    }

    @ParameterizedTest
    @MethodSource("environments")
    void overHttp2EachGuardSendsCurlBackToHttp1(String environment) throws Exception {
        int position = server.log().position();
        Curl curl = Curl.to(server.httpsPort(), ServerParts.pki())
                .certificate("client")
                .tls("1.2")
                .with("--http2");
        for (String path : List.of("/users/x", "/need", "/hidden", "/want")) {
            HttpAnswer answer = curl.get("/guarded-" + environment + path);
            assertThat(answer.status()).as(path + answer).isEqualTo(200);
            assertThat(answer.values()).as(path).contains(entry("attribute", ServerParts.ALICE));
        }
        assertThat(LogProblems.in(server.log().from(position))).isEmpty();
    }

    // Annotated servlets.

    @ParameterizedTest
    @MethodSource("environments")
    void anAnnotatedServletIsGuardedByEachWayToIt(String environment) throws Exception {
        String context = "/guarded-" + environment;
        for (String way : List.of(
                "/need",
                "/late",
                "/hidden",
                "/open/x?forward=/need",
                "/open/x?include=/need",
                "/open/x?named=need",
                "/want?named=need")) {
            try (TlsConnection connection = alice()) {
                HttpAnswer answer = connection.post(context + way, BODY);
                assertThat(answer.status()).as(way + answer).isEqualTo(200);
                assertThat(answer.values())
                        .as(way)
                        .contains(
                                entry("attribute", ServerParts.ALICE),
                                entry("body", new String(BODY, StandardCharsets.UTF_8)));
                assertThat(connection.timesAsked()).as(way).isEqualTo(1);
            }
            try (TlsConnection connection = anonymous()) {
                HttpAnswer refused = connection.get(context + way);
                assertThat(refused.text()).as(way).doesNotContain("servlet=");
                assertThat(refused.status())
                        .as(way)
                        .isEqualTo(way.equals("/hidden") ? 404 : way.contains("include") ? refused.status() : 403);
            }
        }
    }

    @ParameterizedTest
    @MethodSource("environments")
    void wantedACertificateIsAskedForAndNoneIsLetPass(String environment) throws Exception {
        String want = "/guarded-" + environment + "/want";
        try (TlsConnection connection = anonymous()) {
            assertThat(connection.get(want).values()).contains(entry("servlet", "want"), entry("attribute", ""));
            assertThat(connection.timesAsked()).isEqualTo(1);
        }
        try (TlsConnection connection = alice()) {
            assertThat(connection.get(want).values()).contains(entry("attribute", ServerParts.ALICE));
        }
        try (TlsConnection connection = with(ServerParts.stranger())) {
            assertThat(connection.get(want).status()).isEqualTo(403);
        }
    }

    // What nothing would enforce, and beans.

    @ParameterizedTest
    @MethodSource("environments")
    void anAnnotationThatNothingWouldEnforceStopsTheApplication(String environment) {
        for (Class<?> misplaced : List.of(
                OnFilter.class,
                OnServletMethod.class,
                OnPlainClass.class,
                OnPlainMethod.class,
                OnUnregisteredServlet.class,
                WithStatusOfASuccess.class)) {
            assertDoesNotStart(
                    GuardedWar.of(
                            dir,
                            "misplaced-" + environment + "-"
                                    + misplaced.getSimpleName().toLowerCase(Locale.ROOT) + ".war",
                            misplaced),
                    environment,
                    misplaced);
        }
    }

    /** Of ee9, the last that has it: Jetty makes one for each thread, and its holder none. */
    @Test
    void aServletThatIsOneForEachThreadIsGuarded() throws Exception {
        Path classes =
                Compiled.in(dir.resolve("one-thread"), "one.OneThread", """
                package one;

                @jakarta.servlet.annotation.WebServlet("/one")
                @dev.latchkey.RequireClientCertificate
                public class OneThread extends dev.latchkey.it.home.guarded.WhoServlet
                        implements jakarta.servlet.SingleThreadModel {}
                """, "jakarta.servlet.SingleThreadModel", """
                package jakarta.servlet;

                public interface SingleThreadModel {}
                """);
        WebArchive war = ShrinkWrap.create(WebArchive.class, "one-thread.war")
                .addClass(WhoServlet.class)
                .addAsWebInfResource(classes.resolve("one/OneThread.class").toFile(), "classes/one/OneThread.class");
        server.deploy("one-thread", GuardedWar.write(war, dir), "ee9");
        try (TlsConnection connection = anonymous()) {
            HttpAnswer refused = connection.get("/one-thread/one");
            assertThat(refused.status()).as(refused.toString()).isEqualTo(403);
            assertThat(refused.text()).doesNotContain("servlet=");
        }
        try (TlsConnection connection = alice()) {
            assertThat(connection.get("/one-thread/one").values()).contains(entry("attribute", ServerParts.ALICE));
        }
    }

    /** Whose servlet no holder of Jetty's has. */
    @ParameterizedTest
    @MethodSource("environments")
    void aPageThatExtendsAnAnnotatedClassIsGuarded(String environment) throws Exception {
        String name = "pages-" + environment;
        WebArchive pages = ShrinkWrap.create(WebArchive.class, name + ".war")
                .addPackage(GuardedPage.class.getPackage())
                .addAsWebResource(
                        new StringAsset("<%@ page extends=\"" + GuardedPage.class.getName() + "\" %>the secret"),
                        "page.jsp")
                .addAsWebResource(new StringAsset("<%= 6 * 7 %>"), "open.jsp");
        server.deploy(name, GuardedWar.write(pages, dir), environment);
        try (TlsConnection connection = anonymous()) {
            HttpAnswer refused = connection.get("/" + name + "/page.jsp");
            assertThat(refused.status()).as(refused.toString()).isEqualTo(403);
            assertThat(refused.text()).doesNotContain("the secret");
            assertThat(connection.get("/" + name + "/open.jsp").text()).isEqualTo("42");
        }
        try (TlsConnection connection = alice()) {
            assertThat(connection.get("/" + name + "/page.jsp").text()).isEqualTo("the secret");
        }
        server.undeploy(name);
    }

    @ParameterizedTest
    @ValueSource(classes = {OnStaticBeanMethod.class, OnEndPoint.class})
    void anAnnotationOnWhatIsNotInterceptedStopsAnApplicationWithCdi(Class<?> misplaced) {
        String name = "cdi-" + misplaced.getSimpleName().toLowerCase(Locale.ROOT) + ".war";
        assertDoesNotStart(GuardedWar.write(CdiWar.withWeld5(name).addClass(misplaced), dir), "ee10", misplaced);
    }

    @Test
    void beansAreGuardedByClassAndByMethod() throws Exception {
        WebArchive beans = CdiWar.withWeld5("beans.war").addPackage(GuardedBean.class.getPackage());
        // Weld does not look for beans here without a beans.xml: they would not be guarded.
        assertDoesNotStart(GuardedWar.write(beans, dir), "ee10", GuardedBean.class);
        server.undeploy("beans");
        Path war = GuardedWar.write(beans.addAsWebInfResource(EmptyAsset.INSTANCE, "beans.xml"), dir);
        server.deploy("beans", war, "ee10");
        for (String guarded : List.of("whole", "inherited", "needed", "hidden", "wanted")) {
            try (TlsConnection connection = alice()) {
                assertThat(connection.get("/beans/call/open").values())
                        .contains(entry("said", "open"), entry("certificate", "false"));
                assertThat(connection.post("/beans/call/" + guarded, BODY).values())
                        .contains(
                                entry("said", guarded),
                                entry("certificate", "true"),
                                entry("body", String.valueOf(BODY.length)));
                assertThat(connection.timesAsked()).isEqualTo(1);
            }
        }
        int position = server.log().position();
        try (TlsConnection connection = anonymous()) {
            assertThat(connection.get("/beans/call/whole").status()).isEqualTo(403);
            assertThat(connection.get("/beans/call/inherited").status()).isEqualTo(403);
            assertThat(connection.get("/beans/call/needed").status()).isEqualTo(401);
            HttpAnswer hidden = connection.get("/beans/call/hidden");
            assertThat(hidden.status()).isEqualTo(404);
            assertThat(hidden.text()).doesNotContain("said=");
            assertThat(connection.get("/beans/call/wanted").values())
                    .contains(entry("said", "wanted"), entry("certificate", "false"));
        }
        assertThat(LogProblems.in(server.log().from(position))).isEmpty();
    }
}
