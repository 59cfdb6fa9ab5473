package dev.latchkey.impersonation.windows;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.sun.jna.Pointer;
import com.sun.jna.platform.win32.WinNT.HANDLE;
import dev.latchkey.impersonation.Identity;
import dev.latchkey.impersonation.IdentityFlow;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import waffle.windows.auth.IWindowsIdentity;
import waffle.windows.auth.impl.WindowsIdentityImpl;

/** WAFFLE's own identity on Windows, made from a token as its login makes it. */
@Tag("windows")
class RealWaffleTest {
    private static final int ACCESS_DENIED = 5;

    private final RealWindows windows = new RealWindows();

    private IWindowsIdentity login(int user) {
        long token = windows.open(user, ImpersonationLevel.IMPERSONATION);
        return new WindowsIdentityImpl(new HANDLE(new Pointer(token)));
    }

    @Test
    void aCallerOfWaffleIsRefusedWhatItMayNotOpenAlsoAfterItsDisposal() throws Exception {
        int openBefore = windows.openTokens();
        IWindowsIdentity login = login(RealWindows.NO_ADMINISTRATOR);
        String name = "latchkey-waffle";
        try (AutoCloseable event = windows.eventForAdministrators(name);
                IdentityFlow flow = AccessTokenPoolContract.flow(windows.calls());
                Identity identity = flow.of(WaffleIdentities.capture(login))) {
            login.dispose();
            assertThat(windows.openEvent(name)).isZero();
            assertThat(identity.<Integer>call(() -> windows.openEvent(name))).isEqualTo(ACCESS_DENIED);
            assertThat(windows.openEvent(name)).isZero();
        }
        assertThat(windows.openTokens()).isEqualTo(openBefore);
    }

    @Test
    void aDisposedIdentityIsRefused() {
        IWindowsIdentity login = login(RealWindows.NO_ADMINISTRATOR);
        assertThat(login.getSidString()).startsWith("S-1-5-");
        login.dispose();
        assertThatThrownBy(() -> WaffleIdentities.capture(login)).isInstanceOf(IllegalStateException.class);
    }
}
