package dev.latchkey.impersonation.windows;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.latchkey.impersonation.Identity;
import dev.latchkey.impersonation.IdentityFlow;
import dev.latchkey.impersonation.http.NegotiateException;
import dev.latchkey.impersonation.http.NegotiateFailure;
import dev.latchkey.impersonation.http.Negotiation;
import java.net.URI;
import java.util.Objects;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/**
 * The way to SSPI on a machine of no domain: the calls are made as the user, and what comes of it is a typed refusal or a
 * token of Negotiate; no proof of anybody, which takes a domain.
 */
@Tag("windows")
class RealSspiTest {
    private static final URI SERVER = URI.create("https://files.latchkey.test");

    private final RealWindows windows = new RealWindows();
    private final Negotiation negotiation =
            Negotiation.builder().allow("https://files.latchkey.test").build();

    @Test
    void aTokenIsAskedForAsTheUserAndTheThreadIsCleanAfterwards() throws Exception {
        WindowsIdentityProvider provider = new WindowsIdentityProvider();
        try (IdentityFlow flow = IdentityFlow.builder().provider(provider).build()) {
            long token = windows.open(RealWindows.NO_ADMINISTRATOR, ImpersonationLevel.IMPERSONATION);
            windows.calls().setThreadToken(token);
            Identity user = flow.of(Objects.requireNonNull(provider.capture()));
            windows.calls().revertToSelf();
            windows.calls().close(token);
            try (user) {
                assertThat(WindowsIdentities.hasToken(user)).isTrue();
                String came = ask(user);
                System.out.println("SSPI without a domain: " + came);
                assertThat(windows.calls().openThreadToken()).isEqualTo(TokenCalls.NONE);
            }
            assertThat(flow.statistics().held()).isZero();
        }
    }

    private String ask(Identity user) {
        try (var made = Objects.requireNonNull(negotiation.token(user, SERVER))) {
            assertThat(made.authorization()).startsWith("Negotiate ");
            assertThatThrownBy(() -> made.verify(200, java.util.List.of("Negotiate AQID")))
                    .isInstanceOf(NegotiateException.class);
            return "a token";
        } catch (NegotiateException e) {
            assertThat(e.failure()).isIn(NegotiateFailure.REFUSED, NegotiateFailure.NO_CREDENTIAL);
            assertThat(e).hasMessageContaining("0x8009");
            return e.getMessage();
        }
    }
}
