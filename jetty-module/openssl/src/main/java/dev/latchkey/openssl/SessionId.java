package dev.latchkey.openssl;

import java.security.SecureRandom;
import java.util.Arrays;
import java.util.HexFormat;

/**
 * What names one TLS session for life, over all connections that resume it: on TLS 1.2 the identifier that the server
 * sent (RFC 5246 section 7.4.1.3), on TLS 1.3 a random one of ours, which travels in the tickets.
 *
 * <p>Immutable.
 */
final class SessionId {
    private static final int SIZE = 32;
    private static final SecureRandom RANDOM = new SecureRandom();

    private final byte[] bytes;

    private SessionId(byte[] bytes) {
        this.bytes = bytes;
    }

    static SessionId random() {
        byte[] bytes = new byte[SIZE];
        RANDOM.nextBytes(bytes);
        return new SessionId(bytes);
    }

    static SessionId of(byte[] bytes) {
        return new SessionId(bytes.clone());
    }

    byte[] bytes() {
        return bytes.clone();
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof SessionId that && Arrays.equals(bytes, that.bytes);
    }

    @Override
    public int hashCode() {
        return Arrays.hashCode(bytes);
    }

    @Override
    public String toString() {
        return HexFormat.of().formatHex(bytes);
    }
}
