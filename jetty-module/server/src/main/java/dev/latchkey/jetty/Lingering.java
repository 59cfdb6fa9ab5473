package dev.latchkey.jetty;

import java.io.IOException;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.eclipse.jetty.io.ByteBufferPool;
import org.eclipse.jetty.io.EndPoint;
import org.eclipse.jetty.io.RetainableByteBuffer;
import org.eclipse.jetty.util.BufferUtil;
import org.eclipse.jetty.util.Callback;
import org.eclipse.jetty.util.thread.Scheduler;
import org.jspecify.annotations.Nullable;

/**
 * Reads and throws away what a client still sends after the response, within a bound of bytes and one of time.
 *
 * <p>A server that closes while bytes are on their way makes TCP reset the connection, and the client loses the very
 * response that tells it to stop (RFC 9112 section 9.6). Holds no thread while it waits.
 */
final class Lingering {
    private final EndPoint endPoint;
    private final ByteBufferPool pool;
    private final Executor executor;
    private final Scheduler scheduler;
    private final long limit;
    private final long timeoutMillis;
    private final AtomicBoolean over = new AtomicBoolean();
    private Runnable after = () -> {};
    private long discarded;

    Lingering(
            EndPoint endPoint,
            ByteBufferPool pool,
            Executor executor,
            Scheduler scheduler,
            long limit,
            long timeoutMillis) {
        this.endPoint = endPoint;
        this.pool = pool;
        this.executor = executor;
        this.scheduler = scheduler;
        this.limit = limit;
        this.timeoutMillis = timeoutMillis;
    }

    /** @param whenOver run once, on the thread that sees the end */
    void start(Runnable whenOver) {
        after = whenOver;
        Scheduler.Task timer =
                scheduler.schedule(() -> executor.execute(this::end), timeoutMillis, TimeUnit.MILLISECONDS);
        discard(timer);
    }

    private void discard(Scheduler.Task timer) {
        RetainableByteBuffer buffer = PooledBuffers.acquire(pool, 16 * 1024);
        try {
            while (!over.get()) {
                BufferUtil.clear(buffer.getByteBuffer());
                int filled = endPoint.fill(buffer.getByteBuffer());
                discarded += Math.max(filled, 0);
                if (filled < 0 || discarded > limit) {
                    break;
                }
                if (filled == 0) {
                    endPoint.fillInterested(new More(timer));
                    return;
                }
            }
        } catch (IOException | RuntimeException gone) {
            // The client has gone, which is what we wait for.
        } finally {
            buffer.release();
        }
        timer.cancel();
        end();
    }

    private void end() {
        if (over.compareAndSet(false, true)) {
            after.run();
        }
    }

    private final class More implements Callback {
        private final Scheduler.Task timer;

        More(Scheduler.Task timer) {
            this.timer = timer;
        }

        @Override
        public void succeeded() {
            discard(timer);
        }

        @Override
        public void failed(@Nullable Throwable x) {
            timer.cancel();
            end();
        }
    }
}
