package dev.latchkey.impersonation.windows;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.latchkey.impersonation.IdentityPart;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * What holds of access tokens on threads: run against {@link FakeWindows} on any system, and against Windows itself.
 *
 * <p>After each test the thread is clean, and every handle of a token is closed.
 */
abstract class AccessTokenContract {
    private TokenWorld world;
    private TokenCalls calls;
    private WindowsIdentityProvider provider;
    private int openBefore;

    abstract TokenWorld world();

    @BeforeEach
    void start() {
        world = world();
        calls = world.calls();
        provider = new WindowsIdentityProvider(() -> calls);
        provider.start();
        openBefore = world.openTokens();
    }

    @AfterEach
    void theThreadIsCleanAndNoHandleIsLeft() {
        assertThat(calls.openThreadToken()).as("the thread's token").isEqualTo(TokenCalls.NONE);
        assertThat(world.openTokens()).as("open tokens").isEqualTo(openBefore);
    }

    /** A part of this user, captured from a thread that carried a token which is closed by now. */
    private TokenPart capture(int user) {
        return capture(user, ImpersonationLevel.IMPERSONATION);
    }

    private TokenPart capture(int user, ImpersonationLevel level) {
        return Objects.requireNonNull(asUser(world, user, level, () -> (TokenPart) provider.capture()));
    }

    /** Runs work on a thread that carries a token, as a login would leave it; the token is closed afterwards. */
    static <T extends @Nullable Object> T asUser(
            TokenWorld world, int user, ImpersonationLevel level, Supplier<T> work) {
        long token = world.open(user, level);
        try {
            world.calls().setThreadToken(token);
            return work.get();
        } finally {
            world.calls().revertToSelf();
            world.calls().close(token);
        }
    }

    private TokenKey carried() {
        long token = calls.openThreadToken();
        try {
            return calls.key(token);
        } finally {
            calls.close(token);
        }
    }

    @Test
    void aCleanThreadCarriesNothing() {
        assertThat(provider.capture()).isNull();
        provider.verify(null);
    }

    @Test
    void aCaptureOutlivesTheTokenItCameFrom() {
        TokenPart part = capture(0);
        provider.apply(part);
        provider.verify(part);
        assertThat(carried()).isEqualTo(part.key());
        provider.revert(null);
        provider.verify(null);
        part.release();
    }

    @Test
    void theThreadKeepsItsTokenWhenThePartIsReleased() {
        TokenPart part = capture(0);
        provider.apply(part);
        part.release();
        assertThat(carried()).isEqualTo(part.key());
        provider.revert(null);
    }

    @Test
    void equalCapturesHaveEqualKeysAndOthersHaveOthers() {
        TokenPart one = capture(0);
        TokenPart same = capture(0);
        TokenPart other = capture(1);
        assertThat(one.key()).isEqualTo(same.key()).isNotEqualTo(other.key());
        assertThat(one.facts().tokenId()).isNotEqualTo(same.facts().tokenId());
        List.of(one, same, other).forEach(TokenPart::release);
    }

    @Test
    void anotherUsersTokenIsNoProof() {
        TokenPart one = capture(0);
        TokenPart other = capture(1);
        provider.apply(other);
        assertThatThrownBy(() -> provider.verify(one)).hasMessageContaining("another access token");
        assertThatThrownBy(() -> provider.verify(null)).hasMessageContaining("still carries");
        provider.revert(null);
        assertThatThrownBy(() -> provider.verify(one))
                .isInstanceOfSatisfying(
                        WindowsTokenException.class, e -> assertThat(e.error()).isEqualTo(WindowsError.NO_TOKEN));
        one.release();
        other.release();
    }

    @Test
    void aDuplicateOfTheSameTokenIsProof() {
        TokenPart one = capture(0);
        TokenPart same = capture(0);
        provider.apply(same);
        provider.verify(one);
        provider.revert(null);
        one.release();
        same.release();
    }

    @Test
    void otherThreadsStayClean() {
        TokenPart part = capture(0);
        provider.apply(part);
        assertThat(onAnotherThread(provider::capture)).isNull();
        provider.verify(part);
        provider.revert(null);
        part.release();
    }

    @Test
    void anOuterIdentityIsRestored() {
        TokenPart outer = capture(0);
        TokenPart inner = capture(1);
        provider.apply(outer);
        IdentityPart before = provider.capture();
        provider.apply(inner);
        provider.verify(inner);
        provider.revert(before);
        provider.verify(outer);
        provider.revert(null);
        Objects.requireNonNull(before).release();
        outer.release();
        inner.release();
    }

    @Test
    void aClosedHandleIsRefusedAndTheThreadStaysClean() {
        TokenPart part = capture(0);
        calls.close(part.handle());
        assertThatThrownBy(() -> provider.apply(part))
                .isInstanceOfSatisfying(
                        WindowsTokenException.class, e -> assertThat(e.error()).isEqualTo(WindowsError.INVALID_HANDLE));
        provider.verify(null);
    }

    @Test
    void aReleasedPartIsRefusedWithoutAskingWindows() {
        TokenPart part = capture(0);
        part.release();
        part.release();
        assertThatThrownBy(() -> provider.apply(part)).hasMessageContaining("released");
    }

    @Test
    void identificationIsRefusedWhenItIsApplied() {
        TokenPart part = capture(0, ImpersonationLevel.IDENTIFICATION);
        assertThatThrownBy(() -> provider.apply(part))
                .isInstanceOfSatisfying(WindowsTokenException.class, e -> assertThat(e.error())
                        .isEqualTo(WindowsError.BAD_IMPERSONATION_LEVEL));
        provider.verify(null);
        part.release();
    }

    @Test
    void identificationIsPutAwayAndBroughtBack() {
        long token = world.open(0, ImpersonationLevel.IDENTIFICATION);
        calls.setThreadToken(token);
        IdentityPart before = provider.capture();
        provider.apply(null);
        provider.verify(null);
        provider.revert(before);
        provider.verify(before);
        calls.revertToSelf();
        calls.close(token);
        Objects.requireNonNull(before).release();
    }

    @Test
    void aThreadThatMayOnlyIdentifyIsNoProof() {
        TokenPart part = capture(0);
        long token = world.open(0, ImpersonationLevel.IDENTIFICATION);
        calls.setThreadToken(token);
        assertThatThrownBy(() -> provider.verify(part))
                .isInstanceOfSatisfying(WindowsTokenException.class, e -> assertThat(e.error())
                        .isEqualTo(WindowsError.BAD_IMPERSONATION_LEVEL));
        calls.revertToSelf();
        calls.close(token);
        part.release();
    }

    @Test
    void theProcessesOwnTokenServesForTheRehearsal() {
        IdentityPart part = provider.rehearsal();
        provider.apply(part);
        provider.verify(part);
        provider.revert(null);
        provider.verify(null);
        part.release();
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void whicheverCallFailsNoHandleIsLostAndNoSuccessIsReported(boolean afterEffect) {
        long token = world.open(0, ImpersonationLevel.IMPERSONATION);
        AtomicInteger left = new AtomicInteger(Integer.MAX_VALUE);
        FailingCalls failing = new FailingCalls(calls, afterEffect, () -> left.getAndDecrement() == 0);
        WindowsIdentityProvider provider = new WindowsIdentityProvider(() -> failing);
        provider.start();
        left.set(Integer.MAX_VALUE);
        life(provider, token);
        int callsOfALife = Integer.MAX_VALUE - left.get();
        assertThat(callsOfALife).isGreaterThan(10);
        for (int failed = 0; failed < callsOfALife; failed++) {
            left.set(failed);
            List<String> done = new ArrayList<>();
            assertThatThrownBy(() -> life(provider, token, done))
                    .as("call %d of a life", failed)
                    .isInstanceOf(WindowsTokenException.class);
            assertThat(done).as("after failure of call %d", failed).doesNotContain("end");
            assertThat(calls.openThreadToken()).as("after call %d", failed).isEqualTo(TokenCalls.NONE);
            assertThat(world.openTokens()).as("after call %d", failed).isEqualTo(openBefore + 1);
        }
        calls.close(token);
    }

    private void life(WindowsIdentityProvider provider, long token) {
        life(provider, token, new ArrayList<>());
    }

    /** Capture, apply, verify, revert, verify, release; cleans up by the calls that never fail. */
    private void life(WindowsIdentityProvider provider, long token, List<String> done) {
        IdentityPart part = null;
        try {
            calls.setThreadToken(token);
            part = Objects.requireNonNull(provider.capture());
            calls.revertToSelf();
            provider.apply(part);
            provider.verify(part);
            provider.revert(null);
            provider.verify(null);
            IdentityPart released = part;
            part = null;
            released.release();
            done.add("end");
        } finally {
            calls.revertToSelf();
            if (part != null) {
                part.release();
            }
        }
    }

    private static <T> T onAnotherThread(Supplier<T> work) {
        return CompletableFuture.supplyAsync(work, task -> new Thread(task).start())
                .join();
    }
}
