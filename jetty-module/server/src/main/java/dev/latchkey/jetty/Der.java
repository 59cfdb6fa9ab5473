package dev.latchkey.jetty;

import java.io.IOException;
import java.math.BigInteger;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/**
 * As much of DER (X.690) as the names in a certificate need, and strict: what does not decode is malformed, and never
 * replaced by something near it. For one thread.
 */
final class Der {
    static final int OBJECT_IDENTIFIER = 0x06;
    static final int OCTET_STRING = 0x04;
    static final int SEQUENCE = 0x30;
    static final int SET = 0x31;

    private static final int MOST_LENGTH_BYTES = 3;
    private static final BigInteger FORTY = BigInteger.valueOf(40);

    private final byte[] bytes;
    private int position;
    private final int end;

    Der(byte[] bytes) {
        this(bytes, 0, bytes.length);
    }

    private Der(byte[] bytes, int position, int end) {
        this.bytes = bytes;
        this.position = position;
        this.end = end;
    }

    boolean isEmpty() {
        return position == end;
    }

    boolean isNext(int tag) {
        return position < end && (bytes[position] & 0xFF) == tag;
    }

    /** {@return the tag of the value that comes next} */
    int tag() throws IOException {
        if (isEmpty()) {
            throw new IOException("ends too early");
        }
        return bytes[position] & 0xFF;
    }

    /** {@return the inside of the value that comes next, which is this and nothing else} */
    Der enter(int tag) throws IOException {
        if (!isNext(tag)) {
            throw new IOException("not what was expected");
        }
        return enter();
    }

    /** {@return the inside of the value that comes next, whatever it is} */
    Der enter() throws IOException {
        if ((tag() & 0x1F) == 0x1F) {
            throw new IOException("a tag of several bytes");
        }
        position++;
        int length = next();
        if (length > 0x7F) {
            int count = length & 0x7F;
            if (count == 0 || count > MOST_LENGTH_BYTES) {
                throw new IOException("not a length of DER, or of a name");
            }
            length = 0;
            for (int i = 0; i < count; i++) {
                length = length << 8 | next();
            }
        }
        if (length > end - position) {
            throw new IOException("longer than it is");
        }
        Der inside = new Der(bytes, position, position + length);
        position += length;
        return inside;
    }

    private int next() throws IOException {
        if (position >= end) {
            throw new IOException("ends too early");
        }
        return bytes[position++] & 0xFF;
    }

    byte[] rest() {
        return Arrays.copyOfRange(bytes, position, end);
    }

    /** {@return the OBJECT IDENTIFIER that comes next, in dots; its arcs may be of any size (2.25 takes a UUID)} */
    String objectIdentifier() throws IOException {
        Der inside = enter(OBJECT_IDENTIFIER);
        StringBuilder dotted = new StringBuilder();
        while (!inside.isEmpty()) {
            BigInteger arc = inside.arc();
            if (dotted.length() == 0) {
                BigInteger first = arc.divide(FORTY).min(BigInteger.TWO);
                dotted.append(first);
                arc = arc.subtract(FORTY.multiply(first));
            }
            dotted.append('.').append(arc);
        }
        if (dotted.length() == 0) {
            throw new IOException("an empty OBJECT IDENTIFIER");
        }
        return dotted.toString();
    }

    private BigInteger arc() throws IOException {
        BigInteger arc = BigInteger.ZERO;
        int octet;
        do {
            octet = next();
            if (arc.signum() == 0 && octet == 0x80) {
                throw new IOException("an arc with leading zeros");
            }
            arc = arc.shiftLeft(7).or(BigInteger.valueOf(octet & 0x7F));
        } while (octet > 0x7F);
        return arc;
    }

    /**
     * {@return the text that comes next, in whatever string type}
     *
     * <p>A TeletexString is read as far as it is ASCII: beyond that its makers do not agree on what its bytes mean.
     */
    String text() throws IOException {
        int tag = tag();
        byte[] value = enter().rest();
        return switch (tag) {
            case 0x0C -> decode(value, StandardCharsets.UTF_8); // UTF8String
            case 0x12, 0x13, 0x14, 0x16, 0x1A -> // NumericString, Printable-, Teletex-, IA5-, VisibleString
                decode(value, StandardCharsets.US_ASCII);
            case 0x1E -> decode(value, StandardCharsets.UTF_16BE); // BMPString
            case 0x1C -> decode(value, Charset.forName("UTF-32BE")); // UniversalString
            default -> throw new IOException("no string");
        };
    }

    private static String decode(byte[] value, Charset charset) throws CharacterCodingException {
        return charset.newDecoder().decode(ByteBuffer.wrap(value)).toString(); // which reports what is malformed
    }

    /** {@return the rest of this as text of ASCII} */
    String ascii() throws IOException {
        return decode(rest(), StandardCharsets.US_ASCII);
    }
}
