package dev.latchkey.impersonation.windows;

import org.jspecify.annotations.Nullable;

/**
 * The few calls of Windows that this package is built on: nothing above it knows how they are made.
 *
 * <p>Handles are numbers that the caller owns and closes once; {@link #NONE} is no handle. "The thread" is the calling
 * one. Every method throws {@link WindowsTokenException} with the system's error when Windows refuses. Implementations
 * keep no state of a thread; any thread.
 */
interface TokenCalls {
    /** No handle, no token. */
    long NONE = 0;

    /** Opens the token that the thread carries, for reading and duplicating; {@link #NONE} if it carries none. */
    long openThreadToken();

    /** Opens the token of the process, for reading and duplicating. */
    long openProcessToken();

    /**
     * Makes an impersonation token of this level from a token, which this process may apply and read back.
     *
     * @param token an open token
     * @param level at most that of the token
     * @return the duplicate's handle
     */
    long duplicate(long token, ImpersonationLevel level);

    /** Puts an impersonation token on the thread; Windows may silently take a lower level: read back. */
    void setThreadToken(long token);

    /** Takes the thread's token off, if there is one. */
    void revertToSelf();

    /** Reads what tells a token from others; short. */
    TokenFacts facts(long token);

    /** Reads what a token allows: its user and groups; longer. */
    TokenKey key(long token);

    /**
     * Logs a user on.
     *
     * @param user account name, or UPN with {@code domain} null
     * @param domain domain or machine, {@code "."} for this machine; null with a UPN
     * @param password null for accounts that have none; not kept, and the native copy is erased
     * @param type which kind of log-on
     * @return the handle of a primary token
     */
    long logOn(String user, @Nullable String domain, char @Nullable [] password, LogonType type);

    /** Closes a handle. */
    void close(long handle);
}
