package dev.latchkey.impersonation.windows;

/**
 * How far an access token lets a server go on the user's behalf (SECURITY_IMPERSONATION_LEVEL).
 *
 * <p>In ascending order.
 */
enum ImpersonationLevel {
    /** The server does not learn who the user is. */
    ANONYMOUS(0),
    /** The server learns who the user is, and every access check fails. */
    IDENTIFICATION(1),
    /** The server acts as the user on this system. */
    IMPERSONATION(2),
    /** The server acts as the user on other systems too. */
    DELEGATION(3);

    private static final ImpersonationLevel[] ALL = values();

    private final int windows;

    ImpersonationLevel(int windows) {
        this.windows = windows;
    }

    /** The level with this number of Windows. */
    static ImpersonationLevel of(int windows) {
        for (ImpersonationLevel level : ALL) {
            if (level.windows == windows) {
                return level;
            }
        }
        throw new IllegalStateException("unknown impersonation level " + windows);
    }

    /** The number of Windows. */
    int windows() {
        return windows;
    }

    /** Whether a thread that carries a token of this level acts as the user at all. */
    boolean actsAsUser() {
        return compareTo(IMPERSONATION) >= 0;
    }
}
