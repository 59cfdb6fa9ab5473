package dev.latchkey.openssl;

import java.nio.ByteBuffer;

/**
 * The sizes of TLS records (RFC 8446, section 5; RFC 5246, section 6.2): how much one is, and how much it can hold.
 */
final class TlsRecord {
    static final int HEADER_SIZE = 5;
    static final int MAX_PLAINTEXT_SIZE = 16384;

    /** The largest record that is sent, or taken whole: header, IV, plaintext, MAC and padding; JSSE's figure. */
    static final int MAX_SIZE = 16709;

    /**
     * How many records one {@code wrap} makes where there is room: the most that fit into 64 KiB, beyond which Jetty's
     * pool keeps no buffers. A system call for each costs more than the encryption.
     */
    static final int AT_ONCE = 3;

    static final int APPLICATION_DATA = 23;

    private static final int CHANGE_CIPHER_SPEC = 20;
    private static final int TAG_SIZE = 16;
    /** A full record of 1.3 carries 16,384 bytes and their type; a buffer for the bytes alone must do. */
    private static final int INNER_TYPE_SIZE = 1;

    private static final int EXPLICIT_NONCE_SIZE = 8;
    private static final int CBC_MIN_OVERHEAD = 16 + 20 + 1;
    private static final int CBC_MAX_OVERHEAD = 16 + 48 + 16;

    /** The largest record of a handshake whose fragments are as small as OpenSSL makes them. */
    static final int SMALLEST_LIMIT = HEADER_SIZE + 512 + TlsRecord.CBC_MAX_OVERHEAD;

    private TlsRecord() {}

    /** The form of a ClientHello from before TLS (RFC 5246, appendix E.2); 5 bytes are there. */
    static boolean isVersion2Hello(ByteBuffer source) {
        return source.get(source.position()) < 0 && source.get(source.position() + 2) == 1;
    }

    /** The most application data that goes into a record of at most this size. */
    static int plaintextLimit(int recordSize, String protocol, String cipherSuite) {
        int overhead = cipherSuite.contains("_CBC_") ? CBC_MAX_OVERHEAD : overhead(protocol, cipherSuite);
        return Math.clamp(recordSize - HEADER_SIZE - overhead, 1, MAX_PLAINTEXT_SIZE);
    }

    /**
     * How many bytes to give to OpenSSL next: one whole record; or, of what can never be a record, all there is, for
     * OpenSSL finds the words and the alert.
     *
     * @return -1 when the header is not complete
     */
    static int length(ByteBuffer source) {
        int remaining = source.remaining();
        if (remaining < HEADER_SIZE) {
            return -1;
        }
        int at = source.position();
        int type = source.get(at) & 0xFF;
        int major = source.get(at + 1);
        int length = HEADER_SIZE + ((source.get(at + 3) & 0xFF) << 8 | source.get(at + 4) & 0xFF);
        boolean plausible = type >= CHANGE_CIPHER_SPEC && type <= APPLICATION_DATA + 1 && major == 3;
        return plausible && length <= MAX_SIZE ? length : Math.min(remaining, MAX_SIZE);
    }

    /** The most application data that a record of this length can carry; never less than it does carry. */
    static int plaintextSize(int recordLength, String protocol, String cipherSuite) {
        return Math.max(0, recordLength - HEADER_SIZE - overhead(protocol, cipherSuite));
    }

    private static int overhead(String protocol, String cipherSuite) {
        if (protocol.equals(Protocols.TLS_1_3)) {
            return INNER_TYPE_SIZE + TAG_SIZE;
        }
        if (cipherSuite.contains("CHACHA20")) {
            return TAG_SIZE;
        }
        if (cipherSuite.contains("_GCM_")) {
            return EXPLICIT_NONCE_SIZE + TAG_SIZE;
        }
        return cipherSuite.contains("_CBC_") ? CBC_MIN_OVERHEAD : TAG_SIZE;
    }
}
