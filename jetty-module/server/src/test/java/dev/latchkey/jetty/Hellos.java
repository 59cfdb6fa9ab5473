package dev.latchkey.jetty;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;

/** Makes ClientHellos and the records that carry them (RFC 5246 sections 6.2.1 and 7.4.1.2). */
final class Hellos {
    static final int SCSV = 0x00FF;
    static final int RENEGOTIATION_INFO = 0xFF01;

    private Hellos() {}

    /** {@return a ClientHello message, with its header} */
    static byte[] message(int[] suites, int... extensions) {
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
            u16(body, extensions.length * 5);
            for (int extension : extensions) {
                u16(body, extension);
                u16(body, 1);
                body.write(0);
            }
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
