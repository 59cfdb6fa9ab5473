package dev.latchkey.impersonation.windows;

/**
 * How far an access token lets a server go on the user's behalf (SECURITY_IMPERSONATION_LEVEL).
 *
 * <p>In ascending order; the ordinals are those of Windows.
 */
enum ImpersonationLevel {
    /** The server does not learn who the user is. */
    ANONYMOUS,
    /** The server learns who the user is, and every access check fails. */
    IDENTIFICATION,
    /** The server acts as the user on this system. */
    IMPERSONATION,
    /** The server acts as the user on other systems too. */
    DELEGATION;

    private static final ImpersonationLevel[] ALL = values();

    static ImpersonationLevel of(int windows) {
        if (windows < 0 || windows >= ALL.length) {
            throw new IllegalStateException("unknown impersonation level " + windows);
        }
        return ALL[windows];
    }

    /** Whether a thread that carries a token of this level acts as the user at all. */
    boolean actsAsUser() {
        return compareTo(IMPERSONATION) >= 0;
    }
}
