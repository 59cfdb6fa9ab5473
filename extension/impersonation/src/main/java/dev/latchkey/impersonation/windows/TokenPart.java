package dev.latchkey.impersonation.windows;

import dev.latchkey.impersonation.IdentityPart;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Supplier;

/**
 * A user's access token as a part of an identity: owns one duplicate, until it is released.
 *
 * <p>Immutable but for the release; any thread.
 */
final class TokenPart implements IdentityPart {
    private final TokenCalls calls;
    private final long handle;
    private final TokenFacts facts;
    private final TokenKey key;
    private final AtomicBoolean released = new AtomicBoolean();

    private TokenPart(TokenCalls calls, long handle, TokenFacts facts, TokenKey key) {
        this.calls = calls;
        this.handle = handle;
        this.facts = facts;
        this.key = key;
    }

    /**
     * Duplicates what a thread carries, at the level that it has.
     *
     * @param token an open impersonation token; goes on belonging to the caller
     */
    static TokenPart ofThreadToken(TokenCalls calls, long token) {
        return duplicate(calls, token, calls.facts(token).level());
    }

    /**
     * Duplicates a primary token: the process's own, or what a log-on gave.
     *
     * @param token an open token; goes on belonging to the caller
     */
    static TokenPart ofPrimaryToken(TokenCalls calls, long token) {
        return duplicate(calls, token, ImpersonationLevel.IMPERSONATION);
    }

    private static TokenPart duplicate(TokenCalls calls, long token, ImpersonationLevel level) {
        long handle = calls.duplicate(token, level);
        try {
            return new TokenPart(calls, handle, calls.facts(handle), calls.key(handle));
        } catch (RuntimeException | Error e) {
            closeAfter(e, calls, handle);
            throw e;
        }
    }

    /** Makes a part from an open token and closes that token, on every path; a part that cannot be returned too. */
    static TokenPart andClose(TokenCalls calls, long token, Supplier<TokenPart> make) {
        TokenPart part;
        try {
            part = make.get();
        } catch (RuntimeException | Error e) {
            closeAfter(e, calls, token);
            throw e;
        }
        try {
            calls.close(token);
        } catch (RuntimeException | Error e) {
            closeAfter(e, calls, part.handle());
            throw e;
        }
        return part;
    }

    /** Closes what must not be lost because something else went wrong. */
    static void closeAfter(Throwable failure, TokenCalls calls, long handle) {
        try {
            calls.close(handle);
        } catch (RuntimeException e) {
            failure.addSuppressed(e);
        }
    }

    /**
     * {@return the duplicate, good until the release}
     *
     * <p>After the release Windows may have given its number to another user's token, so it is never told again.
     */
    long handle() {
        if (released.get()) {
            throw new IllegalStateException("this part was released");
        }
        return handle;
    }

    /** What tells the duplicate from other tokens. */
    TokenFacts facts() {
        return facts;
    }

    @Override
    public String provider() {
        return WindowsIdentityProvider.NAME;
    }

    @Override
    public TokenKey key() {
        return key;
    }

    @Override
    public void release() {
        if (released.compareAndSet(false, true)) {
            calls.close(handle);
        }
    }

    @Override
    public String toString() {
        return key.toString();
    }
}
