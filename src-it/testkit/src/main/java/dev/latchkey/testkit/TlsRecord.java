package dev.latchkey.testkit;

/**
 * A TLS record as it passes a {@link RecordPipe}, or a run of bytes that is none.
 *
 * @param direction where it goes
 * @param index its number in its connection and direction, from 0
 * @param contentType 20 change_cipher_spec, 21 alert, 22 handshake, 23 application_data, 24 heartbeat; {@link #NONE} for
 *     bytes that are no record. TLS 1.3 shows 23 for all that is encrypted (RFC 8446 section 5.2)
 * @param length the length of the whole, with the header of 5 bytes
 */
public record TlsRecord(PipeDirection direction, int index, int contentType, int length) {
    /** The content type of bytes that are no TLS record. */
    public static final int NONE = -1;

    /** The content type of an alert. */
    public static final int ALERT = 21;

    /** The content type of a handshake message. */
    public static final int HANDSHAKE = 22;

    /** The content type of application data. */
    public static final int APPLICATION_DATA = 23;
}
