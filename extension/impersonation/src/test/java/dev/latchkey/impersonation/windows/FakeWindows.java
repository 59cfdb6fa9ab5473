package dev.latchkey.impersonation.windows;

import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/**
 * Access tokens in memory, with the rules of Windows that matter here: tokens are per thread, handles are numbers, a
 * token that a thread carries outlives its handle, and a level can be lowered without a word. Any thread.
 */
final class FakeWindows implements TokenWorld, TokenCalls {
    private static final Token PROCESS = new Token(1, "S-1-5-18", 0x3e7, true, ImpersonationLevel.ANONYMOUS);

    private final Map<Long, Token> handles = new ConcurrentHashMap<>();
    private final AtomicLong nextHandle = new AtomicLong(4);
    private final AtomicLong nextId = new AtomicLong(2);
    private final ThreadLocal<@Nullable Token> carried = new ThreadLocal<>();
    private volatile UnaryOperator<ImpersonationLevel> levelWhenSet = UnaryOperator.identity();

    private record Token(long id, String user, long logon, boolean primary, ImpersonationLevel level) {}

    /** As where the process lacks the privilege: success is reported, and the thread may identify the user only. */
    void lowerLevelSilently() {
        levelWhenSet = level -> ImpersonationLevel.IDENTIFICATION;
    }

    @Override
    public TokenCalls calls() {
        return this;
    }

    @Override
    public long open(int user, ImpersonationLevel level) {
        return handle(new Token(nextId.getAndIncrement(), "S-1-5-21-1-2-3-" + (1000 + user), 100 + user, false, level));
    }

    @Override
    public int openTokens() {
        return handles.size();
    }

    private long handle(Token token) {
        long handle = nextHandle.getAndAdd(4);
        handles.put(handle, token);
        return handle;
    }

    private Token token(String call, long handle) {
        Token token = handles.get(handle);
        if (token == null) {
            throw new WindowsTokenException(call, WindowsError.INVALID_HANDLE.code());
        }
        return token;
    }

    @Override
    public long openThreadToken() {
        Token token = carried.get();
        return token == null ? NONE : handle(token);
    }

    @Override
    public long openProcessToken() {
        return handle(PROCESS);
    }

    @Override
    public long duplicate(long token, ImpersonationLevel level) {
        Token source = token("DuplicateTokenEx", token);
        if (!source.primary() && level.compareTo(source.level()) > 0) {
            throw new WindowsTokenException("DuplicateTokenEx", WindowsError.BAD_IMPERSONATION_LEVEL.code());
        }
        return handle(new Token(nextId.getAndIncrement(), source.user(), source.logon(), false, level));
    }

    @Override
    public void setThreadToken(long token) {
        Token set = token("SetThreadToken", token);
        if (set.primary()) {
            throw new WindowsTokenException("SetThreadToken", WindowsError.BAD_TOKEN_TYPE.code());
        }
        ImpersonationLevel level = levelWhenSet.apply(set.level());
        carried.set(level == set.level() ? set : new Token(set.id(), set.user(), set.logon(), false, level));
    }

    @Override
    public void revertToSelf() {
        carried.remove();
    }

    @Override
    public TokenFacts facts(long token) {
        Token read = token("GetTokenInformation", token);
        return new TokenFacts(read.id(), read.logon(), read.primary(), read.level());
    }

    @Override
    public TokenKey key(long token) {
        Token read = token("GetTokenInformation", token);
        return new TokenKey(read.user(), read.logon(), read.level(), "-");
    }

    @Override
    public long logOn(String user, @Nullable String domain, char @Nullable [] password, LogonType type) {
        if (password == null || !"right".equals(new String(password))) {
            throw new WindowsTokenException("LogonUser", WindowsError.LOGON_FAILURE.code());
        }
        return handle(new Token(
                nextId.getAndIncrement(), "S-1-5-21-" + user, nextId.get(), true, ImpersonationLevel.ANONYMOUS));
    }

    @Override
    public void close(long handle) {
        if (handles.remove(handle) == null) {
            throw new WindowsTokenException("CloseHandle", WindowsError.INVALID_HANDLE.code());
        }
    }
}
