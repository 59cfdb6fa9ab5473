package dev.latchkey.impersonation.windows;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.latchkey.impersonation.IdentityPart;
import java.util.Objects;
import org.junit.jupiter.api.Test;

/** The contract against the fake, and what only a fake can be made to do. */
class FakeAccessTokenTest extends AccessTokenContract {
    private final FakeWindows windows = new FakeWindows();

    @Override
    TokenWorld world() {
        return windows;
    }

    /** Windows reports success when the process may not impersonate that user (R40). */
    @Test
    void aLevelThatWasLoweredSilentlyIsFoundOut() {
        WindowsIdentityProvider provider = new WindowsIdentityProvider(() -> windows);
        provider.start();
        long token = windows.open(0, ImpersonationLevel.DELEGATION);
        windows.setThreadToken(token);
        IdentityPart part = Objects.requireNonNull(provider.capture());
        windows.revertToSelf();
        windows.lowerLevelSilently();
        provider.apply(part);
        assertThatThrownBy(() -> provider.verify(part)).hasMessageContaining("lowered the level");
        provider.revert(null);
        part.release();
        windows.close(token);
    }

    @Test
    void aPartOfAnotherProviderIsRefused() {
        WindowsIdentityProvider provider = new WindowsIdentityProvider(() -> windows);
        provider.start();
        IdentityPart foreign = new IdentityPart() {
            @Override
            public String provider() {
                return "other";
            }

            @Override
            public Object key() {
                return "other";
            }
        };
        assertThatThrownBy(() -> provider.apply(foreign)).isInstanceOf(IllegalArgumentException.class);
        provider.verify(null);
    }

    @Test
    void logOnGivesAnIdentityOrATypedError() {
        TokenPart part = WindowsIdentities.logOn(() -> windows, "svc", ".", "right".toCharArray(), LogonType.SERVICE);
        assertThat(part.key().user()).isEqualTo("S-1-5-21-svc");
        assertThat(part.key().level()).isEqualTo(ImpersonationLevel.IMPERSONATION);
        part.release();
        assertThatThrownBy(() ->
                        WindowsIdentities.logOn(() -> windows, "svc", ".", "s3cret".toCharArray(), LogonType.SERVICE))
                .isInstanceOfSatisfying(
                        WindowsTokenException.class, e -> assertThat(e.error()).isEqualTo(WindowsError.LOGON_FAILURE))
                .hasMessageNotContaining("s3cret");
    }
}
