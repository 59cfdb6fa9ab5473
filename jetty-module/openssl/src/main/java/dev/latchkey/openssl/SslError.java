package dev.latchkey.openssl;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.Locale;
import javax.net.ssl.SSLException;
import javax.net.ssl.SSLHandshakeException;
import javax.net.ssl.SSLProtocolException;
import org.jspecify.annotations.Nullable;

/**
 * What stood in the calling thread's error queue, taken out whole, as one value.
 *
 * <p>To be made on the thread that made the failing call and before any other call, for the queue is the thread's.
 *
 * @param code the first error, 0 when the queue was empty
 * @param text all errors in OpenSSL's words
 */
record SslError(long code, String text) {
    /** {@code SSL_R_EXTENSION_NOT_RECEIVED}: the client did not offer post-handshake authentication. */
    static final long EXTENSION_NOT_RECEIVED = 0x0A00_0117L;

    private static final int LIBRARY_SSL = 20;
    private static final int FIRST_ALERT = 1000;
    private static final int LAST_ALERT = FIRST_ALERT + 255;
    private static final int NO_RENEGOTIATION = 339;
    private static final int LONGEST_TEXT = 256;

    /** Takes all errors out of this thread's queue. */
    static SslError drain() {
        long first = LibCrypto.ERR_get_error() & 0xFFFF_FFFFL;
        if (first == 0) {
            return new SslError(0, "no reason given");
        }
        StringBuilder text = new StringBuilder();
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment buffer = arena.allocate(LONGEST_TEXT);
            for (long code = first; code != 0; code = LibCrypto.ERR_get_error() & 0xFFFF_FFFFL) {
                LibCrypto.ERR_error_string_n(code, buffer, LONGEST_TEXT);
                text.append(text.isEmpty() ? "" : "; ").append(buffer.getString(0));
            }
        }
        return new SslError(first, text.toString());
    }

    /** Empties this thread's queue; cheap when it is empty. */
    static void clear() {
        if (LibCrypto.ERR_peek_error() != 0) {
            LibCrypto.ERR_clear_error();
        }
    }

    /** The exception of a failed setting, with what was tried. */
    static IllegalStateException illegal(String tried) {
        return new IllegalStateException(tried + ": " + drain().text);
    }

    /** As an exception of the TLS layer, worded as JSSE words it where JSSE has words for it. */
    SSLException exception(boolean handshaking, @Nullable Throwable cause) {
        String message = message(cause);
        SSLException exception = handshaking ? new SSLHandshakeException(message) : new SSLProtocolException(message);
        if (cause != null) {
            exception.initCause(cause);
        }
        return exception;
    }

    private String message(@Nullable Throwable cause) {
        int reason = (int) (code & 0x7F_FFFF);
        boolean ofSsl = (code >> 23 & 0xFF) == LIBRARY_SSL;
        if (ofSsl && reason >= FIRST_ALERT && reason <= LAST_ALERT) {
            return "Received fatal alert: " + alertName(reason - FIRST_ALERT);
        }
        if (ofSsl && reason == NO_RENEGOTIATION) {
            return "Received handshake warning: no_renegotiation";
        }
        return cause == null || cause.getMessage() == null ? text : cause.getMessage();
    }

    private static String alertName(int alert) {
        long name = LibSslContext.SSL_alert_desc_string_long(alert);
        return Native.bytes(name, 64).getString(0).toLowerCase(Locale.ROOT).replace(' ', '_');
    }
}
