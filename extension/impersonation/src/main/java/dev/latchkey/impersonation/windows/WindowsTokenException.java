package dev.latchkey.impersonation.windows;

/** Windows refused a call, or gave something else than was asked for. Its message holds no secret. */
public final class WindowsTokenException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    /** What it was. */
    private final WindowsError error;

    /** The number of Windows. */
    private final int code;

    /** Windows refused this call with this number. */
    WindowsTokenException(String call, int code) {
        super(call + ": " + WindowsError.of(code).phrase() + " (" + code + ")");
        this.error = WindowsError.of(code);
        this.code = code;
    }

    /** What Windows gave is not what may be used. */
    WindowsTokenException(WindowsError error, String message) {
        super(message + ": " + error.phrase() + " (" + error.code() + ")");
        this.error = error;
        this.code = error.code();
    }

    /** {@return what it was} */
    public WindowsError error() {
        return error;
    }

    /** {@return the number of Windows} */
    public int code() {
        return code;
    }
}
