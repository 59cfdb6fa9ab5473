package dev.latchkey.jetty;

import java.nio.BufferUnderflowException;
import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;

/**
 * What a ClientHello says of the client's abilities. A pure parser: bytes in, a value or "need more" out; it never
 * throws on what a client may send.
 *
 * <pre>
 *   struct {
 *       ProtocolVersion client_version;
 *       Random random;                               32 bytes
 *       SessionID session_id;                        1 byte of length
 *       CipherSuite cipher_suites;                   2 bytes of length
 *       CompressionMethod compression_methods;       1 byte of length
 *       Extension extensions;                        2 bytes of length, if there are any
 *   } ClientHello;                                   RFC 5246 section 7.4.1.2
 * </pre>
 *
 * @param secureRenegotiation whether the client knows RFC 5746: it sent the extension or the signalling suite
 */
record ClientHello(boolean secureRenegotiation) {
    /** A hello of which nothing is believed: it was malformed, and the engine will say so. */
    static final ClientHello UNREADABLE = new ClientHello(false);

    private static final int CLIENT_HELLO = 1;
    private static final int RANDOM = 32;
    private static final int RENEGOTIATION_INFO = 0xFF01; // RFC 5746 section 3.2
    private static final int EMPTY_RENEGOTIATION_INFO_SCSV = 0x00FF; // RFC 5746 section 3.3

    /**
     * {@return the hello at the start of a stream of handshake messages, {@link #UNREADABLE}, or null for "need more"}
     *
     * @param bytes the payloads of the handshake records so far; read from position 0 of a duplicate
     */
    static @Nullable ClientHello parse(ByteBuffer bytes) {
        ByteBuffer in = bytes.duplicate();
        if (in.remaining() < 4) {
            return null;
        }
        int type = u8(in);
        int length = u8(in) << 16 | u16(in);
        if (type != CLIENT_HELLO) {
            return UNREADABLE;
        }
        if (in.remaining() < length) {
            return null;
        }
        in.limit(in.position() + length);
        try {
            return parseBody(in);
        } catch (BufferUnderflowException | IllegalArgumentException | IndexOutOfBoundsException x) {
            return UNREADABLE; // a length that points outside
        }
    }

    private static ClientHello parseBody(ByteBuffer in) {
        skip(in, 2 + RANDOM);
        skip(in, u8(in));
        boolean secure = false;
        ByteBuffer suites = vector(in, u16(in));
        while (suites.remaining() >= 2) {
            secure |= u16(suites) == EMPTY_RENEGOTIATION_INFO_SCSV;
        }
        skip(in, u8(in));
        if (in.hasRemaining()) {
            ByteBuffer extensions = vector(in, u16(in));
            while (extensions.hasRemaining()) {
                secure |= u16(extensions) == RENEGOTIATION_INFO;
                skip(extensions, u16(extensions));
            }
        }
        return new ClientHello(secure);
    }

    private static int u8(ByteBuffer in) {
        return in.get() & 0xFF;
    }

    private static int u16(ByteBuffer in) {
        return in.getShort() & 0xFFFF;
    }

    private static void skip(ByteBuffer in, int length) {
        in.position(in.position() + length);
    }

    private static ByteBuffer vector(ByteBuffer in, int length) {
        ByteBuffer vector = in.slice(in.position(), length);
        skip(in, length);
        return vector;
    }
}
