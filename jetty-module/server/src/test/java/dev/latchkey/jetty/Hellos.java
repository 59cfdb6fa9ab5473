package dev.latchkey.jetty;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/** Makes ClientHellos and the records that carry them (RFC 5246 sections 6.2.1 and 7.4.1.2). */
final class Hellos {
    static final int SCSV = 0x00FF;
    static final int RENEGOTIATION_INFO = 0xFF01;

    private Hellos() {}

    /** An extension of a hello. */
    record Extension(int type, byte[] body) {}

    /** {@return a list of numbers with a length in front, of so many bytes} */
    static byte[] numbers(int lengthBytes, int... values) {
        ByteArrayOutputStream list = new ByteArrayOutputStream();
        for (int value : values) {
            u16(list, value);
        }
        return vector(lengthBytes, list.toByteArray());
    }

    /** {@return bytes with their length in front, of so many bytes} */
    static byte[] vector(int lengthBytes, byte[] content) {
        ByteArrayOutputStream vector = new ByteArrayOutputStream();
        if (lengthBytes == 2) {
            vector.write(content.length >> 8);
        }
        vector.write(content.length);
        vector.writeBytes(content);
        return vector.toByteArray();
    }

    static Extension serverName(String host) {
        byte[] name = vector(2, host.getBytes(StandardCharsets.ISO_8859_1));
        byte[] entry = new byte[name.length + 1];
        System.arraycopy(name, 0, entry, 1, name.length);
        return new Extension(0, vector(2, entry));
    }

    static Extension alpn(String... protocols) {
        ByteArrayOutputStream list = new ByteArrayOutputStream();
        for (String protocol : protocols) {
            list.writeBytes(vector(1, protocol.getBytes(StandardCharsets.US_ASCII)));
        }
        return new Extension(16, vector(2, list.toByteArray()));
    }

    static Extension versions(int... versions) {
        return new Extension(43, numbers(1, versions));
    }

    static Extension groups(int... groups) {
        return new Extension(10, numbers(2, groups));
    }

    /** {@return a ClientHello message, with its header, whose extensions have a body of one byte} */
    static byte[] message(int[] suites, int... extensions) {
        return hello(
                suites,
                Arrays.stream(extensions)
                        .mapToObj(type -> new Extension(type, new byte[1]))
                        .toArray(Extension[]::new));
    }

    /** {@return a ClientHello message, with its header} */
    static byte[] hello(int[] suites, Extension... extensions) {
        ByteArrayOutputStream body = new ByteArrayOutputStream();
        u16(body, 0x0303);
        body.writeBytes(new byte[32]);
        body.write(4); // session id
        body.writeBytes(new byte[] {1, 2, 3, 4});
        u16(body, 2 * suites.length);
        for (int suite : suites) {
            u16(body, suite);
        }
        body.write(1);
        body.write(0);
        if (extensions.length > 0) {
            ByteArrayOutputStream list = new ByteArrayOutputStream();
            for (Extension extension : extensions) {
                u16(list, extension.type());
                list.writeBytes(vector(2, extension.body()));
            }
            body.writeBytes(vector(2, list.toByteArray()));
        }
        return message(1, body.toByteArray());
    }

    static byte[] message(int type, byte[] body) {
        ByteArrayOutputStream message = new ByteArrayOutputStream();
        message.write(type);
        message.write(body.length >> 16);
        u16(message, body.length & 0xFFFF);
        message.writeBytes(body);
        return message.toByteArray();
    }

    static ByteBuffer record(int type, byte[] payload) {
        ByteArrayOutputStream record = new ByteArrayOutputStream();
        record.write(type);
        u16(record, 0x0301);
        u16(record, payload.length);
        record.writeBytes(payload);
        return ByteBuffer.wrap(record.toByteArray());
    }

    private static void u16(ByteArrayOutputStream out, int value) {
        out.write(value >> 8);
        out.write(value);
    }
}
