package dev.latchkey.impersonation.web;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.latchkey.testkit.TestPrograms;
import java.io.ByteArrayInputStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.eclipse.jetty.ee9.security.authentication.BasicAuthenticator;
import org.eclipse.jetty.ee9.security.authentication.FormAuthenticator;
import org.eclipse.jetty.ee9.servlet.ErrorPageErrorHandler;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Beside "required" one can log in: the pages for that are served to anybody, and nothing else. Needs root. */
@Timeout(60)
class LoginPagesTest {
    @BeforeAll
    static void root() {
        TestPrograms.requireRoot("requests as accounts of Linux");
    }

    @Test
    void theFormIsServedAndThenTheCaller() throws Exception {
        try (AccountServer server = new AccountServer(new FormAuthenticator("/who/login", null, false), "alice")
                .with("requests", "required")
                .with("accounts", "alice=#21001:21001")
                .with("open", "/who/login, /who/css/*")
                .start()) {
            assertThat(server.get("/user/x").headers().firstValue("Location").orElseThrow())
                    .contains("/who/login");
            assertThat(server.get("/who/login").body()).startsWith("uid 0");
            assertThat(server.get("/who/css/a").statusCode()).isEqualTo(200);
            for (String closed : List.of("/who/", "/who/login2", "/who/login/x", "/who/css", "/who/css2")) {
                assertThat(server.get(closed).statusCode()).as(closed).isEqualTo(403);
            }
            server.logIn("alice");
            assertThat(server.get("/user/x").body()).isEqualTo("uid 21001 groups 21001");
        }
    }

    @Test
    void aFormThatTheContainerForwardsToIsServedToo() throws Exception {
        try (AccountServer server = new AccountServer(new FormAuthenticator("/who/login", null, true), "alice")
                .with("requests", "required")
                .with("accounts", "alice=#21001:21001")
                .with("open", "/who/login")
                .start()) {
            assertThat(server.get("/user/x").body()).startsWith("uid 0");
        }
    }

    @Test
    void anErrorPageKeepsTheStatusAndTheQuestionForAPassword() throws Exception {
        try (AccountServer server = new AccountServer(new BasicAuthenticator(), "alice")
                .with("requests", "required")
                .with("accounts", "alice=#21001:21001")
                .with(context -> {
                    ErrorPageErrorHandler errors = new ErrorPageErrorHandler();
                    errors.addErrorPage(401, "/who/error");
                    context.setErrorHandler(errors);
                })
                .start()) {
            assertThat(server.get("/user/x").statusCode()).isEqualTo(401);
            assertThat(server.get("/user/x").headers().map()).containsKey("www-authenticate");
            assertThat(server.getAs("alice", "/user/x").body()).startsWith("uid 21001");
        }
    }

    @Test
    void theDescriptorNamesThem() throws Exception {
        String descriptor = """
                <!DOCTYPE web-app [<!ENTITY x SYSTEM "file:///etc/passwd">]>
                <web-app xmlns="https://jakarta.ee/xml/ns/jakartaee"><login-config><form-login-config>
                <form-login-page> /login.jsp?a=b </form-login-page><form-error-page>/error.jsp</form-error-page>
                </form-login-config></login-config></web-app>""";
        assertThat(OpenPaths.pages(new ByteArrayInputStream(descriptor.getBytes(StandardCharsets.UTF_8))))
                .containsExactly("/login.jsp", "/error.jsp");
    }

    @ParameterizedTest
    @ValueSource(strings = {"login", "/*", "/", "/a*", "/a/*/b"})
    void whatIsNoPathStopsTheStart(String open) {
        assertThatThrownBy(() -> new AccountServer(new BasicAuthenticator())
                        .with("requests", "required")
                        .with("open", open)
                        .start()
                        .close())
                .hasStackTraceContaining("takes /PATH and /PATH/*");
    }
}
