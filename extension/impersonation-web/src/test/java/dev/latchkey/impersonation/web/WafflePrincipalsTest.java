package dev.latchkey.impersonation.web;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.latchkey.impersonation.IdentityFlow;
import jakarta.servlet.http.HttpServletRequest;
import java.lang.reflect.Proxy;
import java.security.Principal;
import java.util.ArrayList;
import java.util.List;
import javax.security.auth.x500.X500Principal;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;
import waffle.servlet.WindowsPrincipal;
import waffle.windows.auth.IWindowsAccount;
import waffle.windows.auth.IWindowsIdentity;

/**
 * Whose principals are taken for access tokens. What a token of WAFFLE's then does is tested on Windows, by
 * {@code RealWaffleTest} of the room below.
 */
class WafflePrincipalsTest {
    private final IdentityFlow flow = IdentityFlow.builder().build();
    private final List<String> asked = new ArrayList<>();
    private final WafflePrincipals principals = new WafflePrincipals();

    @AfterEach
    void close() {
        assertThat(flow.statistics().held()).isZero();
        flow.close();
    }

    private static HttpServletRequest request(@Nullable Principal principal) {
        return (HttpServletRequest) Proxy.newProxyInstance(
                WafflePrincipalsTest.class.getClassLoader(),
                new Class<?>[] {HttpServletRequest.class},
                (proxy, method, arguments) -> {
                    assertThat(method.getName()).isEqualTo("getUserPrincipal");
                    return principal;
                });
    }

    private WindowsPrincipal windowsPrincipal() {
        WindowsPrincipal principal = windowsPrincipal(asked);
        asked.clear();
        return principal;
    }

    /** {@return a principal of WAFFLE's, whose token notes what it is asked and cannot be used} */
    static WindowsPrincipal windowsPrincipal(List<String> asked) {
        IWindowsIdentity identity = (IWindowsIdentity) Proxy.newProxyInstance(
                WafflePrincipalsTest.class.getClassLoader(),
                new Class<?>[] {IWindowsIdentity.class},
                (proxy, method, arguments) -> {
                    asked.add(method.getName());
                    return switch (method.getName()) {
                        case "getGroups" -> new IWindowsAccount[0];
                        case "getSid" -> new byte[0];
                        case "isGuest" -> false;
                        default -> "S-1-5-21-1";
                    };
                });
        return new WindowsPrincipal(identity);
    }

    @Test
    void nobodyAndOthersAreLeftToTheOtherSources() {
        assertThat(principals.of(request(null), flow)).isNull();
        assertThat(principals.of(request(new X500Principal("CN=alice")), flow)).isNull();
        assertThat(asked).isEmpty();
    }

    /** Not as nobody, and not as the process: a caller who has a token that cannot be used is not served. */
    @Test
    @DisabledOnOs(OS.WINDOWS)
    void aTokenThatCannotBeUsedHereIsAnError() {
        WindowsPrincipal principal = windowsPrincipal();
        assertThatThrownBy(() -> principals.of(request(principal), flow))
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("access tokens need Windows");
        assertThat(asked).doesNotContain("impersonate", "dispose");
    }
}
