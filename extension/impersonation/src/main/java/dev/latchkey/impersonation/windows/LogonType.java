package dev.latchkey.impersonation.windows;

/**
 * Kinds of log-on for an account whose password the application has (LogonUser).
 *
 * <p>LOGON32_LOGON_NEW_CREDENTIALS is not among them: with it the thread goes on as the process on this system.
 */
public enum LogonType {
    /** As at the console; credentials are kept for use on other systems. */
    INTERACTIVE(2),
    /** The quickest; other systems cannot be reached with it. */
    NETWORK(3),
    /** For accounts with the right to log on as a batch job. */
    BATCH(4),
    /** For accounts with the right to log on as a service, built-in ones included, which have no password. */
    SERVICE(5),
    /** As {@link #NETWORK}, with the password kept for use on other systems. */
    NETWORK_CLEARTEXT(8);

    private final int windows;

    LogonType(int windows) {
        this.windows = windows;
    }

    /** The number of Windows. */
    int windows() {
        return windows;
    }
}
