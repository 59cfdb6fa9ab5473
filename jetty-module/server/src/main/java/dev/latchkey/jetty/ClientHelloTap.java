package dev.latchkey.jetty;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;

/**
 * Reads along with the engine until the ClientHello is whole, however many records and segments it comes in. It takes
 * nothing away and holds nothing up. Guarded by its connection's lock; {@link #hello()} may be read by any thread.
 */
final class ClientHelloTap {
    private static final int HANDSHAKE = 22;
    private static final int RECORD_HEADER = 5;
    private static final int MESSAGE_HEADER = 4;
    /** RFC 8446 section 4 lets a handshake message be longer; no client needs it. */
    private static final int MOST = 64 * 1024;

    private @Nullable ByteArrayOutputStream collected = new ByteArrayOutputStream(1024);
    private int needed = MESSAGE_HEADER;
    private volatile @Nullable ClientHello hello;

    /** {@return one that has nothing more to read, because the hello was read before} */
    static ClientHelloTap done(ClientHello known) {
        ClientHelloTap tap = new ClientHelloTap();
        tap.finish(known);
        return tap;
    }

    /** {@return what the client said, or null while it has not finished speaking} */
    @Nullable
    ClientHello hello() {
        return hello;
    }

    boolean isDone() {
        return hello != null;
    }

    /**
     * Takes what the engine consumed: one whole record.
     *
     * @param record from the record's header to its end
     */
    void consumed(ByteBuffer record) {
        ByteArrayOutputStream sofar = collected;
        if (sofar == null || record.remaining() <= RECORD_HEADER) {
            return;
        }
        ByteBuffer in = record.duplicate();
        if (in.get() != HANDSHAKE || sofar.size() > MOST) {
            finish(ClientHello.UNREADABLE);
            return;
        }
        in.position(in.position() + RECORD_HEADER - 1);
        byte[] payload = new byte[in.remaining()];
        in.get(payload);
        sofar.writeBytes(payload);
        if (sofar.size() < needed) {
            return; // parsed once it is whole, so that a hello in a thousand records costs no more than one
        }
        ClientHello parsed = ClientHello.parse(ByteBuffer.wrap(sofar.toByteArray()));
        if (parsed != null) {
            finish(parsed);
        } else if (sofar.size() >= MESSAGE_HEADER) {
            byte[] header = sofar.toByteArray();
            needed = MESSAGE_HEADER + ((header[1] & 0xFF) << 16 | (header[2] & 0xFF) << 8 | header[3] & 0xFF);
        }
    }

    private void finish(ClientHello parsed) {
        hello = parsed;
        collected = null;
    }
}
