package dev.latchkey.openssl;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import javax.net.ssl.SSLEngineResult;
import javax.net.ssl.SSLEngineResult.HandshakeStatus;
import javax.net.ssl.SSLEngineResult.Status;
import javax.net.ssl.SSLException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** One {@code wrap} makes as many records as there is data and room for; JSSE reads them. */
class SeveralRecordsTest {
    private static final int KEY_UPDATE_REQUESTED = 1;

    private static EnginePair pair(String protocol) throws Exception {
        return new EnginePair(Pki.context(Engines.JSSE), Pki.context(Engines.OPENSSL, Pki.SERVER_RSA), protocol)
                .handshake();
    }

    /** One wrap into this much room; the lengths of the records that it made, which go to the client. */
    private static List<Integer> recordsOf(EnginePair pair, int room, ByteBuffer... sources) throws SSLException {
        ByteBuffer made = ByteBuffer.allocate(room);
        SSLEngineResult result = Peer.checked(() -> pair.server.engine.wrap(sources, made));
        assertThat(result.getStatus()).isEqualTo(Status.OK);
        assertThat(result.bytesProduced()).isEqualTo(made.position());
        made.flip();
        pair.server.send(made.duplicate());
        List<Integer> lengths = new ArrayList<>();
        while (made.hasRemaining()) {
            int length = TlsRecord.length(made);
            lengths.add(length);
            made.position(made.position() + length);
        }
        return lengths;
    }

    private static byte[] random(int size) {
        byte[] bytes = new byte[size];
        new Random(size).nextBytes(bytes);
        return bytes;
    }

    private static byte[] read(Peer peer) throws SSLException {
        ByteBuffer all = ByteBuffer.allocate(200_000);
        while (peer.inbound.hasRemaining()) {
            peer.engine.unwrap(peer.inbound, all);
        }
        byte[] bytes = new byte[all.flip().remaining()];
        all.get(bytes);
        return bytes;
    }

    @ParameterizedTest
    @ValueSource(strings = {"TLSv1.2", "TLSv1.3"})
    void fillsTheBufferThatTheSessionAsksFor(String protocol) throws Exception {
        EnginePair pair = pair(protocol);
        int size = pair.server.engine.getSession().getPacketBufferSize();
        byte[] data = random(3 * TlsRecord.MAX_PLAINTEXT_SIZE + 1000);
        ByteBuffer source = ByteBuffer.wrap(data);
        assertThat(recordsOf(pair, size, source)).hasSize(3);
        assertThat(source.remaining()).isEqualTo(1000);
        assertThat(recordsOf(pair, size, source)).hasSize(1);
        assertThat(read(pair.client)).isEqualTo(data);
        pair.close();
    }

    @ParameterizedTest
    @ValueSource(strings = {"TLSv1.2", "TLSv1.3"})
    void fromSeveralBuffersHeapAndDirect(String protocol) throws Exception {
        EnginePair pair = pair(protocol);
        byte[] data = random(40_000);
        ByteBuffer direct = ByteBuffer.allocateDirect(30_000);
        direct.put(data, 5_000, 30_000).flip();
        ByteBuffer[] sources = {
            ByteBuffer.wrap(data, 0, 5_000).asReadOnlyBuffer(),
            ByteBuffer.allocate(0),
            direct,
            ByteBuffer.wrap(data, 35_000, 5_000)
        };
        assertThat(recordsOf(pair, 60_000, sources)).hasSize(3);
        assertThat(sources).noneMatch(ByteBuffer::hasRemaining);
        assertThat(read(pair.client)).isEqualTo(data);
        pair.close();
    }

    /** With no room for the largest record a wrap overflows, and so none is begun. */
    @Test
    void noneIsBegunWithoutRoomForTheLargest() throws Exception {
        EnginePair pair = pair("TLSv1.3");
        ByteBuffer source = ByteBuffer.wrap(random(20_000));
        assertThat(recordsOf(pair, TlsRecord.MAX_SIZE + 16_405, source)).hasSize(1);
        assertThat(recordsOf(pair, TlsRecord.MAX_SIZE, source)).hasSize(1);
        assertThat(source.hasRemaining()).isFalse();
        assertThat(read(pair.client)).isEqualTo(random(20_000));
        pair.close();
    }

    /** What OpenSSL sends by itself before the data goes into the same buffer, first. */
    @Test
    void aKeyUpdateOfOursGoesBetween() throws Exception {
        EnginePair pair = pair("TLSv1.3");
        LibSsl.SSL_key_update(pair.server.openSsl().nativeAddressForTests(), KEY_UPDATE_REQUESTED);
        byte[] data = random(40_000);
        ByteBuffer source = ByteBuffer.wrap(data);
        List<Integer> lengths = new ArrayList<>();
        while (source.hasRemaining() || pair.server.engine.getHandshakeStatus() == HandshakeStatus.NEED_WRAP) {
            lengths.addAll(recordsOf(pair, 60_000, source));
        }
        assertThat(lengths).hasSize(4);
        assertThat(lengths.get(0)).isLessThan(100);
        assertThat(read(pair.client)).isEqualTo(data);
        pair.settle();
        pair.exchange();
        pair.close();
    }
}
