package dev.latchkey.impersonation.windows;

/**
 * The errors of Windows that a reader of a log can do something about; the rest is {@link #OTHER}.
 *
 * <p>{@link WindowsTokenException#code()} has the number in every case.
 */
public enum WindowsError {
    /** ERROR_ACCESS_DENIED. */
    ACCESS_DENIED(5, "access is denied"),
    /** ERROR_INVALID_HANDLE. */
    INVALID_HANDLE(6, "the handle is closed, or is not one of an access token"),
    /** ERROR_NO_TOKEN. */
    NO_TOKEN(1008, "the thread carries no access token"),
    /** ERROR_BAD_TOKEN_TYPE. */
    BAD_TOKEN_TYPE(1349, "the access token is of the wrong type; a thread takes impersonation tokens only"),
    /** ERROR_PRIVILEGE_NOT_HELD. */
    PRIVILEGE_NOT_HELD(1314, "the account of this process lacks a privilege, such as SeImpersonatePrivilege"),
    /** ERROR_BAD_IMPERSONATION_LEVEL. */
    BAD_IMPERSONATION_LEVEL(
            1346,
            "the impersonation level is too low: the client, or the account of this process, must allow"
                    + " impersonation"),
    /** ERROR_CANT_OPEN_ANONYMOUS. */
    ANONYMOUS(1347, "an access token of the anonymous level cannot be opened"),
    /** ERROR_NO_SYSTEM_RESOURCES. */
    NO_RESOURCES(1450, "the system is out of resources; access tokens may be leaking"),
    /** ERROR_LOGON_FAILURE. */
    LOGON_FAILURE(1326, "the user is unknown or the password is wrong"),
    /** ERROR_ACCOUNT_RESTRICTION. */
    ACCOUNT_RESTRICTION(1327, "the account is restricted, for one because its password is empty"),
    /** ERROR_INVALID_LOGON_HOURS. */
    LOGON_HOURS(1328, "the account may not log on at this hour"),
    /** ERROR_INVALID_WORKSTATION. */
    WORKSTATION(1329, "the account may not log on at this machine"),
    /** ERROR_PASSWORD_EXPIRED. */
    PASSWORD_EXPIRED(1330, "the password has expired"),
    /** ERROR_ACCOUNT_DISABLED. */
    ACCOUNT_DISABLED(1331, "the account is disabled"),
    /** ERROR_LOGON_TYPE_NOT_GRANTED. */
    LOGON_TYPE_NOT_GRANTED(1385, "the account has no right to this type of log-on on this machine"),
    /** ERROR_PASSWORD_MUST_CHANGE. */
    PASSWORD_MUST_CHANGE(1907, "the password must be changed before the first log-on"),
    /** ERROR_ACCOUNT_LOCKED_OUT. */
    ACCOUNT_LOCKED_OUT(1909, "the account is locked out"),
    /** Any other; its number tells. */
    OTHER(-1, "an error of Windows");

    private static final WindowsError[] ALL = values();

    private final int code;
    private final String phrase;

    WindowsError(int code, String phrase) {
        this.code = code;
        this.phrase = phrase;
    }

    /**
     * {@return the error with this number, or {@link #OTHER}}
     *
     * @param code a number of Windows
     */
    public static WindowsError of(int code) {
        for (WindowsError error : ALL) {
            if (error.code == code) {
                return error;
            }
        }
        return OTHER;
    }

    /** {@return the number of Windows; -1 for {@link #OTHER}} */
    public int code() {
        return code;
    }

    /** {@return what it means here, and where to look, in one line} */
    public String phrase() {
        return phrase;
    }
}
