package dev.latchkey.jetty;

import java.nio.ByteBuffer;

/**
 * Watches the client's records during one negotiation, so that rubbish ends in a reason at once and not at the deadline.
 *
 * <p>Threads: confined to the lock of the connection.
 */
final class RecordWatch {
    /**
     * So many records may come during one negotiation. A client may send its answer in records of one byte; one that
     * sends more than any answer needs is playing for time.
     */
    private static final int MOST_RECORDS = 65_536;

    // RFC 8446 appendix B.1, RFC 6520: change_cipher_spec, alert, handshake, application_data, heartbeat.
    private static final int FIRST_TYPE = 20;
    private static final int LAST_TYPE = 24;
    private static final int MAJOR_VERSION = 3;

    private int records;

    /** A negotiation begins. */
    void reset() {
        records = 0;
    }

    /**
     * Looks at the header of a record that has begun to come in. A TLS engine may wait for the whole record, of whatever
     * length it claims, before it finds that this is no TLS.
     *
     * @throws RefusedRecordException if it can be no record of TLS (RFC 8446 section 5.1)
     */
    void begins(ByteBuffer input) throws RefusedRecordException {
        int at = input.position();
        if (input.remaining() >= 1) {
            int type = input.get(at) & 0xFF;
            if (type < FIRST_TYPE || type > LAST_TYPE) {
                throw new RefusedRecordException("what came is no TLS record: its type is " + type);
            }
        }
        if (input.remaining() >= 2 && input.get(at + 1) != MAJOR_VERSION) {
            throw new RefusedRecordException("what came is no TLS record: its version is none of TLS");
        }
    }

    /**
     * A record was read.
     *
     * @throws RefusedRecordException if there were more than any answer needs
     */
    void consumed() throws RefusedRecordException {
        if (++records > MOST_RECORDS) {
            throw new RefusedRecordException("more records than any answer needs");
        }
    }
}
