package dev.latchkey.openssl;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandles;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/** The handshake messages that an OpenSSL engine sends, before they are protected. */
final class SentMessages implements AutoCloseable {
    static final int SERVER_HELLO = 2;
    static final int ENCRYPTED_EXTENSIONS = 8;
    static final int CERTIFICATE = 11;
    static final int SERVER_NAME = 0;
    private static final int CONTENT_HANDSHAKE = 22;
    private static final int MESSAGE_HEADER = 4;
    private static final int VERSION_AND_RANDOM = 34;
    private static final int SUITE_AND_COMPRESSION = 3;

    private static final MemorySegment MESSAGE = Native.upcall(
            MethodHandles.lookup(),
            "onMessage",
            null,
            Native.INT,
            Native.INT,
            Native.INT,
            Native.PTR,
            Native.LONG,
            Native.PTR,
            Native.PTR);
    private static final Map<Long, List<byte[]>> SENT = new ConcurrentHashMap<>();

    private final long ssl;

    /** From when the handshake of this engine has begun, and nothing was sent. */
    SentMessages(OpenSslEngine engine) {
        ssl = engine.nativeAddressForTests();
        SENT.put(ssl, new ArrayList<>());
        LibSsl.SSL_set_msg_callback(ssl, MESSAGE);
    }

    static void onMessage(int written, int version, int type, long bytes, long length, long ssl, long ignored) {
        List<byte[]> sent = SENT.get(ssl);
        if (written != 0 && type == CONTENT_HANDSHAKE && sent != null) {
            sent.add(Native.bytes(bytes, length).toArray(ValueLayout.JAVA_BYTE));
        }
    }

    boolean has(int type) {
        return SENT.get(ssl).stream().anyMatch(message -> message[0] == type);
    }

    /** The types of the extensions in a ServerHello or EncryptedExtensions. */
    List<Integer> extensionsOf(int type) {
        byte[] message =
                SENT.get(ssl).stream().filter(m -> m[0] == type).findFirst().orElseThrow();
        ByteBuffer at = ByteBuffer.wrap(message, MESSAGE_HEADER, message.length - MESSAGE_HEADER);
        if (type == SERVER_HELLO) {
            at.position(at.position() + VERSION_AND_RANDOM);
            int id = at.get();
            at.position(at.position() + id + SUITE_AND_COMPRESSION);
        }
        List<Integer> types = new ArrayList<>();
        at.getShort();
        while (at.hasRemaining()) {
            types.add((int) at.getShort());
            int length = at.getShort();
            at.position(at.position() + length);
        }
        return types;
    }

    @Override
    public void close() {
        SENT.remove(ssl);
    }
}
