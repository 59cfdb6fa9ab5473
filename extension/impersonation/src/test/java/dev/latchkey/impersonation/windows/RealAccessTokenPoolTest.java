package dev.latchkey.impersonation.windows;

import static org.assertj.core.api.Assertions.assertThat;

import dev.latchkey.impersonation.Identity;
import dev.latchkey.impersonation.ImpersonatingExecutorService;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** The contract of pools on Windows, and what Windows lets workers do. */
@Tag("windows")
class RealAccessTokenPoolTest extends AccessTokenPoolContract {
    private static final int ACCESS_DENIED = 5;

    private final RealWindows windows = new RealWindows();

    @Override
    TokenWorld world() {
        return windows;
    }

    @Test
    void aWorkerIsRefusedWhatItsCallerMayNotOpenAndIsLetInAfterwards() throws Exception {
        String name = "latchkey-pool";
        try (AutoCloseable event = windows.eventForAdministrators(name);
                Identity user = identityOf(RealWindows.NO_ADMINISTRATOR)) {
            for (int i = 0; i < 10 * WORKERS; i++) {
                assertThat(pool().submit(() -> user.call(() -> windows.openEvent(name)))
                                .get())
                        .isEqualTo(ACCESS_DENIED);
                assertThat(pool().submit(() -> windows.openEvent(name)).get()).isZero();
                assertThat(pool().submit(() -> flow().none().call(() -> windows.openEvent(name)))
                                .get())
                        .isZero();
            }
        }
    }

    @Test
    void workSubmittedByTheUserIsRefusedWhatTheUserMayNotOpen() throws Exception {
        String name = "latchkey-executor";
        ImpersonatingExecutorService executor = flow().newFixedThreadPool(WORKERS, "events-");
        try (AutoCloseable event = windows.eventForAdministrators(name)) {
            Future<Integer> asUser = AccessTokenContract.asUser(
                    windows,
                    RealWindows.NO_ADMINISTRATOR,
                    ImpersonationLevel.IMPERSONATION,
                    () -> executor.submit(() -> windows.openEvent(name)));
            assertThat(asUser.get()).isEqualTo(ACCESS_DENIED);
            assertThat(executor.submit(() -> windows.openEvent(name)).get()).isZero();
        } finally {
            executor.shutdown();
        }
        assertThat(executor.awaitTermination(30, TimeUnit.SECONDS)).isTrue();
    }

    @Test
    void aTaskThatImpersonatesByItselfLeavesACleanWorker() throws Exception {
        long token = windows.open(RealWindows.NO_ADMINISTRATOR, ImpersonationLevel.IMPERSONATION);
        pool().submit(() -> flow().none().run(() -> windows.calls().setThreadToken(token)))
                .get();
        windows.calls().close(token);
        assertThat(flow().statistics().leftOpen()).isEqualTo(1);
    }
}
