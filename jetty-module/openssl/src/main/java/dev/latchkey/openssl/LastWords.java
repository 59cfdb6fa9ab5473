package dev.latchkey.openssl;

import java.nio.ByteBuffer;

/**
 * What a connection says at its end where OpenSSL says nothing by itself: before the first record that it takes, and
 * inside a handshake, where it makes no close_notify.
 *
 * <p>To be used under the engine's lock.
 */
final class LastWords {
    /** A record in the clear: the warning close_notify. */
    static final byte[] CLOSE_NOTIFY = {21, 3, 3, 0, 2, 1, 0};

    /** A record in the clear: the fatal alert protocol_version. */
    static final byte[] PROTOCOL_VERSION = {21, 3, 3, 0, 2, 2, 70};

    /** A handshake record of a message that does not exist, which no key has protected. */
    private static final byte[] UNPROTECTED = {22, 3, 3, 0, 8, -1, -1, -1, -1, -1, -1, -1, -1};

    private LastWords() {}

    /** OpenSSL is given what it cannot take, and answers by a fatal alert, under the keys of now. */
    static void provokeAlert(SslHandle open) {
        ByteBuffer record = ByteBuffer.wrap(UNPROTECTED);
        open.bio().lendSource(record, record.remaining());
        try {
            LibSsl.SSL_do_handshake(open.address());
        } finally {
            open.bio().takeBack();
            SslError.clear();
        }
    }
}
