package dev.latchkey.openssl;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.Map;
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

    /** RFC 8446 section 6 and its like for older versions. */
    private static final Map<Integer, String> ALERTS = Map.ofEntries(
            Map.entry(0, "close_notify"),
            Map.entry(10, "unexpected_message"),
            Map.entry(20, "bad_record_mac"),
            Map.entry(21, "decryption_failed"),
            Map.entry(22, "record_overflow"),
            Map.entry(30, "decompression_failure"),
            Map.entry(40, "handshake_failure"),
            Map.entry(41, "no_certificate"),
            Map.entry(42, "bad_certificate"),
            Map.entry(43, "unsupported_certificate"),
            Map.entry(44, "certificate_revoked"),
            Map.entry(45, "certificate_expired"),
            Map.entry(46, "certificate_unknown"),
            Map.entry(47, "illegal_parameter"),
            Map.entry(48, "unknown_ca"),
            Map.entry(49, "access_denied"),
            Map.entry(50, "decode_error"),
            Map.entry(51, "decrypt_error"),
            Map.entry(60, "export_restriction"),
            Map.entry(70, "protocol_version"),
            Map.entry(71, "insufficient_security"),
            Map.entry(80, "internal_error"),
            Map.entry(86, "inappropriate_fallback"),
            Map.entry(90, "user_canceled"),
            Map.entry(100, "no_renegotiation"),
            Map.entry(109, "missing_extension"),
            Map.entry(110, "unsupported_extension"),
            Map.entry(111, "certificate_unobtainable"),
            Map.entry(112, "unrecognized_name"),
            Map.entry(113, "bad_certificate_status_response"),
            Map.entry(114, "bad_certificate_hash_value"),
            Map.entry(115, "unknown_psk_identity"),
            Map.entry(116, "certificate_required"),
            Map.entry(120, "no_application_protocol"));

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

    /** The name that JSSE gives an alert; OpenSSL's own words lack some, and differ in others. */
    static String alertName(int alert) {
        return ALERTS.getOrDefault(alert, "unknown (" + alert + ")");
    }
}
