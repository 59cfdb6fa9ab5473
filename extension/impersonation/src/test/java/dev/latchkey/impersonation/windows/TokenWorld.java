package dev.latchkey.impersonation.windows;

/**
 * Where access tokens come from in a test: a fake that runs on any system, or Windows itself.
 *
 * <p>The users are told apart by what their tokens allow. Handles that a world gives belong to the test.
 */
interface TokenWorld {
    /** As many users as a world has at least. */
    int USERS = 3;

    TokenCalls calls();

    /** {@return a new handle of an impersonation token of that user, below {@link #USERS}} */
    long open(int user, ImpersonationLevel level);

    /** {@return how many handles of access tokens this process has open} */
    int openTokens();
}
