package dev.latchkey.jetty;

import java.nio.ByteBuffer;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.concurrent.atomic.AtomicBoolean;
import org.eclipse.jetty.http.HttpStatus;
import org.eclipse.jetty.http.MetaData;
import org.eclipse.jetty.http.Trailers;
import org.eclipse.jetty.io.Content;
import org.eclipse.jetty.server.HttpStream;
import org.eclipse.jetty.server.Request;
import org.eclipse.jetty.util.Callback;
import org.jspecify.annotations.Nullable;

/**
 * A request's stream from its first step-up on: it gives the kept body back, and learns that the request ends.
 *
 * <p>Below the request, so that every Servlet version and every wrapper above reads the body as if it came from the
 * network. Reads come from one thread at a time, as Jetty has it; the end may come from any thread.
 */
final class StepUpStream extends HttpStream.Wrapper {
    /** Told when the response begins, and when the request has ended, whichever way. */
    interface EndListener {
        void ended();
    }

    private final KeptBytes body;
    private final Deque<Content.Chunk> trailers = new ArrayDeque<>(1);
    private final AtomicBoolean ended = new AtomicBoolean();
    private volatile boolean collecting;
    private volatile @Nullable Throwable brokenOff;
    private volatile @Nullable EndListener listener;
    private volatile @Nullable Lingering lingering;

    private StepUpStream(HttpStream wrapped, KeptBytes body) {
        super(wrapped);
        this.body = body;
    }

    /**
     * {@return the stream, put below a request}
     *
     * @throws IllegalStateException if the request has ended
     */
    static StepUpStream below(Request request, KeptBytes body) {
        StepUpStream[] made = new StepUpStream[1];
        request.addHttpStreamWrapper(stream -> made[0] = new StepUpStream(stream, body));
        return made[0];
    }

    void onEnd(EndListener whenEnded) {
        listener = whenEnded;
        if (ended.get()) {
            whenEnded.ended();
        }
    }

    /** After the response, what the client still sends is read and thrown away, so that it sees the response. */
    void linger(Lingering after) {
        lingering = after;
    }

    /** Sets whether reads go past what is kept: they do for the one who keeps it. */
    void collecting(boolean now) {
        collecting = now;
    }

    /** Reads fail from now on, once what is kept was read: a demand is pending, and nobody else could be told. */
    void breakOff(Throwable why) {
        brokenOff = why;
    }

    /** Keeps a chunk; the caller still releases it. {@return whether there was room} */
    boolean keep(Content.Chunk chunk) {
        if (chunk instanceof Trailers) {
            trailers.add(chunk);
        }
        return body.append(chunk.getByteBuffer());
    }

    @Override
    public Content.@Nullable Chunk read() {
        if (collecting) {
            return super.read();
        }
        Content.Chunk kept = body.poll();
        if (kept == null) {
            kept = trailers.poll();
        }
        if (kept != null) {
            return kept;
        }
        Throwable broken = brokenOff;
        return broken != null ? Content.Chunk.from(broken, true) : super.read();
    }

    /**
     * {@inheritDoc}
     *
     * <p>A response that begins ends a negotiation that still runs: in the middle of an answer it could not be written, and
     * would hold whoever writes it.
     */
    @Override
    public void send(
            MetaData.Request request,
            MetaData.@Nullable Response response,
            boolean last,
            @Nullable ByteBuffer content,
            Callback callback) {
        EndListener whenBegun = listener;
        if (whenBegun != null && (response == null || !HttpStatus.isInterim(response.getStatus()))) {
            whenBegun.ended();
        }
        super.send(request, response, last, content, callback);
    }

    @Override
    public void succeeded() {
        end(super::succeeded);
    }

    /**
     * {@inheritDoc}
     *
     * <p>A request whose body was not read to its end fails too, after its response was written.
     */
    @Override
    public void failed(Throwable x) {
        end(() -> super.failed(x));
    }

    private void end(Runnable complete) {
        end();
        Lingering after = lingering;
        if (after == null) {
            complete.run();
        } else {
            after.start(complete);
        }
    }

    private void end() {
        if (ended.compareAndSet(false, true)) {
            body.release();
            EndListener whenEnded = listener;
            if (whenEnded != null) {
                whenEnded.ended();
            }
        }
    }
}
