package dev.latchkey.impersonation.web;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.latchkey.impersonation.Identities;
import dev.latchkey.testkit.TestPrograms;
import jakarta.servlet.AsyncContext;
import jakarta.servlet.DispatcherType;
import jakarta.servlet.Filter;
import jakarta.servlet.FilterChain;
import jakarta.servlet.ServletException;
import jakarta.servlet.ServletRequest;
import jakarta.servlet.ServletResponse;
import jakarta.servlet.http.HttpServlet;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletRequestWrapper;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.security.Principal;
import java.util.ArrayList;
import java.util.Base64;
import java.util.EnumSet;
import org.eclipse.jetty.ee9.security.authentication.BasicAuthenticator;
import org.eclipse.jetty.ee9.servlet.ErrorPageErrorHandler;
import org.eclipse.jetty.ee9.servlet.FilterHolder;
import org.eclipse.jetty.ee9.servlet.FilterMapping;
import org.eclipse.jetty.ee9.servlet.ServletHolder;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import waffle.servlet.NegotiateRequestWrapper;
import waffle.servlet.WindowsPrincipal;

/**
 * Whoever is authenticated behind our first filter, by a filter that wraps the request (as Spring Security's, Shiro's,
 * Keycloak's and WAFFLE's do) or by {@code request.login}: the request runs as that caller or is refused, and never as
 * the server. Needs root.
 */
@Timeout(60)
class LaterCallersTest {
    private static final String ALICE = "uid 21001 groups 21001";
    private static final String BOB = "uid 21002 groups 21002";

    @BeforeAll
    static void root() {
        TestPrograms.requireRoot("requests as accounts of Linux");
    }

    @AfterEach
    void nothingIsHeld() {
        await().untilAsserted(
                        () -> assertThat(Identities.flow().statistics().held()).isZero());
    }

    private static AccountServer server(String mode, String place) throws Exception {
        return new AccountServer(new BasicAuthenticator(), "alice", "bob", "carol")
                .with("requests", mode)
                .with("filter", place)
                .with("accounts", "alice=#21001:21001,bob=#21002:21002,root=root")
                .with(context -> {
                    context.addFilter(
                            new FilterHolder(new AuthenticatingFilter()), "/*", EnumSet.of(DispatcherType.REQUEST));
                    ServletHolder ways = new ServletHolder(new WaysServlet());
                    ways.setAsyncSupported(true);
                    context.addServlet(ways, "/way/*");
                    context.addServlet(ways, "/user/way/*");
                    ErrorPageErrorHandler errors = new ErrorPageErrorHandler();
                    errors.addErrorPage(410, "/who/error");
                    context.setErrorHandler(errors);
                })
                .start();
    }

    @ParameterizedTest
    @CsvSource({"principal, first", "principal, last", "required, last"})
    void aFiltersCallerIsTheRequestsInAllItsDispatches(String mode, String place) throws Exception {
        try (AccountServer server = server(mode, place)) {
            for (String way : new String[] {"now", "start", "dispatch", "forward", "error"}) {
                assertThat(server.get("/way/" + way, "X-User", "alice").body())
                        .as(way)
                        .isEqualTo(ALICE);
                assertThat(server.get("/way/" + way, "X-User", "bob").body())
                        .as(way)
                        .isEqualTo(BOB);
            }
        }
    }

    /** Such filters come after all that are mapped to paths. */
    @ParameterizedTest
    @CsvSource({"principal, first", "principal, last", "required, last"})
    void aFilterThatIsMappedToAServletsNameIsNoneTheLess(String mode, String place) throws Exception {
        AccountServer server = new AccountServer(new BasicAuthenticator(), "alice")
                .with("requests", mode)
                .with("filter", place)
                .with("accounts", "alice=#21001:21001")
                .with(context -> {
                    ServletHolder ways = new ServletHolder("ways", new WaysServlet());
                    context.addServlet(ways, "/way/*");
                    FilterHolder filter = new FilterHolder(new AuthenticatingFilter());
                    FilterMapping mapping = new FilterMapping();
                    mapping.setFilterName(filter.getName());
                    mapping.setServletName("ways");
                    context.getServletHandler().addFilter(filter, mapping);
                });
        try (server) {
            server.start();
            assertThat(server.get("/way/now", "X-User", "alice").body()).isEqualTo(ALICE);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"first", "last"})
    void oneThatHasNoIdentityIsRefusedWhereOneIsRequired(String place) throws Exception {
        try (AccountServer server = server("required", place)) {
            assertThat(server.get("/way/now", "X-User", "carol").statusCode()).isEqualTo(403);
            assertThat(server.get("/way/now").statusCode()).isEqualTo(403);
        }
    }

    @Test
    void oneWhoMayNotBeCarriedIsRefusedInEitherMode() throws Exception {
        try (AccountServer server = server("principal", "first")) {
            assertThat(server.get("/way/now", "X-User", "root").statusCode()).isEqualTo(403);
        }
    }

    @Test
    void aSecondCallerTakesThePlaceOfTheContainersAndNeverTheServers() throws Exception {
        try (AccountServer server = server("principal", "first")) {
            assertThat(server.getAs("alice", "/user/x").body()).isEqualTo(ALICE);
            assertThat(server.get("/user/x", "Authorization", basic("alice"), "X-User", "bob")
                            .body())
                    .isEqualTo(BOB);
            assertThat(server.get("/user/x", "Authorization", basic("alice"), "X-User", "carol")
                            .statusCode())
                    .as("one without an identity, after one with")
                    .isEqualTo(403);
            assertThat(server.get("/user/x", "Authorization", basic("alice"), "X-User", "alice")
                            .body())
                    .as("the same by another name's class")
                    .isEqualTo(ALICE);
        }
    }

    private static String basic(String user) {
        return "Basic " + Base64.getEncoder().encodeToString((user + ":password").getBytes(StandardCharsets.US_ASCII));
    }

    @ParameterizedTest
    @ValueSource(strings = {"first", "last"})
    void afterALoginTheRestIsTheCallers(String place) throws Exception {
        try (AccountServer server = server("principal", place)) {
            assertThat(server.get("/way/login?user=alice").body()).isEqualTo("uid 0 groups, then " + ALICE);
            assertThat(server.get("/way/login-start?user=bob").body()).isEqualTo(BOB);
            assertThat(server.get("/way/login?user=carol").body())
                    .as("who has no identity is served as before")
                    .isEqualTo("uid 0 groups, then uid 0 groups");
            assertThat(server.get("/who/").body()).as("the thread afterwards").isEqualTo("uid 0 groups");
        }
    }

    @Test
    void aLoginThatComesTooLateIsNone() throws Exception {
        try (AccountServer server = server("principal", "first")) {
            assertThat(server.get("/way/start-login?user=alice").body()).isEqualTo("Nobody is logged in, null");
        }
    }

    /** Whose token cannot be used here. */
    @Test
    @DisabledOnOs(OS.WINDOWS)
    void aCallerOfWafflesFilterIsNotServedAsTheServer() throws Exception {
        for (String mode : new String[] {"principal", "required"}) {
            try (AccountServer server = server(mode, "last")) {
                assertThat(server.get("/way/now", "X-Waffle", "alice"))
                        .satisfies(answer -> assertThat(answer.statusCode()).isEqualTo(500))
                        .satisfies(answer -> assertThat(answer.body()).contains("access tokens need Windows"));
            }
        }
        try (AccountServer server = server("principal", "first")) {
            assertThat(server.get("/way/now", "X-Waffle", "alice").statusCode()).isEqualTo(500);
        }
    }

    @Test
    void anUnknownPlaceStopsTheStart() {
        assertThatThrownBy(() -> server("principal", "middle").close())
                .hasStackTraceContaining("takes first or last, not middle");
    }

    /** As the frameworks': it authenticates, and wraps the request. */
    private static final class AuthenticatingFilter implements Filter {
        @Override
        public void doFilter(ServletRequest request, ServletResponse response, FilterChain chain)
                throws IOException, ServletException {
            String user = ((HttpServletRequest) request).getHeader("X-User");
            if (((HttpServletRequest) request).getHeader("X-Waffle") != null) {
                // What its filter does once the token is there.
                WindowsPrincipal principal = WafflePrincipalsTest.windowsPrincipal(new ArrayList<>());
                chain.doFilter(new NegotiateRequestWrapper((HttpServletRequest) request, principal), response);
                return;
            }
            chain.doFilter(
                    user == null
                            ? request
                            : new HttpServletRequestWrapper((HttpServletRequest) request) {
                                @Override
                                public Principal getUserPrincipal() {
                                    return new Named(user);
                                }
                            },
                    response);
        }
    }

    private record Named(String name) implements Principal {
        @Override
        public String getName() {
            return name;
        }
    }

    private static final class WaysServlet extends HttpServlet {
        private static final long serialVersionUID = 1L;

        @Override
        protected void doGet(HttpServletRequest request, HttpServletResponse response)
                throws IOException, ServletException {
            switch (request.getPathInfo().replaceFirst(".*/", "")) {
                case "start" -> start(request);
                case "dispatch" -> request.startAsync().dispatch("/who/");
                case "forward" -> request.getRequestDispatcher("/who/").forward(request, response);
                case "error" -> response.sendError(410);
                case "login" -> {
                    String before = AccountServer.who();
                    request.login(request.getParameter("user"), "password");
                    response.getWriter().print(before + ", then " + AccountServer.who());
                }
                case "login-start" -> {
                    request.login(request.getParameter("user"), "password");
                    start(request);
                }
                case "start-login" -> {
                    AsyncContext async = request.startAsync();
                    try {
                        request.login(request.getParameter("user"), "password");
                    } catch (ServletException e) {
                        async.getResponse()
                                .getWriter()
                                .print(e.getMessage().replaceFirst(":.*", "") + ", " + request.getUserPrincipal());
                    }
                    async.complete();
                }
                default -> response.getWriter().print(AccountServer.who());
            }
        }

        private static void start(HttpServletRequest request) {
            AsyncContext async = request.startAsync();
            async.start(() -> {
                try {
                    async.getResponse().getWriter().print(AccountServer.who());
                } catch (IOException e) {
                    throw new java.io.UncheckedIOException(e);
                } finally {
                    async.complete();
                }
            });
        }
    }
}
