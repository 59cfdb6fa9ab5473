package dev.latchkey.impersonation.windows;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import waffle.windows.auth.IWindowsAccount;
import waffle.windows.auth.IWindowsIdentity;
import waffle.windows.auth.IWindowsImpersonationContext;

/** What is asked of WAFFLE's identities, and what of theirs is not believed; against the fake. */
class WaffleIdentitiesTest {
    private final FakeWindows windows = new FakeWindows();
    private final FakeWaffleIdentity identity = new FakeWaffleIdentity();

    /** As WAFFLE's own: owns a token, and a failed revert is not told. */
    private final class FakeWaffleIdentity implements IWindowsIdentity {
        private final long token = windows.open(0, ImpersonationLevel.IMPERSONATION);
        private String sid = windows.key(token).user();
        private boolean impersonates = true;
        private boolean reverts = true;

        @Override
        public IWindowsImpersonationContext impersonate() {
            if (impersonates) {
                windows.setThreadToken(token);
            }
            return () -> {
                if (reverts) {
                    windows.revertToSelf();
                }
            };
        }

        @Override
        public String getSidString() {
            return sid;
        }

        @Override
        public void dispose() {
            windows.close(token);
        }

        @Override
        public byte[] getSid() {
            throw new UnsupportedOperationException();
        }

        @Override
        public String getFqn() {
            throw new UnsupportedOperationException();
        }

        @Override
        public IWindowsAccount[] getGroups() {
            throw new UnsupportedOperationException();
        }

        @Override
        public boolean isGuest() {
            return false;
        }
    }

    @AfterEach
    void theCallersThreadIsCleanAndNoHandleIsLeft() {
        assertThat(windows.openThreadToken()).isEqualTo(TokenCalls.NONE);
        assertThat(windows.openTokens()).isZero();
    }

    @Test
    void aCaptureOutlivesWafflesIdentity() {
        TokenPart part = WaffleIdentities.capture(() -> windows, identity);
        identity.dispose();
        assertThat(part.key().user()).isEqualTo(identity.getSidString());
        windows.setThreadToken(part.handle());
        windows.revertToSelf();
        part.release();
    }

    @Test
    void whatTheCallersThreadCarriesIsNotTouched() {
        long other = windows.open(1, ImpersonationLevel.IMPERSONATION);
        windows.setThreadToken(other);
        WaffleIdentities.capture(() -> windows, identity).release();
        long carried = windows.openThreadToken();
        assertThat(windows.facts(carried)).isEqualTo(windows.facts(other));
        windows.close(carried);
        windows.revertToSelf();
        windows.close(other);
        identity.dispose();
    }

    @Test
    void aRevertThatWaffleDoesNotReportAsFailedTouchesNobody() {
        identity.reverts = false;
        WaffleIdentities.capture(() -> windows, identity).release();
        identity.dispose();
    }

    @Test
    void anIdentityThatImpersonatesNobodyIsRefused() {
        identity.impersonates = false;
        assertThatThrownBy(() -> WaffleIdentities.capture(() -> windows, identity))
                .hasMessageContaining("put no access token");
        identity.dispose();
    }

    /** As after a dispose, when Windows has given the handle's number to somebody else's token. */
    @Test
    void anIdentityThatImpersonatesAnotherUserIsRefused() {
        identity.sid = "S-1-5-21-1-2-3-500";
        assertThatThrownBy(() -> WaffleIdentities.capture(() -> windows, identity))
                .hasMessageContaining("impersonated S-1-5-21-1-2-3-1000");
        identity.dispose();
    }

    @Test
    void aDisposedIdentityIsRefusedWithTheErrorOfWindows() {
        identity.dispose();
        assertThatThrownBy(() -> WaffleIdentities.capture(() -> windows, identity))
                .isInstanceOfSatisfying(
                        WindowsTokenException.class, e -> assertThat(e.error()).isEqualTo(WindowsError.INVALID_HANDLE));
    }

    @Test
    void anInterruptedCallerGetsItsIdentityAndStaysInterrupted() {
        Thread.currentThread().interrupt();
        TokenPart part = WaffleIdentities.capture(() -> windows, identity);
        assertThat(Thread.interrupted()).isTrue();
        part.release();
        identity.dispose();
    }
}
