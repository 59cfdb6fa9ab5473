package dev.latchkey.impersonation.web;

import static org.assertj.core.api.Assertions.assertThat;

import dev.latchkey.impersonation.Identities;
import dev.latchkey.testkit.TestPrograms;
import java.net.http.HttpResponse;
import org.eclipse.jetty.ee9.security.authentication.FormAuthenticator;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * A caller may have chosen its name: it makes it no account but that of the very name, and none of the system's own. By
 * FORM login, as BASIC takes no colon; needs root.
 */
@Timeout(60)
class NamesOfCallersTest {
    @BeforeAll
    static void root() {
        TestPrograms.requireRoot("requests as accounts of Linux");
    }

    @AfterEach
    void nothingIsHeld() {
        assertThat(Identities.flow().statistics().held()).isZero();
    }

    private static HttpResponse<String> as(String name, String mode, String accounts) throws Exception {
        try (AccountServer server = new AccountServer(new FormAuthenticator("/who/login", null, false), name)
                .with("requests", mode)
                .with("accounts", accounts)
                .start()) {
            server.get("/user/x");
            server.logIn(name);
            return server.get("/user/x");
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "#1:0:42",
                "#21001:21001",
                "#5",
                "#",
                "*",
                "root",
                "daemon",
                "nobody",
                "ROOT",
                "no-such-account",
                "a:b",
                "-1",
                "21001",
                "0"
            })
    void aNameIsLookedUpAndNothingElse(String name) throws Exception {
        for (String mode : new String[] {"principal", "required"}) {
            HttpResponse<String> answer = as(name, mode, "*=*");
            assertThat(answer.statusCode()).as(mode).isEqualTo(403);
            assertThat(answer.body()).doesNotContain("uid ");
        }
    }

    @ParameterizedTest
    @CsvSource({
        "daemon, daemon=daemon, uid 1 groups 1",
        "alice, alice=#21001:21001:42, uid 21001 groups 42 21001",
        "carol, *=#21003:21003, uid 21003 groups 21003",
        "#21001:0, *=#21003:21003, uid 21003 groups 21003"
    })
    void theAdministratorsOwnLineCounts(String name, String accounts, String who) throws Exception {
        assertThat(as(name, "required", accounts).body()).isEqualTo(who);
    }

    @ParameterizedTest
    @ValueSource(strings = {"carol=root", "*=root"})
    void butForRootWhoIsNobodys(String accounts) throws Exception {
        assertThat(as("carol", "principal", accounts).statusCode()).isEqualTo(403);
    }
}
