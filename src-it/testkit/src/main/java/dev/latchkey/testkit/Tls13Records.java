package dev.latchkey.testkit;

import java.io.DataInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.OutputStream;
import java.net.Socket;
import java.nio.ByteBuffer;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * The records of one TLS 1.3 connection, under the keys of each moment (RFC 8446 section 5).
 *
 * <p>One thread reads, and any may write: a write holds this object's lock.
 */
final class Tls13Records implements Tamper.Wire {
    static final int CHANGE_CIPHER_SPEC = 20;
    private static final int HEADER = 5;
    private static final int LARGEST = 16_384;

    /** A record as it was meant. */
    record Content(int type, ByteBuffer payload) {}

    private final Socket socket;
    private final DataInputStream in;
    private final OutputStream out;
    private @Nullable TrafficKeys reading;
    private @Nullable TrafficKeys writing;

    Tls13Records(Socket socket) throws IOException {
        this.socket = socket;
        this.in = new DataInputStream(socket.getInputStream());
        this.out = socket.getOutputStream();
    }

    /** From the next record on. */
    void readWith(TrafficKeys keys) {
        reading = keys;
    }

    /** From the next record on. */
    synchronized void writeWith(TrafficKeys keys) {
        writing = keys;
    }

    /** {@return the next record but for change_cipher_spec, which means nothing; null at the end of the stream} */
    @Nullable
    Content read() throws IOException {
        while (true) {
            byte[] header = in.readNBytes(HEADER);
            if (header.length == 0) {
                return null;
            }
            if (header.length < HEADER) {
                throw new EOFException("The connection ended within a record's header");
            }
            byte[] body = in.readNBytes((header[3] & 0xff) << 8 | header[4] & 0xff);
            if (reading == null || header[0] != TlsRecord.APPLICATION_DATA) {
                if (header[0] != CHANGE_CIPHER_SPEC) {
                    return new Content(header[0], ByteBuffer.wrap(body));
                }
                continue;
            }
            byte[] inner = reading.open(header, body);
            if (inner.length == 0) {
                throw new IOException("A record without a content type");
            }
            return new Content(inner[inner.length - 1], ByteBuffer.wrap(inner, 0, inner.length - 1));
        }
    }

    /** Sends bytes in as few records as possible. */
    synchronized void write(int contentType, byte[] bytes, int offset, int length) throws IOException {
        for (int done = 0; done < length; done += LARGEST) {
            int from = offset + done;
            record(contentType, Arrays.copyOfRange(bytes, from, from + Math.min(LARGEST, length - done)));
        }
    }

    @Override
    public synchronized void record(int contentType, byte[] payload) throws IOException {
        if (writing == null) {
            byte[] header = {(byte) contentType, 3, 1, (byte) (payload.length >> 8), (byte) payload.length};
            bare(Tls13Messages.join(header, payload));
        } else {
            bare(writing.seal(contentType, payload));
        }
    }

    @Override
    public synchronized void bare(byte[] bytes) throws IOException {
        out.write(bytes);
        out.flush();
    }

    @Override
    public void closeBare() throws IOException {
        socket.close();
    }

    Socket socket() {
        return socket;
    }
}
