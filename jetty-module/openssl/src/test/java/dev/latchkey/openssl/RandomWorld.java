package dev.latchkey.openssl;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLEngineResult;
import javax.net.ssl.SSLEngineResult.HandshakeStatus;
import javax.net.ssl.SSLException;

/**
 * One connection whose peer cuts and mixes its records, whose network gives bytes when it likes, and whose tested
 * engine is called at random; a model beside it knows what must have come of it.
 */
final class RandomWorld {
    private static final byte[] USER_CANCELED = {1, 90};
    private static final int LARGEST = 40_000;
    private static final int MOST_ROUNDS = 10_000;

    /** What may have happened to a connection that not all data survives. */
    private enum End {
        NONE,
        PEER_CLOSED,
        TESTED_CLOSED,
        SPOILT
    }

    private final Random random;
    private final boolean tls13;
    private final boolean server;
    private final EditedPair pair;
    private final CheckedEngine tested;
    private final ByteArrayOutputStream sentByPeer = new ByteArrayOutputStream();
    private final ByteArrayOutputStream sentByTested = new ByteArrayOutputStream();
    private final StringBuilder receivedByPeer = new StringBuilder();
    private final ByteArrayOutputStream receivedByTested = new ByteArrayOutputStream();
    private final List<String> history = new ArrayList<>();
    /** On their way, not arrived. */
    private byte[] toTested = {};

    private ByteBuffer arrived = ByteBuffer.allocate(0);
    private byte[] toPeer = {};
    private End end = End.NONE;

    RandomWorld(long seed, boolean server, boolean tls13, SSLContext testedContext, SSLContext peerContext)
            throws SSLException {
        this.random = new Random(seed);
        this.tls13 = tls13;
        this.server = server;
        String protocol = tls13 ? "TLSv1.3" : "TLSv1.2";
        this.pair = server
                ? EditedPair.server(peerContext, testedContext, protocol)
                : EditedPair.client(testedContext, peerContext, protocol);
        this.tested = new CheckedEngine(pair.tested.engine);
    }

    /** Lives a while, and ends; whatever went wrong tells what was done. */
    void live(int steps) {
        try {
            for (int i = 0; i < steps; i++) {
                act();
            }
            settle();
            if (end == End.NONE) {
                judgeLife();
            } else {
                judgeEnd();
            }
            judgeData();
            close(tested);
        } catch (SSLException e) {
            end(e);
        } catch (RuntimeException | AssertionError e) {
            throw new AssertionError("After " + history, e);
        }
    }

    /** Who closes in a handshake, or gets what was spoilt, may fail; but what came before was right, and it ends. */
    private void end(SSLException e) {
        try {
            if (end == End.NONE) {
                throw new AssertionError("It failed with nothing wrong", e);
            }
            judgeData();
            close(tested);
        } catch (RuntimeException | AssertionError x) {
            throw new AssertionError("After " + history + " and " + e, x);
        }
    }

    private void close(CheckedEngine engine) {
        engine.close();
        new CheckedEngine(pair.peer.engine).close();
    }

    private void act() throws SSLException {
        switch (random.nextInt(24)) {
            case 0, 1, 2 -> peerWrites();
            case 3, 4, 5 -> testedWrites(mayWrite() ? random.nextInt(LARGEST) : 0, random.nextInt(10) == 0);
            case 6, 7, 8, 9 -> deliverToTested(1 + random.nextInt(random.nextBoolean() ? 8 : 30_000));
            case 10, 11, 12, 13, 14 -> testedReads(random.nextInt(10) == 0 ? random.nextInt(300) : TlsRecord.MAX_SIZE);
            case 15, 16, 17 -> peerMoves(1 + random.nextInt(30_000));
            case 18 -> keyUpdate();
            case 19 -> newHandshake();
            case 20 -> emptyOrWarning();
            case 21 -> testedWrites(0, false);
            case 22 -> close();
            default -> spoil();
        }
    }

    /** JSSE writes data behind the ClientHello of its renegotiation, and OpenSSL's server does not take it there. */
    private boolean mayWrite() {
        return tls13
                || tested.engine instanceof OpenSslEngine
                || tested.engine.getHandshakeStatus() == HandshakeStatus.NOT_HANDSHAKING;
    }

    private boolean isOpen() {
        return end == End.NONE && pair.tested.finished + tested.finished > 0 && established();
    }

    private boolean established() {
        return !tested.engine.getSession().getProtocol().equals("NONE")
                && !pair.peer.engine.getSession().getProtocol().equals("NONE");
    }

    private byte[] letters(int length) {
        byte[] data = new byte[length];
        for (int i = 0; i < length; i++) {
            data[i] = (byte) ('a' + random.nextInt(26));
        }
        return data;
    }

    private void peerWrites() throws SSLException {
        if (!established() || pair.peer.engine.isOutboundDone()) {
            return;
        }
        byte[] data = letters(1 + random.nextInt(LARGEST));
        int consumed = pair.peer.wrap(ByteBuffer.wrap(data)).bytesConsumed();
        history.add("peer writes " + consumed);
        sentByPeer.write(data, 0, consumed);
        pass();
    }

    /** What the peer made goes on its way, cut anew. */
    private void pass() {
        for (RecordEditor.Content content : pair.take()) {
            boolean cut = content.type() == RecordEditor.HANDSHAKE || content.type() == RecordEditor.APPLICATION_DATA;
            byte[] bytes = content.bytes();
            int from = 0;
            do {
                int most = bytes.length - from;
                int length = cut && most > 1 && random.nextBoolean() ? 1 + random.nextInt(most) : most;
                seal(content.type(), Arrays.copyOfRange(bytes, from, from + length));
                from += length;
            } while (from < bytes.length);
        }
    }

    private void seal(int type, byte... bytes) {
        toTested = RecordKeys.join(toTested, pair.editor.seal(type, bytes));
    }

    private void deliverToTested(int most) {
        int count = Math.min(most, toTested.length);
        ByteBuffer joined = ByteBuffer.allocate(arrived.remaining() + count);
        arrived = joined.put(arrived).put(toTested, 0, count).flip();
        toTested = Arrays.copyOfRange(toTested, count, toTested.length);
    }

    private boolean testedReads(int space) throws SSLException {
        tested.runTasks();
        if (tested.engine.isInboundDone()) {
            return false;
        }
        ByteBuffer room = ByteBuffer.allocate(space);
        SSLEngineResult result = tested.unwrap(arrived, room);
        history.add("tested reads " + result.getStatus() + " " + result.bytesConsumed() + "/" + result.bytesProduced());
        byte[] data = new byte[room.remaining()];
        room.get(data);
        receivedByTested.writeBytes(data);
        tested.runTasks();
        return result.bytesConsumed() > 0;
    }

    private boolean testedWrites(int size, boolean anyRoom) throws SSLException {
        tested.runTasks();
        if (tested.engine.isOutboundDone()) {
            return false;
        }
        byte[] data = letters(size);
        int packet = tested.engine.getSession().getPacketBufferSize();
        int space = anyRoom ? random.nextInt(packet) : packet;
        ByteBuffer room = ByteBuffer.allocate(space);
        ByteBuffer source = random.nextBoolean() ? ByteBuffer.wrap(data) : direct(data);
        SSLEngineResult result = tested.wrap(source, room);
        history.add(
                "tested writes " + result.getStatus() + " " + result.bytesConsumed() + "/" + result.bytesProduced());
        sentByTested.write(data, 0, result.bytesConsumed());
        byte[] made = new byte[room.remaining()];
        room.get(made);
        toPeer = RecordKeys.join(toPeer, made);
        return made.length > 0;
    }

    private static ByteBuffer direct(byte[] data) {
        return ByteBuffer.allocateDirect(data.length).put(data).flip();
    }

    private boolean peerMoves(int most) throws SSLException {
        int count = Math.min(most, toPeer.length);
        pair.tested.send(ByteBuffer.wrap(Arrays.copyOf(toPeer, count)));
        toPeer = Arrays.copyOfRange(toPeer, count, toPeer.length);
        boolean moved = pair.peer.step();
        receivedByPeer.append(pair.peer.takeReceived());
        pass();
        return moved || count > 0;
    }

    private void keyUpdate() {
        if (tls13 && isOpen() && !pair.peer.engine.isInboundDone() && !pair.peer.engine.isOutboundDone()) {
            history.add("key update");
            long ssl = pair.peer.openSsl().nativeAddressForTests();
            LibSsl.SSL_key_update(ssl, random.nextInt(2));
            LibSsl.SSL_do_handshake(ssl);
            SslError.clear();
        }
    }

    private void newHandshake() throws SSLException {
        if (!isOpen() || tested.engine.getHandshakeStatus() != HandshakeStatus.NOT_HANDSHAKING) {
            return;
        }
        if (!tls13) {
            history.add("renegotiation");
            (server ? tested.engine : pair.peer.engine).beginHandshake();
            return;
        }
        OpenSslEngine asking = server ? tested.engine instanceof OpenSslEngine ours ? ours : null : pair.peer.openSsl();
        if (asking != null
                && asking.canRequestCertificate()
                && !asking.certificateRequestState().isPending()) {
            if (asking.isInsideMessage()) {
                return;
            }
            history.add("certificate request");
            asking.requestCertificate(null);
        }
    }

    private void emptyOrWarning() {
        boolean handshakes = pair.peer.engine.getHandshakeStatus() != HandshakeStatus.NOT_HANDSHAKING;
        if (isOpen() && !handshakes) {
            // JSSE refuses an empty record on TLS 1.3.
            if (random.nextBoolean() && (!tls13 || tested.engine instanceof OpenSslEngine)) {
                history.add("empty record");
                seal(RecordEditor.APPLICATION_DATA);
            } else if (!tls13) {
                history.add("warning");
                seal(RecordEditor.ALERT, USER_CANCELED);
            }
        }
    }

    private void close() {
        if (end != End.NONE || random.nextInt(8) != 0) {
            return;
        }
        boolean ours = random.nextBoolean();
        history.add(ours ? "tested closes" : "peer closes");
        end = ours ? End.TESTED_CLOSED : End.PEER_CLOSED;
        (ours ? tested.engine : pair.peer.engine).closeOutbound();
    }

    private void spoil() {
        if (end != End.NONE || toTested.length < 10 || random.nextInt(8) != 0) {
            return;
        }
        history.add("spoilt");
        end = End.SPOILT;
        switch (random.nextInt(3)) {
            case 0 -> toTested[random.nextInt(toTested.length)] ^= (byte) (1 << random.nextInt(8));
            case 1 -> toTested = Arrays.copyOfRange(toTested, 1 + random.nextInt(toTested.length), toTested.length);
            default -> {
                int half = toTested.length / 2;
                toTested = RecordKeys.join(
                        Arrays.copyOfRange(toTested, half, toTested.length), Arrays.copyOf(toTested, half));
            }
        }
    }

    /** Everything arrives, and both do all that they can. */
    private void settle() throws SSLException {
        boolean moved = true;
        for (int i = 0; moved; i++) {
            assertThat(i).as("rounds without an end").isLessThan(MOST_ROUNDS);
            moved = peerMoves(toPeer.length);
            moved |= toTested.length > 0;
            deliverToTested(toTested.length);
            moved |= testedReads(TlsRecord.MAX_SIZE);
            tested.runTasks();
            if (tested.engine.getHandshakeStatus() == HandshakeStatus.NEED_WRAP) {
                moved |= testedWrites(0, false) || tested.engine.getHandshakeStatus() == HandshakeStatus.NEED_WRAP;
            }
        }
    }

    /** Nothing was closed or spoilt: all came, and nobody waits. */
    private void judgeLife() {
        assertThat(tested.engine.getHandshakeStatus()).isEqualTo(HandshakeStatus.NOT_HANDSHAKING);
        assertThat(receivedByTested.size()).as("what the peer sent came").isEqualTo(sentByPeer.size());
        assertThat(receivedByPeer.length()).as("what we sent came").isEqualTo(sentByTested.size());
    }

    private void judgeEnd() {
        if (end == End.TESTED_CLOSED) {
            assertThat(tested.engine.isOutboundDone()).as("outbound done").isTrue();
        } else if (end == End.PEER_CLOSED) {
            assertThat(tested.engine.isInboundDone()).as("inbound done").isTrue();
        }
    }

    private void judgeData() {
        assertThat(text(sentByPeer).startsWith(text(receivedByTested)))
                .as("data came as it was sent")
                .isTrue();
        assertThat(text(sentByTested).startsWith(receivedByPeer.toString()))
                .as("data went as it was written")
                .isTrue();
    }

    private static String text(ByteArrayOutputStream bytes) {
        return bytes.toString(StandardCharsets.ISO_8859_1);
    }
}
