package dev.latchkey.jetty;

/** Text that others wrote, made fit for a line of the log: short, and without what would begin another line. No state. */
final class LogText {
    private static final char LAST_PRINTABLE = '~';

    private LogText() {}

    /**
     * {@return the text, with each character that may not stand there written as a backslash, u and four digits}
     *
     * @param most how much of the text is kept, in characters
     * @param first the first character that may stand there: a space, or what comes behind it where the text is one word
     */
    static String escaped(CharSequence text, int most, char first) {
        StringBuilder line = new StringBuilder();
        for (int i = 0; i < Math.min(most, text.length()); i++) {
            char c = text.charAt(i);
            if (c >= first && c <= LAST_PRINTABLE && c != '\\') {
                line.append(c);
            } else {
                line.append(String.format("\\u%04x", (int) c));
            }
        }
        return text.length() > most ? line.append("...").toString() : line.toString();
    }
}
