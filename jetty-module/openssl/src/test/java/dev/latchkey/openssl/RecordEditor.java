package dev.latchkey.openssl;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Stands between an OpenSSL end and the engine that is tested, and knows the keys: it opens the records that the peer
 * made, and seals others in their place, cut and mixed as a test likes, under the numbers and keys that are due.
 */
final class RecordEditor {
    static final int CHANGE_CIPHER_SPEC = 20;
    static final int ALERT = 21;
    static final int HANDSHAKE = 22;
    static final int APPLICATION_DATA = 23;
    private static final int CLIENT_HELLO = 1;
    private static final int SERVER_HELLO = 2;
    private static final int FINISHED = 20;
    private static final int KEY_UPDATE = 24;
    private static final int MESSAGE_HEADER = 4;

    /** What one record carries. */
    record Content(int type, byte[] bytes) {}

    /** The state of one side of the editor: which keys the next record has. */
    private final class Side {
        private @Nullable RecordKeys keys;
        private byte[] begun = {};
        private boolean established;
        /** The next record that is protected has the keys of the handshake. */
        private boolean due;

        /** A record with this was read or written; the messages that it ends may change the keys. */
        void passed(int type, byte[] bytes) {
            if (type == CHANGE_CIPHER_SPEC && !tls13) {
                byte[][] now = secrets.master12();
                keys = RecordKeys.of12(now[0], now[1], now[2], client);
            }
            if (type != HANDSHAKE) {
                return;
            }
            begun = RecordKeys.join(begun, bytes);
            while (begun.length >= MESSAGE_HEADER && begun.length >= length(begun)) {
                ended(begun[0]);
                begun = Arrays.copyOfRange(begun, length(begun), begun.length);
            }
        }

        private void ended(int message) {
            if (!tls13) {
                return;
            }
            if (message == KEY_UPDATE) {
                keys = keys.updated();
            } else if (message == FINISHED && !established) {
                keys = RecordKeys.of13(secrets.secret(PeerKeys.label(client, false)));
                established = true;
            } else if (message == (client ? CLIENT_HELLO : SERVER_HELLO)) {
                due = true;
            }
        }

        @Nullable
        RecordKeys keys() {
            if (due && secrets.knows(PeerKeys.label(client, true))) {
                due = false;
                keys = RecordKeys.of13(secrets.secret(PeerKeys.label(client, true)));
            }
            return keys;
        }
    }

    private final PeerKeys secrets;
    private final boolean client;
    private final boolean tls13;
    private final Side reading = new Side();
    private final Side writing = new Side();
    private ByteBuffer unread = ByteBuffer.allocate(0);

    /** @param peer whose handshake has begun, and which speaks AES-128-GCM with SHA-256 only */
    RecordEditor(OpenSslEngine peer, boolean tls13) {
        this.secrets = new PeerKeys(peer);
        this.client = peer.getUseClientMode();
        this.tls13 = tls13;
    }

    /** The length of the message at the front, with its header. */
    static int length(byte[] message) {
        return MESSAGE_HEADER + ((message[1] & 0xFF) << 16 | (message[2] & 0xFF) << 8 | message[3] & 0xFF);
    }

    /** Opens what the peer made; a record that is not whole is kept. */
    List<Content> open(ByteBuffer made) {
        ByteBuffer all = ByteBuffer.allocate(unread.remaining() + made.remaining());
        all.put(unread).put(made).flip();
        List<Content> contents = new ArrayList<>();
        while (all.remaining() >= TlsRecord.HEADER_SIZE && all.remaining() >= TlsRecord.length(all)) {
            byte[] record = new byte[TlsRecord.length(all)];
            all.get(record);
            Content content = open(record);
            reading.passed(content.type, content.bytes);
            contents.add(content);
        }
        unread = all;
        return contents;
    }

    private Content open(byte[] record) {
        boolean bare = tls13 && record[0] != APPLICATION_DATA;
        RecordKeys keys = bare ? null : reading.keys();
        if (keys == null) {
            return new Content(record[0], Arrays.copyOfRange(record, TlsRecord.HEADER_SIZE, record.length));
        }
        byte[] inner = keys.open(record);
        return new Content(inner[inner.length - 1], Arrays.copyOf(inner, inner.length - 1));
    }

    /** A record that carries this, as the engine expects it next. */
    byte[] seal(int type, byte... bytes) {
        boolean bare = tls13 && type == CHANGE_CIPHER_SPEC;
        RecordKeys keys = bare ? null : writing.keys();
        byte[] record =
                keys == null ? RecordKeys.join(RecordKeys.header(type, bytes.length), bytes) : keys.seal(type, bytes);
        writing.passed(type, bytes);
        return record;
    }

    byte[] seal(Content content) {
        return seal(content.type, content.bytes);
    }
}
