package dev.latchkey.jetty;

import java.nio.ByteBuffer;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.eclipse.jetty.http.HttpException;
import org.eclipse.jetty.http.HttpVersion;
import org.eclipse.jetty.http.MetaData;
import org.eclipse.jetty.http2.ErrorCode;
import org.eclipse.jetty.http2.HTTP2Connection;
import org.eclipse.jetty.http2.HTTP2Session;
import org.eclipse.jetty.http2.HTTP2Stream;
import org.eclipse.jetty.http2.frames.FailureFrame;
import org.eclipse.jetty.http2.frames.ResetFrame;
import org.eclipse.jetty.io.EofException;
import org.eclipse.jetty.server.HttpStream;
import org.eclipse.jetty.server.Request;
import org.eclipse.jetty.util.Callback;
import org.jspecify.annotations.Nullable;

/**
 * Sends a client on HTTP/2 back to HTTP/1.1, for one request: its stream is reset with HTTP_1_1_REQUIRED (RFC 9113
 * sections 7 and 9.2.1), and other streams know nothing of it.
 *
 * <p>The only class that names Jetty's HTTP/2, whose jars a server need not have: call it for requests that came by
 * HTTP/2. For the thread that handles the request; never blocks.
 */
final class Http11Required {
    /** Where a connection has no limit of streams: Jetty's own default of one. */
    private static final int MOST_RUNNING = 128;

    private Http11Required() {}

    /** {@return whether the request came by HTTP/2, so that Jetty's HTTP/2 is there} */
    static boolean appliesTo(Request request) {
        return request.getConnectionMetaData().getHttpVersion() == HttpVersion.HTTP_2;
    }

    /**
     * Resets the stream of a request, whose body may still be on its way. Reads, writes and the response fail from now
     * on: a body that is read on would wait for ever, and a response could not be sent.
     *
     * <p>A reset gives the client its stream back, but an application may work on. No more requests do so than a
     * connection may have streams; those beyond keep their stream until they are answered (CVE-2025-8671).
     *
     * @param request one that came by HTTP/2, uncommitted
     * @param running how many requests of the connection run on after their reset
     * @param why what reads and writes of the request fail with
     * @return false if there are too many of those; then nothing was done, and the request is to be answered
     */
    static boolean reset(Request request, AtomicInteger running, JettyNegotiationException why) {
        HTTP2Session session =
                ((HTTP2Connection) request.getConnectionMetaData().getConnection()).getSession();
        HTTP2Stream stream = session.getStream(Integer.parseInt(request.getId()));
        if (stream == null) {
            return true; // the client has reset it meanwhile
        }
        int most = session.getMaxRemoteStreams();
        if (running.incrementAndGet() > (most < 0 ? MOST_RUNNING : most)) {
            running.decrementAndGet();
            return false;
        }
        Reset reset = new Reset(why);
        request.addHttpStreamWrapper(wrapped -> new Ended(wrapped, running, reset));
        // Not by stream.reset(): Jetty counts each reset of its own among a client's misdeeds, and ends the connection
        // when these come too fast (RateControl, against CVE-2023-44487).
        int code = ErrorCode.HTTP_1_1_REQUIRED_ERROR.code;
        session.frames(stream, List.of(new ResetFrame(stream.getId(), code)), Callback.NOOP);
        // Gives back what has come of the body and drops what still comes; then fails the request.
        stream.process(new FailureFrame(code, "http_1_1_required", reset), Callback.NOOP);
        return true;
    }

    /** A stream that was reset: Jetty has nothing more to send on it, and no second reset. */
    private static final class Ended extends HttpStream.Wrapper {
        private final AtomicInteger running;
        private final Reset reset;
        private final AtomicBoolean completed = new AtomicBoolean();

        Ended(HttpStream wrapped, AtomicInteger running, Reset reset) {
            super(wrapped);
            this.running = running;
            this.reset = reset;
        }

        @Override
        public void send(
                MetaData.Request request,
                MetaData.@Nullable Response response,
                boolean last,
                @Nullable ByteBuffer content,
                Callback callback) {
            callback.failed(reset);
        }

        @Override
        public void succeeded() {
            completed(); // the reset was the end for the client
        }

        @Override
        public void failed(Throwable x) {
            completed(); // the reset was the end for the client
        }

        private void completed() {
            if (completed.compareAndSet(false, true)) {
                running.decrementAndGet();
            }
        }
    }

    /**
     * What reads, writes and the response fail with: quiet, because it is the answer and no fault, and with a status,
     * which is what the access log tells of the request.
     */
    private static final class Reset extends EofException implements HttpException {
        private static final long serialVersionUID = 1L;

        private final int status;

        Reset(JettyNegotiationException why) {
            super(why.getMessage());
            status = why.status();
        }

        @Override
        public int getCode() {
            return status;
        }

        @Override
        public String getReason() {
            return "the stream was reset with HTTP_1_1_REQUIRED";
        }
    }
}
