package dev.latchkey.openssl;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLEngineResult;
import javax.net.ssl.SSLEngineResult.HandshakeStatus;
import javax.net.ssl.SSLException;
import org.jspecify.annotations.Nullable;

/**
 * One end of a connection in memory: an engine, what it was sent and not yet took, and what it received.
 *
 * <p>After each call it checks that OpenSSL's error queue is empty.
 */
final class Peer {
    static final ByteBuffer[] NOTHING = {};

    final SSLEngine engine;
    /** What the other end sent; in read mode. */
    ByteBuffer inbound = ByteBuffer.allocate(0);

    final List<SSLEngineResult> results = new ArrayList<>();
    private final StringBuilder received = new StringBuilder();
    private Peer other;
    int finished;

    Peer(SSLEngine engine) {
        this.engine = engine;
    }

    static void connect(Peer a, Peer b) {
        a.other = b;
        b.other = a;
    }

    String takeReceived() {
        String text = received.toString();
        received.setLength(0);
        return text;
    }

    OpenSslEngine openSsl() {
        return (OpenSslEngine) engine;
    }

    /** One wrap of this text and all that is pending; what was made goes to the other end. */
    SSLEngineResult wrap(String text) throws SSLException {
        return wrap(ByteBuffer.wrap(text.getBytes(java.nio.charset.StandardCharsets.ISO_8859_1)));
    }

    SSLEngineResult wrap(ByteBuffer... sources) throws SSLException {
        ByteBuffer made = ByteBuffer.allocate(engine.getSession().getPacketBufferSize());
        SSLEngineResult result = checked(() -> engine.wrap(sources, made));
        send(made.flip());
        note(result);
        return result;
    }

    /** One unwrap of what came. */
    SSLEngineResult unwrap() throws SSLException {
        ByteBuffer plain = ByteBuffer.allocate(engine.getSession().getApplicationBufferSize() + 512);
        SSLEngineResult result = checked(() -> engine.unwrap(inbound, plain));
        receive(plain.flip());
        note(result);
        return result;
    }

    void receive(ByteBuffer plain) {
        received.append(java.nio.charset.StandardCharsets.ISO_8859_1.decode(plain));
    }

    void send(ByteBuffer bytes) {
        ByteBuffer joined = ByteBuffer.allocate(other.inbound.remaining() + bytes.remaining());
        joined.put(other.inbound).put(bytes).flip();
        other.inbound = joined;
    }

    private void note(SSLEngineResult result) {
        results.add(result);
        if (result.getHandshakeStatus() == HandshakeStatus.FINISHED) {
            finished++;
        }
    }

    /** Does what this end can do without waiting for the other; true if anything moved. */
    boolean step() throws SSLException {
        boolean moved = false;
        for (int i = 0; i < 200; i++) {
            runTasks();
            boolean wraps = engine.getHandshakeStatus() == HandshakeStatus.NEED_WRAP && !engine.isOutboundDone();
            if (!wraps && (!inbound.hasRemaining() || engine.isInboundDone())) {
                return moved;
            }
            SSLEngineResult result = wraps ? wrap(NOTHING) : unwrap();
            if (result.bytesConsumed() == 0 && result.bytesProduced() == 0 && !hasTask()) {
                boolean useful = result.getHandshakeStatus() == HandshakeStatus.NEED_WRAP && !wraps;
                if (!useful) {
                    return moved;
                }
            }
            moved = true;
        }
        throw new IllegalStateException("No end: " + results.subList(results.size() - 5, results.size()));
    }

    private boolean hasTask() {
        return engine.getHandshakeStatus() == HandshakeStatus.NEED_TASK;
    }

    private void runTasks() {
        for (Runnable task = engine.getDelegatedTask(); task != null; task = engine.getDelegatedTask()) {
            task.run();
        }
    }

    /** Lets both ends do all they can; nothing is left on the way afterwards, unless an end stopped reading. */
    static void settle(Peer a, Peer b) throws SSLException {
        boolean moved = true;
        while (moved) {
            moved = a.step() | b.step();
        }
    }

    interface Call<T> {
        @Nullable
        T run() throws SSLException;
    }

    static <T> T checked(Call<T> call) throws SSLException {
        try {
            return call.run();
        } finally {
            assertThat(LibCrypto.ERR_peek_error()).as("OpenSSL's error queue").isZero();
        }
    }
}
