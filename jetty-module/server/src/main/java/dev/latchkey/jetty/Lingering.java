package dev.latchkey.jetty;

import java.io.IOException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import org.eclipse.jetty.io.RetainableByteBuffer;
import org.eclipse.jetty.util.BufferUtil;
import org.eclipse.jetty.util.thread.Scheduler;

/**
 * Reads and throws away what a client still sends after the response, within a bound of bytes and one of time.
 *
 * <p>A server that closes while bytes are on their way makes TCP reset the connection, and the client loses the very
 * response that tells it to stop (RFC 9112 section 9.6). The response ends with a close_notify, after which the engine
 * reads no more, so the bytes are read below TLS. Holds no thread while it waits. {@link #discard} is called by one
 * thread at a time, the rest by any.
 */
final class Lingering {
    private static final int MOST_TURNS = 16;

    private final NegotiableSslConnection connection;
    private final Executor executor;
    private final Scheduler scheduler;
    private final long limit;
    private final long timeoutMillis;
    private final CompletableFuture<Void> over = new CompletableFuture<>();
    private long discarded;

    Lingering(
            NegotiableSslConnection connection,
            Executor executor,
            Scheduler scheduler,
            long limit,
            long timeoutMillis) {
        this.connection = connection;
        this.executor = executor;
        this.scheduler = scheduler;
        this.limit = limit;
        this.timeoutMillis = timeoutMillis;
    }

    /**
     * The response was written, or failed.
     *
     * @param whenOver run once, on the thread that sees the end
     */
    void start(Runnable whenOver) {
        if (!connection.getSslEndPoint().isOutputShutdown()
                || !connection.getEndPoint().isOpen()) {
            whenOver.run(); // no response was written to its end, so there is none to be lost
            return;
        }
        Scheduler.Task timer = scheduler.schedule(this::timeIsUp, timeoutMillis, TimeUnit.MILLISECONDS);
        over.thenRun(() -> {
            timer.cancel();
            whenOver.run();
        });
    }

    /** A close can block, and the scheduler's thread serves everybody. */
    private void timeIsUp() {
        try {
            executor.execute(() -> over.complete(null));
        } catch (RejectedExecutionException stopping) {
            over.complete(null);
        }
    }

    /** The connection has closed, whoever closed it: there is nothing more to wait for. */
    void end() {
        over.complete(null);
    }

    /** Throws away what is there. {@return whether there can be more} */
    boolean discard() {
        RetainableByteBuffer buffer = PooledBuffers.acquire(connection.pool(), 16 * 1024);
        try {
            for (int turn = 0; !over.isDone() && discarded <= limit; turn++) {
                if (turn == MOST_TURNS) {
                    return true; // the selector's thread serves others in between
                }
                BufferUtil.clear(buffer.getByteBuffer());
                int filled = connection.getEndPoint().fill(buffer.getByteBuffer());
                if (filled == 0) {
                    return true;
                }
                if (filled < 0) {
                    break;
                }
                discarded += filled;
            }
        } catch (IOException gone) {
            // The client has gone, which is what we wait for.
        } finally {
            buffer.release();
        }
        over.complete(null);
        return false;
    }
}
