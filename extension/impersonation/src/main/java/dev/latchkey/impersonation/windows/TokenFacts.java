package dev.latchkey.impersonation.windows;

/**
 * What Windows says about an access token in one short call (TOKEN_STATISTICS).
 *
 * @param tokenId tells this token from every other, also from its duplicates
 * @param logon the log-on that the token stands for (AuthenticationId), unique until Windows is started again
 * @param primary whether it is the token of a process, which a thread cannot carry
 * @param level how far it goes; ANONYMOUS where {@code primary}
 */
record TokenFacts(long tokenId, long logon, boolean primary, ImpersonationLevel level) {}
