package dev.latchkey.container;

import java.io.IOException;

/** The server, or a web application on it, did not do what was asked; the message ends with the log that tells why. */
public class JettyHomeException extends IOException {
    private static final long serialVersionUID = 1L;

    JettyHomeException(String message) {
        super(message);
    }
}
