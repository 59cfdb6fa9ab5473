package dev.latchkey.impersonation.windows;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Objects;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** The contract on Windows, and what Windows lets whom do. */
@Tag("windows")
class RealAccessTokenTest extends AccessTokenContract {
    private static final int ACCESS_DENIED = 5;

    private final RealWindows windows = new RealWindows();

    @Override
    TokenWorld world() {
        return windows;
    }

    @Test
    void theProviderIsUsableHere() {
        assertThat(new WindowsIdentityProvider().unavailable()).isNull();
    }

    @Test
    void theProcessIsLetInTheUserIsNotAndTheProcessIsAgain() throws Exception {
        WindowsIdentityProvider provider = new WindowsIdentityProvider();
        provider.start();
        try (AutoCloseable event = windows.eventForAdministrators("latchkey-contract")) {
            assertThat(windows.openEvent("latchkey-contract")).isZero();
            long token = windows.open(RealWindows.NO_ADMINISTRATOR, ImpersonationLevel.IMPERSONATION);
            windows.calls().setThreadToken(token);
            TokenPart part = (TokenPart) Objects.requireNonNull(provider.capture());
            windows.calls().revertToSelf();
            windows.calls().close(token);
            provider.apply(part);
            assertThat(windows.openEvent("latchkey-contract")).isEqualTo(ACCESS_DENIED);
            provider.revert(null);
            assertThat(windows.openEvent("latchkey-contract")).isZero();
            part.release();
        }
    }
}
