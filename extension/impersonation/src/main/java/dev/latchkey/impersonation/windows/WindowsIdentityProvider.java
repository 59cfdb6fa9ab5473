package dev.latchkey.impersonation.windows;

import static java.util.Objects.requireNonNull;

import dev.latchkey.impersonation.IdentityPart;
import dev.latchkey.impersonation.ThreadIdentity;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Puts access tokens of Windows on threads, and takes them off.
 *
 * <p>A part owns a duplicate of the token that it was captured from, at that token's impersonation level. One of the
 * identification level, with which nobody can act as the user, is refused when it is applied; one of the anonymous level
 * cannot be captured. After an apply the token of the thread is read back, since Windows reports success when it has
 * lowered the level.
 *
 * <p>Needs {@code net.java.dev.jna:jna-platform}. The process's account needs the right "impersonate a client after
 * authentication" (SeImpersonatePrivilege), as service accounts have. Methods of the SPI are called on the thread they
 * are about, by many threads at once.
 */
public final class WindowsIdentityProvider implements ThreadIdentity {
    /** The {@linkplain #name() name} of this provider. */
    public static final String NAME = "windows";

    private final Supplier<TokenCalls> source;
    private volatile @Nullable TokenCalls calls;

    /** For the service loader. */
    public WindowsIdentityProvider() {
        this(WindowsCalls::get);
    }

    WindowsIdentityProvider(Supplier<TokenCalls> source) {
        this.source = source;
    }

    @Override
    public String name() {
        return NAME;
    }

    @Override
    public @Nullable String unavailable() {
        try {
            requireNonNull(source.get());
            return null;
        } catch (IllegalStateException e) {
            return e.getMessage();
        }
    }

    /** {@inheritDoc} Loads the libraries and meets one error, so that neither is new to a thread that acts as a user. */
    @Override
    public void start() {
        TokenCalls started = source.get();
        try {
            started.facts(TokenCalls.NONE);
            throw new IllegalStateException("Windows told something about a token that does not exist");
        } catch (WindowsTokenException expected) {
            // Its classes are loaded now.
            calls = started;
        }
    }

    /** {@inheritDoc} The process's own token, so that nobody else's is needed. */
    @Override
    public IdentityPart rehearsal() {
        TokenCalls calls = calls();
        long process = calls.openProcessToken();
        return TokenPart.andClose(calls, process, () -> TokenPart.ofPrimaryToken(calls, process));
    }

    @Override
    public @Nullable IdentityPart capture() {
        TokenCalls calls = calls();
        long token = calls.openThreadToken();
        if (token == TokenCalls.NONE) {
            return null;
        }
        return TokenPart.andClose(calls, token, () -> TokenPart.ofThreadToken(calls, token));
    }

    @Override
    public void apply(@Nullable IdentityPart part) {
        if (part != null && !ours(part).facts().level().actsAsUser()) {
            throw new WindowsTokenException(
                    WindowsError.BAD_IMPERSONATION_LEVEL,
                    "the access token was captured from a thread that may not act");
        }
        revert(part);
    }

    /** {@inheritDoc} What the thread may not act with it gets back all the same. */
    @Override
    public void revert(@Nullable IdentityPart before) {
        if (before == null) {
            calls().revertToSelf();
        } else {
            calls().setThreadToken(ours(before).handle());
        }
    }

    @Override
    public void verify(@Nullable IdentityPart part) {
        TokenCalls calls = calls();
        long token = calls.openThreadToken();
        if (token == TokenCalls.NONE) {
            if (part != null) {
                throw new WindowsTokenException(
                        WindowsError.NO_TOKEN, "the thread acts as the process, not as " + part);
            }
            return;
        }
        try {
            verify(calls, token, part == null ? null : ours(part));
        } catch (RuntimeException | Error e) {
            TokenPart.closeAfter(e, calls, token);
            throw e;
        }
        calls.close(token);
    }

    private static void verify(TokenCalls calls, long token, @Nullable TokenPart part) {
        if (part == null) {
            throw new IllegalStateException("the thread still carries an access token");
        }
        TokenFacts carried = calls.facts(token);
        if (carried.level() != part.facts().level()) {
            throw new WindowsTokenException(
                    WindowsError.BAD_IMPERSONATION_LEVEL,
                    "Windows lowered the level from " + part.facts().level() + " to " + carried.level());
        }
        // Windows hands out the very token that was set. Should it ever hand out a copy, what counts is what it allows.
        if (carried.tokenId() != part.facts().tokenId() && !calls.key(token).equals(part.key())) {
            throw new IllegalStateException("the thread carries another access token than that of " + part);
        }
    }

    /** {@inheritDoc} True: a look-up is made with the rights of the thread's token, and may be refused to one user. */
    @Override
    public boolean resolutionDependsOnIdentity() {
        return true;
    }

    private TokenCalls calls() {
        return requireNonNull(calls, "start() comes first");
    }

    private static TokenPart ours(IdentityPart part) {
        if (part instanceof TokenPart ours) {
            return ours;
        }
        throw new IllegalArgumentException("not a part of the provider " + NAME + ": " + part.provider());
    }
}
