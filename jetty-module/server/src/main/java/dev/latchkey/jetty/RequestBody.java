package dev.latchkey.jetty;

import dev.latchkey.NegotiationException;
import dev.latchkey.Reason;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import org.eclipse.jetty.io.Content;
import org.eclipse.jetty.server.Request;
import org.eclipse.jetty.util.thread.Invocable;

/**
 * Reads the rest of a request's body into a {@link StepUpStream}, which gives it back afterwards.
 *
 * <p>A renegotiation cannot be answered by a client that is still sending its request, and bytes that came before it
 * belong to the old identity: so the body comes in first (the deadlock of a POST). Steps run one after the other on the
 * executor; the network's callback only hands over.
 */
final class RequestBody {
    private final Request request;
    private final StepUpStream stream;
    private final long limit;
    private final Executor executor;
    private final CompletableFuture<Void> read = new CompletableFuture<>();
    /** Written by the steps, one after the other. */
    private volatile long kept;

    /** @param limit how many bytes may be kept; more is {@link Reason#BODY_TOO_LARGE} */
    RequestBody(Request request, StepUpStream stream, long limit, Executor executor) {
        this.request = request;
        this.stream = stream;
        this.limit = limit;
        this.executor = executor;
    }

    /** {@return completes when the whole body is kept, or with a {@link NegotiationException}} */
    CompletableFuture<Void> read() {
        stream.collecting(true);
        // Who learns of the end may read at once, so what was kept is given back before anybody learns of it.
        CompletableFuture<Void> readable = read.whenComplete((done, failure) -> stream.collecting(false));
        // A demand first: it fails if the application has one pending, and then nothing was taken away from it.
        demand();
        return readable;
    }

    /** {@return how many bytes have come and are kept} */
    long kept() {
        return kept;
    }

    boolean isDone() {
        return read.isDone();
    }

    private void demand() {
        try {
            request.demand(Invocable.from(Invocable.InvocationType.NON_BLOCKING, () -> executor.execute(this::step)));
        } catch (IllegalArgumentException | IllegalStateException pending) {
            read.completeExceptionally(new JettyNegotiationException(Reason.BODY_BEING_READ, true, null, pending));
        }
    }

    private void step() {
        try {
            while (!read.isDone()) {
                Content.Chunk chunk = request.read();
                if (chunk == null) {
                    demand();
                    return;
                }
                if (take(chunk)) {
                    read.complete(null);
                }
            }
        } catch (NegotiationException x) {
            read.completeExceptionally(x);
        } catch (Throwable x) {
            read.completeExceptionally(new JettyNegotiationException(Reason.BODY_FAILED, false, null, x));
        }
    }

    /** {@return whether that was the last of the body} */
    private boolean take(Content.Chunk chunk) throws NegotiationException {
        if (Content.Chunk.isFailure(chunk)) {
            throw new JettyNegotiationException(Reason.BODY_FAILED, false, null, chunk.getFailure());
        }
        boolean last = chunk.isLast();
        try {
            long now = kept + chunk.remaining();
            kept = now;
            boolean tooLarge = now > limit;
            if (!stream.keep(chunk)) {
                throw new JettyNegotiationException(Reason.TOO_MANY, false, null, null);
            }
            if (tooLarge) {
                throw new JettyNegotiationException(Reason.BODY_TOO_LARGE, false, "the limit is " + limit, null);
            }
        } finally {
            chunk.release();
        }
        return last;
    }

    /** Ends the reading from outside; what was kept stays with the stream, and what follows it fails. */
    void giveUp(NegotiationException why) {
        if (!read.isDone()) {
            stream.breakOff(why);
        }
        read.completeExceptionally(why);
    }
}
