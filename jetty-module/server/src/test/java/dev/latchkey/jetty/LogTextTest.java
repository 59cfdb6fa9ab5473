package dev.latchkey.jetty;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

/** What others wrote cannot begin another line of the log, nor be taken for another part of it. */
class LogTextTest {
    @Test
    void whatWouldBeginALineOrHideOneIsWrittenOut() {
        assertThat(LogText.escaped("a\r\nLK101 forged\t\u001b[2K\u2028\u202e\u00e9\\", 100, ' '))
                .isEqualTo("a\\u000d\\u000aLK101 forged\\u0009\\u001b[2K\\u2028\\u202e\\u00e9\\u005c");
    }

    @Test
    void aWordHasNoSpaces() {
        assertThat(LogText.escaped("/a b", 100, '!')).isEqualTo("/a\\u0020b");
    }

    @Test
    void whatIsLongIsCut() {
        assertThat(LogText.escaped("abcdef", 6, ' ')).isEqualTo("abcdef");
        assertThat(LogText.escaped("abcdefg", 6, ' ')).isEqualTo("abcdef...");
    }
}
