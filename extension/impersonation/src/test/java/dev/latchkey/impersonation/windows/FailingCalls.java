package dev.latchkey.impersonation.windows;

import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Calls of which chosen ones fail: without any effect, or after they did what they were asked to.
 *
 * <p>A CloseHandle that fails has closed nevertheless, so that the test can still count. Any thread.
 */
final class FailingCalls implements TokenCalls {
    private final TokenCalls calls;
    private final boolean afterEffect;
    private final BooleanSupplier fails;
    private final Set<Long> closed = ConcurrentHashMap.newKeySet();

    /**
     * @param fails asked at each call
     */
    FailingCalls(TokenCalls calls, boolean afterEffect, BooleanSupplier fails) {
        this.calls = calls;
        this.afterEffect = afterEffect;
        this.fails = fails;
    }

    /**
     * Closes a handle that somebody else owns. When the owner closes it, that fails here and does not reach Windows,
     * which may have given the number to a thread of the JVM by then.
     */
    void closeBehindItsOwnersBack(long handle) {
        closed.add(handle);
        calls.close(handle);
    }

    private <T> T call(String name, boolean effectOnly, Supplier<T> call, Consumer<T> undo) {
        if (!fails.getAsBoolean()) {
            return call.get();
        }
        if (afterEffect || effectOnly) {
            undo.accept(call.get());
        }
        throw new WindowsTokenException(name, WindowsError.ACCESS_DENIED.code());
    }

    private void run(String name, boolean effectOnly, Runnable call) {
        call(
                name,
                effectOnly,
                () -> {
                    call.run();
                    return "";
                },
                done -> {});
    }

    /** A handle that a failing call has made is one that Windows never gave. */
    private void unmake(long handle) {
        if (handle != NONE) {
            calls.close(handle);
        }
    }

    @Override
    public long openThreadToken() {
        return call("OpenThreadToken", false, calls::openThreadToken, this::unmake);
    }

    @Override
    public long openProcessToken() {
        return call("OpenProcessToken", false, calls::openProcessToken, this::unmake);
    }

    @Override
    public long duplicate(long token, ImpersonationLevel level) {
        return call("DuplicateTokenEx", false, () -> calls.duplicate(token, level), this::unmake);
    }

    @Override
    public void setThreadToken(long token) {
        run("SetThreadToken", false, () -> calls.setThreadToken(token));
    }

    @Override
    public void revertToSelf() {
        run("RevertToSelf", false, calls::revertToSelf);
    }

    @Override
    public TokenFacts facts(long token) {
        return call("GetTokenInformation", false, () -> calls.facts(token), facts -> {});
    }

    @Override
    public TokenKey key(long token) {
        return call("GetTokenInformation", false, () -> calls.key(token), key -> {});
    }

    @Override
    public long logOn(String user, @Nullable String domain, char @Nullable [] password, LogonType type) {
        return call("LogonUser", false, () -> calls.logOn(user, domain, password, type), this::unmake);
    }

    @Override
    public void close(long handle) {
        if (closed.remove(handle)) {
            throw new WindowsTokenException("CloseHandle", WindowsError.INVALID_HANDLE.code());
        }
        run("CloseHandle", true, () -> calls.close(handle));
    }
}
