package dev.latchkey.jetty;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.ByteBuffer;
import java.util.Arrays;
import org.junit.jupiter.api.Test;

class ClientHelloTapTest {
    private static final int HANDSHAKE = 22;
    private static final byte[] HELLO = Hellos.message(new int[] {0xC02F}, 5, Hellos.RENEGOTIATION_INFO);

    private final ClientHelloTap tap = new ClientHelloTap();

    @Test
    void aHelloInOneRecordIsReadAndTheRecordIsLeftAlone() {
        ByteBuffer record = Hellos.record(HANDSHAKE, HELLO);
        int remaining = record.remaining();
        tap.consumed(record);
        assertThat(tap.isDone()).isTrue();
        assertThat(tap.hello().secureRenegotiation()).isTrue();
        assertThat(record.remaining()).isEqualTo(remaining);
    }

    @Test
    void aHelloCutIntoRecordsOfAnySizeIsReadOnceItIsWhole() {
        for (int size = 1; size <= HELLO.length; size++) {
            ClientHelloTap cut = new ClientHelloTap();
            for (int at = 0; at < HELLO.length; at += size) {
                assertThat(cut.hello()).as("size %s at %s", size, at).isNull();
                cut.consumed(
                        Hellos.record(HANDSHAKE, Arrays.copyOfRange(HELLO, at, Math.min(HELLO.length, at + size))));
            }
            assertThat(cut.hello().secureRenegotiation()).as("size %s", size).isTrue();
        }
    }

    @Test
    void anEmptyRecordChangesNothing() {
        tap.consumed(Hellos.record(HANDSHAKE, new byte[0]));
        assertThat(tap.isDone()).isFalse();
        tap.consumed(Hellos.record(HANDSHAKE, HELLO));
        assertThat(tap.hello().secureRenegotiation()).isTrue();
    }

    @Test
    void whatComesAfterTheHelloIsNotLookedAt() {
        tap.consumed(Hellos.record(HANDSHAKE, HELLO));
        tap.consumed(Hellos.record(HANDSHAKE, Hellos.message(new int[] {0xC02F})));
        tap.consumed(Hellos.record(23, new byte[] {1}));
        assertThat(tap.hello().secureRenegotiation()).isTrue();
    }

    @Test
    void anotherContentTypeIsNoHello() {
        tap.consumed(Hellos.record(21, new byte[] {2, 40}));
        assertThat(tap.hello()).isEqualTo(ClientHello.UNREADABLE);
    }

    @Test
    void aHelloWithoutEndIsNotCollectedForEver() {
        byte[] endless = Hellos.message(1, new byte[0]);
        endless[1] = (byte) 0xFF; // 16 MB to come
        tap.consumed(Hellos.record(HANDSHAKE, endless));
        for (int i = 0; i < 6 && !tap.isDone(); i++) {
            tap.consumed(Hellos.record(HANDSHAKE, new byte[16 * 1024]));
        }
        assertThat(tap.hello()).isEqualTo(ClientHello.UNREADABLE);
    }
}
