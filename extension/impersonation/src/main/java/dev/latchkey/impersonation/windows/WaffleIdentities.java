package dev.latchkey.impersonation.windows;

import dev.latchkey.impersonation.IdentityPart;
import java.util.Objects;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import waffle.windows.auth.IWindowsIdentity;
import waffle.windows.auth.IWindowsImpersonationContext;

/**
 * Makes identities from those of WAFFLE ({@code com.github.waffle:waffle-jna-jakarta}), by their public interface alone.
 *
 * <p>WAFFLE tells no handle, so its identity is asked to impersonate, what the thread then carries is duplicated, and
 * the thread is reverted. That happens on a thread made for it, which ends with it: neither a failed revert, which WAFFLE
 * does not report, nor what the caller's thread carries can matter. Static; any thread.
 */
public final class WaffleIdentities {
    private WaffleIdentities() {}

    /**
     * Captures the user of a WAFFLE identity, such as that of a {@code WindowsPrincipal}.
     *
     * @param identity as WAFFLE gave it; goes on belonging to the caller, and may be disposed of at once
     * @return the user's identity, which the caller owns
     * @throws WindowsTokenException if Windows refuses, for one because the client allows identification only
     * @throws IllegalStateException if the identity put no token, or another user's, on the thread, or this process
     *     cannot use access tokens
     */
    public static IdentityPart capture(IWindowsIdentity identity) {
        return capture(WindowsCalls::get, identity);
    }

    static TokenPart capture(Supplier<TokenCalls> source, IWindowsIdentity identity) {
        TokenCalls calls = source.get();
        // Told before the handle is used: a disposed identity's handle may be somebody else's by now.
        String user = Objects.requireNonNull(identity.getSidString(), "WAFFLE's identity has no SID");
        FutureTask<TokenPart> capture = new FutureTask<>(() -> captureOnOwnThread(calls, identity));
        Thread thread = new Thread(capture, "latchkey-waffle-capture");
        thread.setDaemon(true);
        thread.start();
        TokenPart part = result(capture);
        if (!user.equals(part.key().user())) {
            IllegalStateException wrong = new IllegalStateException("WAFFLE's identity of " + user + " impersonated "
                    + part.key().user());
            TokenPart.closeAfter(wrong, calls, part.handle());
            throw wrong;
        }
        return part;
    }

    private static TokenPart captureOnOwnThread(TokenCalls calls, IWindowsIdentity identity) {
        IWindowsImpersonationContext impersonation = identity.impersonate();
        try {
            long token = calls.openThreadToken();
            if (token == TokenCalls.NONE) {
                throw new IllegalStateException("WAFFLE's identity put no access token on the thread");
            }
            return TokenPart.andClose(calls, token, () -> TokenPart.ofThreadToken(calls, token));
        } finally {
            // It reports no failure, and none matters: the token goes with the thread.
            impersonation.revertToSelf();
        }
    }

    private static TokenPart result(FutureTask<TokenPart> capture) {
        boolean interrupted = false;
        try {
            while (true) {
                try {
                    return capture.get();
                } catch (InterruptedException e) {
                    // The part must not be lost; this takes microseconds.
                    interrupted = true;
                } catch (ExecutionException e) {
                    throw failure(e.getCause());
                }
            }
        } finally {
            if (interrupted) {
                Thread.currentThread().interrupt();
            }
        }
    }

    private static RuntimeException failure(@Nullable Throwable cause) {
        if (cause instanceof WindowsTokenException e) {
            return e;
        }
        return new IllegalStateException("WAFFLE's identity could not be captured: " + cause, cause);
    }
}
