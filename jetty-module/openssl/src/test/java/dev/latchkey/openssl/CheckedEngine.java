package dev.latchkey.openssl;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.ByteBuffer;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLEngineResult;
import javax.net.ssl.SSLEngineResult.HandshakeStatus;
import javax.net.ssl.SSLEngineResult.Status;
import javax.net.ssl.SSLException;

/**
 * An engine whose every call is held to JSSE's contract: results tell what the buffers tell, a status is true, an end
 * is for ever, and no progress never looks like progress. It is the same for both engines.
 */
final class CheckedEngine {
    /** No engine needs more calls than this to say all that it has to say. */
    private static final int MOST_CALLS = 100;

    final SSLEngine engine;
    private boolean inboundDone;
    private boolean outboundDone;
    private boolean failed;
    int finished;

    CheckedEngine(SSLEngine engine) {
        this.engine = engine;
    }

    /** One wrap of this data; what it made is between position and limit of the room afterwards. */
    SSLEngineResult wrap(ByteBuffer source, ByteBuffer room) throws SSLException {
        HandshakeStatus before = engine.getHandshakeStatus();
        int packet = engine.getSession().getPacketBufferSize();
        int data = source.remaining();
        int space = room.remaining();
        int start = room.position();
        SSLEngineResult result = call(() -> engine.wrap(source, room));
        assertThat(result.bytesConsumed()).as("consumed").isEqualTo(data - source.remaining());
        assertThat(result.bytesProduced()).as("produced").isEqualTo(room.position() - start);
        check(result, before);
        switch (result.getStatus()) {
            case BUFFER_OVERFLOW ->
                assertThat(space).as("room that was too small").isLessThan(packet);
            case CLOSED ->
                assertThat(engine.isOutboundDone())
                        .as("outbound done when CLOSED")
                        .isTrue();
            default -> assertThat(result.getStatus()).isEqualTo(Status.OK);
        }
        boolean idle = result.bytesConsumed() == 0 && result.bytesProduced() == 0;
        if (result.getStatus() == Status.OK && idle && data > 0) {
            assertThat(result.getHandshakeStatus())
                    .as("what a wrap waits for that did nothing")
                    .isIn(HandshakeStatus.NEED_UNWRAP, HandshakeStatus.NEED_TASK);
        }
        room.flip().position(start);
        return result;
    }

    /** One unwrap; what it made is between position and limit of the room afterwards. */
    SSLEngineResult unwrap(ByteBuffer source, ByteBuffer room) throws SSLException {
        HandshakeStatus before = engine.getHandshakeStatus();
        int data = source.remaining();
        boolean whole = engine instanceof OpenSslEngine && isWholeRecord(source); // of garbage JSSE waits for more
        int space = room.remaining();
        int start = room.position();
        SSLEngineResult result = call(() -> engine.unwrap(source, room));
        assertThat(result.bytesConsumed()).as("consumed").isEqualTo(data - source.remaining());
        assertThat(result.bytesProduced()).as("produced").isEqualTo(room.position() - start);
        check(result, before);
        switch (result.getStatus()) {
            case BUFFER_UNDERFLOW ->
                assertThat(whole).as("a whole record was there").isFalse();
            case BUFFER_OVERFLOW ->
                assertThat(space).as("room that was too small").isLessThan(TlsRecord.MAX_SIZE);
            case CLOSED ->
                assertThat(engine.isInboundDone() || engine.isOutboundDone())
                        .as("done when CLOSED")
                        .isTrue();
            case OK -> {
                if (result.bytesConsumed() == 0 && result.bytesProduced() == 0) {
                    assertThat(result.getHandshakeStatus())
                            .as("what an unwrap waits for that did nothing")
                            .isIn(HandshakeStatus.NEED_WRAP, HandshakeStatus.NEED_TASK);
                }
            }
        }
        room.flip().position(start);
        return result;
    }

    private static boolean isWholeRecord(ByteBuffer source) {
        int at = source.position();
        return source.remaining() >= TlsRecord.HEADER_SIZE
                && source.get(at) >= RecordEditor.CHANGE_CIPHER_SPEC
                && source.get(at) <= RecordEditor.APPLICATION_DATA
                && source.get(at + 1) == 3
                && source.remaining() >= TlsRecord.length(source);
    }

    private SSLEngineResult call(Peer.Call<SSLEngineResult> call) throws SSLException {
        try {
            return Peer.checked(call);
        } catch (SSLException e) {
            failed = true;
            throw e;
        } finally {
            note();
        }
    }

    private void check(SSLEngineResult result, HandshakeStatus before) {
        if (result.getStatus() == Status.BUFFER_OVERFLOW || result.getStatus() == Status.BUFFER_UNDERFLOW) {
            assertThat(result.bytesConsumed() + result.bytesProduced())
                    .as("moved by " + result.getStatus())
                    .isZero();
        }
        HandshakeStatus now = engine.getHandshakeStatus();
        if (result.getHandshakeStatus() == HandshakeStatus.FINISHED) {
            finished++;
            // JSSE says it of a session ticket, too; and what is closed has no other status.
            if (engine instanceof OpenSslEngine && !engine.isOutboundDone()) {
                assertThat(before).as("the status before FINISHED").isNotEqualTo(HandshakeStatus.NOT_HANDSHAKING);
            }
        } else {
            assertThat(result.getHandshakeStatus())
                    .as("status of result and engine")
                    .isEqualTo(now);
        }
    }

    /** An end is for ever. */
    private void note() {
        assertThat(engine.isInboundDone() || !inboundDone)
                .as("inbound stays done")
                .isTrue();
        assertThat(engine.isOutboundDone() || !outboundDone)
                .as("outbound stays done")
                .isTrue();
        inboundDone = engine.isInboundDone();
        outboundDone = engine.isOutboundDone();
    }

    boolean isFailed() {
        return failed;
    }

    void runTasks() {
        for (Runnable task = engine.getDelegatedTask(); task != null; task = engine.getDelegatedTask()) {
            task.run();
        }
    }

    /** Takes all that the engine has to say by itself. */
    ByteBuffer drain() throws SSLException {
        ByteBuffer said = ByteBuffer.allocate(200_000);
        for (int i = 0; i < MOST_CALLS; i++) {
            runTasks();
            if (engine.getHandshakeStatus() != HandshakeStatus.NEED_WRAP) {
                return said.flip();
            }
            said.put(one(ByteBuffer.allocate(0)));
        }
        throw new AssertionError("It never has said all: " + engine.getHandshakeStatus());
    }

    private ByteBuffer one(ByteBuffer source) throws SSLException {
        ByteBuffer room = ByteBuffer.allocate(engine.getSession().getPacketBufferSize());
        wrap(source, room);
        return room;
    }

    /** Closes both directions, which ends the engine in a few calls, whatever state it is in; what it said last. */
    ByteBuffer close() {
        ByteBuffer said = ByteBuffer.allocate(200_000);
        engine.closeOutbound();
        note();
        for (int i = 0; i < MOST_CALLS && !engine.isOutboundDone(); i++) {
            runTasks();
            try {
                said.put(one(ByteBuffer.wrap(new byte[] {1})));
            } catch (SSLException e) {
                // Once: what it says afterwards is its alert.
                assertThat(i).as("calls that failed").isLessThan(2);
            }
        }
        try {
            engine.closeInbound();
        } catch (SSLException e) {
            // The peer did not announce it.
        }
        note();
        assertThat(engine.isOutboundDone()).as("outbound done when closed").isTrue();
        assertThat(engine.isInboundDone()).as("inbound done when closed").isTrue();
        assertThat(engine.getHandshakeStatus()).isEqualTo(HandshakeStatus.NOT_HANDSHAKING);
        if (engine instanceof OpenSslEngine ours) {
            assertThatThrownBy(ours::nativeAddressForTests)
                    .as("its SSL is freed")
                    .isInstanceOf(IllegalStateException.class);
        }
        return said.flip();
    }
}
