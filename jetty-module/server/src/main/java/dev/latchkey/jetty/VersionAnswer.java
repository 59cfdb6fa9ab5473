package dev.latchkey.jetty;

/**
 * What a client is answered whose HTTP version forbids asking: its stream is reset, or it gets a status. Immutable.
 *
 * @param isReset whether the stream is reset with HTTP_1_1_REQUIRED
 * @param status what is answered if not, a 4xx; with a reset, what the access log tells
 */
record VersionAnswer(boolean isReset, int status) {
    private static final String RESET = "reset";
    /** Misdirected: the same request on another connection is answered (RFC 9110 section 15.5.20). */
    private static final int MISDIRECTED = 421;

    /**
     * {@return the answer that a setting names}
     *
     * @param property the setting's name, for the message
     * @param value {@code reset} where that exists, or a number from 400 to 499
     * @param canReset whether the HTTP version can tell a client to come back by HTTP/1.1
     * @throws IllegalArgumentException if it names none
     */
    static VersionAnswer of(String property, String value, boolean canReset) {
        String text = value.strip();
        if (canReset && text.equals(RESET)) {
            return new VersionAnswer(true, MISDIRECTED);
        }
        if (text.matches("4\\d\\d")) {
            return new VersionAnswer(false, Integer.parseInt(text));
        }
        throw new IllegalArgumentException(property + "=" + value + ": it must be " + (canReset ? RESET + " or " : "")
                + "a status from 400 to 499");
    }

    /** {@return the setting's value} */
    String asText() {
        return isReset ? RESET : String.valueOf(status);
    }
}
