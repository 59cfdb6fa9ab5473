package dev.latchkey.impersonation.windows;

/**
 * Which rights a thread has with an access token: equal for tokens of one log-on that allow the same.
 *
 * <p>The log-on alone is not enough: a token with disabled groups (CreateRestrictedToken, or User Account Control)
 * belongs to the log-on of the one it was made from, and must not be served what the other fetched.
 *
 * @param user the user's SID, in its text form
 * @param logon the log-on (AuthenticationId)
 * @param level how far the token goes
 * @param groups a digest of the groups with their attributes, integrity level and restricting SIDs included
 */
record TokenKey(String user, long logon, ImpersonationLevel level, String groups) {

    @Override
    public String toString() {
        return user + " (log-on " + Long.toHexString(logon) + ", " + level + ", groups " + groups + ")";
    }
}
