package dev.latchkey.testkit;

import java.io.IOException;

/** The server ended the connection by a fatal alert (RFC 8446 section 6.2). Immutable. */
public final class FatalAlert extends IOException {
    private static final long serialVersionUID = 1;

    private final int description;

    FatalAlert(int description) {
        super("The server sent the fatal alert " + description);
        this.description = description;
    }

    /** {@return the alert's number, such as 51 for decrypt_error} */
    public int description() {
        return description;
    }
}
