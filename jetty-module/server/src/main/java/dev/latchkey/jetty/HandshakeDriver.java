package dev.latchkey.jetty;

import dev.latchkey.NegotiationException;
import dev.latchkey.Reason;
import dev.latchkey.jetty.CertificateMechanism.Answer;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import javax.net.ssl.SSLException;
import org.eclipse.jetty.io.ByteBufferPool;
import org.eclipse.jetty.io.EofException;
import org.eclipse.jetty.io.RetainableByteBuffer;
import org.eclipse.jetty.util.BufferUtil;
import org.eclipse.jetty.util.Callback;
import org.eclipse.jetty.util.thread.Invocable;
import org.jspecify.annotations.Nullable;

/**
 * Moves bytes until the engine has finished a handshake that was begun, without a thread that waits.
 *
 * <p>Each step flushes what the engine has to say, fills what has come, keeps application data aside, and when there is
 * no more asks to be told of the next bytes. The network's callback only hands the next step to the executor, because
 * it runs on the selector thread. Steps run one after the other; {@link #giveUp} may be called by any thread.
 */
final class HandshakeDriver implements CertificateMechanism.Asked {
    /** The handshake that is moved on, as its mechanism knows it. */
    interface Handshake {
        /** {@return whether the engine has it finished, with the client's Finished verified} */
        boolean isFinished() throws SSLException;

        /**
         * {@return what to make of it; called once when it finished, under no lock}
         *
         * @throws NegotiationException if the answer is refused for what it says; the connection lives
         */
        Answer settle() throws SSLException, NegotiationException;

        /** {@return whether a response can still be written, because nothing of an answer has come} */
        boolean canBeGivenUp();
    }

    private final NegotiableSslConnection connection;
    private final NegotiableSslConnection.NegotiableEndPoint endPoint;
    private final Executor executor;
    private final long earlyDataLimit;
    private final Handshake handshake;
    private final CompletableFuture<Answer> answer = new CompletableFuture<>();
    private final Callback nextBytes = new NextBytes();

    HandshakeDriver(NegotiableSslConnection connection, CertificateMechanism.Question question, Handshake handshake) {
        this.connection = connection;
        this.endPoint = connection.negotiableEndPoint();
        this.executor = question.executor();
        this.earlyDataLimit = question.earlyDataLimit();
        this.handshake = handshake;
    }

    @Override
    public CompletableFuture<Answer> answer() {
        return answer;
    }

    void start() {
        execute(() -> {
            // Jetty's own fill and fill interest flush what the engine says from here on.
            endPoint.flush(BufferUtil.EMPTY_BUFFER);
            return moveBytes();
        });
    }

    /** A step that moves bytes and tells whether the handshake has finished. */
    private interface Step {
        boolean run() throws IOException;
    }

    private void execute(Step step) {
        try {
            executor.execute(() -> run(step));
        } catch (RejectedExecutionException x) {
            fail(new JettyNegotiationException(Reason.STOPPING, false, null, x));
        }
    }

    private void run(Step step) {
        if (answer.isDone()) {
            return;
        }
        try {
            if (step.run()) {
                settle();
            } else if (!answer.isDone()) {
                endPoint.awaitBytes(nextBytes);
            } else if (!handshake.canBeGivenUp()) {
                endPoint.close(new EofException("the answer began while it was given up"));
            }
        } catch (Throwable x) {
            // An engine's unchecked exception is a failure of this handshake like any other: JDK 17 throws one for a
            // CertificateRequest of more than 64 KiB.
            fail(x);
        }
    }

    private void settle() throws SSLException {
        try {
            Answer settled = handshake.settle();
            connection.closeHandshake();
            answer.complete(settled);
        } catch (NegotiationException refused) {
            connection.closeHandshake();
            answer.completeExceptionally(refused);
        }
    }

    /** {@return whether the handshake has finished; if not, there is nothing more to read for now} */
    private boolean moveBytes() throws IOException {
        ByteBufferPool pool = connection.pool();
        int size = connection.getSSLEngine().getSession().getApplicationBufferSize() + 1;
        RetainableByteBuffer buffer = PooledBuffers.acquire(pool, size);
        try {
            while (!answer.isDone()) {
                ByteBuffer into = buffer.getByteBuffer();
                BufferUtil.clear(into);
                int filled = endPoint.fillDuringHandshake(into);
                if (filled > 0) {
                    keep(into);
                } else if (handshake.isFinished()) {
                    return true; // what the engine still has to say goes out before the response
                } else if (filled < 0) {
                    throw new EofException("the client closed while it was asked");
                } else {
                    return false;
                }
            }
            return false;
        } finally {
            buffer.release();
        }
    }

    private void keep(ByteBuffer bytes) throws NegotiationException {
        if (connection.earlyDataSize() + bytes.remaining() > earlyDataLimit) {
            throw new JettyNegotiationException(
                    Reason.BODY_TOO_LARGE, false, "sent without waiting, while the client was asked", null);
        }
        if (!connection.keepEarlyData(bytes)) {
            throw new JettyNegotiationException(Reason.TOO_MANY, false, null, null);
        }
    }

    /** Fails the answer and closes the connection in order: the engine's alert first, if it has one to send. */
    void fail(Throwable cause) {
        NegotiationException failure = HandshakeFailures.translate(cause);
        connection.closeHandshake();
        if (answer.completeExceptionally(failure)) {
            endPoint.close(cause);
        }
    }

    /**
     * {@inheritDoc}
     *
     * <p>In the middle of a renegotiation, or of an answer that has begun, nothing more can be said on the connection, and
     * it closes at once: a response would wait for the rest of the answer. A post-handshake request of which nothing
     * came leaves it to the response, after which it closes: a read is pending that cannot be taken back.
     */
    @Override
    public void giveUp(NegotiationException why) {
        if (handshake.canBeGivenUp()) {
            answer.completeExceptionally(why);
            connection.closeHandshake();
        } else {
            fail(why);
        }
    }

    private final class NextBytes implements Callback {
        @Override
        public void succeeded() {
            execute(HandshakeDriver.this::moveBytes);
        }

        @Override
        public void failed(@Nullable Throwable x) {
            fail(x == null ? new EofException() : x);
        }

        /** It blocks nothing: it hands over. */
        @Override
        public Invocable.InvocationType getInvocationType() {
            return Invocable.InvocationType.NON_BLOCKING;
        }
    }
}
