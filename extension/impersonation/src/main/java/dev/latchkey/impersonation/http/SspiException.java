package dev.latchkey.impersonation.http;

/** SSPI refused a call; its message has the status in Windows' words, where there are any, and no secret. */
final class SspiException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    static final int INVALID_HANDLE = 0x80090301;
    static final int TARGET_UNKNOWN = 0x80090303;
    static final int PACKAGE_NOT_FOUND = 0x80090305;
    static final int LOGON_DENIED = 0x8009030C;
    static final int NO_CREDENTIALS = 0x8009030E;
    static final int NO_AUTHORITY = 0x80090311;
    static final int WRONG_PRINCIPAL = 0x80090322;

    /** A SECURITY_STATUS. */
    private final int status;

    SspiException(String call, int status) {
        super(call + ": " + phrase(status) + " (0x" + Integer.toHexString(status) + ")");
        this.status = status;
    }

    int status() {
        return status;
    }

    private static String phrase(int status) {
        return switch (status) {
            case INVALID_HANDLE -> "the handle is closed";
            case TARGET_UNKNOWN -> "the domain knows no such service; register it with setspn";
            case PACKAGE_NOT_FOUND -> "this system has no such security package";
            case LOGON_DENIED -> "the log-on is denied";
            case NO_CREDENTIALS ->
                "who the thread acts for has no credentials here, as after a log-on over the network"
                        + " without delegation";
            case NO_AUTHORITY -> "no domain controller can be reached";
            case WRONG_PRINCIPAL -> "the server is not the one that was asked for";
            default -> "an error of Windows";
        };
    }
}
