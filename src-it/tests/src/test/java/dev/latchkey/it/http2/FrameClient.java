package dev.latchkey.it.http2;

import dev.latchkey.it.embedded.TestPki;
import dev.latchkey.testkit.KeyStores;
import java.io.ByteArrayOutputStream;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.zip.CRC32;
import org.eclipse.jetty.http.HttpFields;
import org.eclipse.jetty.http.HttpURI;
import org.eclipse.jetty.http.HttpVersion;
import org.eclipse.jetty.http.MetaData;
import org.eclipse.jetty.http2.api.Session;
import org.eclipse.jetty.http2.api.Stream;
import org.eclipse.jetty.http2.client.HTTP2Client;
import org.eclipse.jetty.http2.frames.DataFrame;
import org.eclipse.jetty.http2.frames.GoAwayFrame;
import org.eclipse.jetty.http2.frames.HeadersFrame;
import org.eclipse.jetty.http2.frames.ResetFrame;
import org.eclipse.jetty.util.Callback;
import org.eclipse.jetty.util.ssl.SslContextFactory;

/** One connection of HTTP/2, whose client sees the frames. Any thread. */
final class FrameClient implements AutoCloseable {
    private static final int PATIENCE = 30;
    private static final int WINDOW = 4 * 1024 * 1024;

    /** What came back on a stream: a whole response, or the code of a reset. */
    record Outcome(int status, String text, long bytes, long checksum, int reset) {
        boolean wasReset() {
            return reset >= 0;
        }
    }

    private final HTTP2Client client = new HTTP2Client();
    private final CompletableFuture<String> goneAway = new CompletableFuture<>();
    private final int port;
    private final Session session;

    private FrameClient(int port) throws Exception {
        this.port = port;
        SslContextFactory.Client tls = new SslContextFactory.Client();
        tls.setTrustStore(KeyStores.trusting(TestPki.AUTHORITY));
        client.setInitialSessionRecvWindow(WINDOW);
        client.setInitialStreamRecvWindow(WINDOW);
        client.addBean(tls, true);
        client.start();
        session = client.connect(tls, new InetSocketAddress("localhost", port), new Session.Listener() {
                    @Override
                    public void onGoAway(Session session, GoAwayFrame frame) {
                        goneAway.complete(frame.toString());
                    }
                })
                .get(PATIENCE, TimeUnit.SECONDS);
    }

    static FrameClient connect(int port) throws Exception {
        return new FrameClient(port);
    }

    /** {@return whether the server has neither closed the connection nor said that it will} */
    boolean isOpen() {
        return !goneAway.isDone() && !session.isClosed();
    }

    /** Requests without a body; {@return what came back} */
    Outcome get(String path) throws Exception {
        return begin("GET", path, true).outcome();
    }

    /** Starts a request; {@return what goes on} */
    Running begin(String method, String path, boolean endStream) throws Exception {
        return begin(method, path, HttpFields.EMPTY, endStream);
    }

    /** Starts a request with headers; {@return what goes on} */
    Running begin(String method, String path, HttpFields headers, boolean endStream) throws Exception {
        Running running = new Running();
        MetaData.Request request = new MetaData.Request(
                method, HttpURI.from("https://localhost:" + port + path), HttpVersion.HTTP_2, headers);
        running.stream = session.newStream(new HeadersFrame(request, null, endStream), running)
                .get(PATIENCE, TimeUnit.SECONDS);
        return running;
    }

    /** A request under way. */
    static final class Running implements Stream.Listener {
        private final CompletableFuture<Outcome> outcome = new CompletableFuture<>();
        private final ByteArrayOutputStream head = new ByteArrayOutputStream();
        private final CRC32 checksum = new CRC32();
        private volatile Stream stream;
        private volatile int status;
        private volatile long bytes;

        /** Sends a piece of the body. */
        void send(byte[] piece, boolean last) {
            stream.data(new DataFrame(stream.getId(), ByteBuffer.wrap(piece), last), Callback.NOOP);
        }

        boolean isDone() {
            return outcome.isDone();
        }

        Outcome outcome() throws Exception {
            return outcome.get(2 * PATIENCE, TimeUnit.SECONDS);
        }

        @Override
        public void onHeaders(Stream stream, HeadersFrame frame) {
            if (frame.getMetaData() instanceof MetaData.Response response) {
                status = response.getStatus();
            }
            if (frame.isEndStream()) {
                end(-1);
            } else {
                stream.demand();
            }
        }

        @Override
        public void onDataAvailable(Stream stream) {
            Stream.Data data = stream.readData();
            if (data == null) {
                stream.demand();
                return;
            }
            ByteBuffer buffer = data.frame().getByteBuffer();
            bytes += buffer.remaining();
            checksum.update(buffer.duplicate());
            while (buffer.hasRemaining() && head.size() < 4096) {
                head.write(buffer.get());
            }
            boolean last = data.frame().isEndStream();
            data.release();
            if (last) {
                end(-1);
            } else {
                stream.demand();
            }
        }

        @Override
        public void onReset(Stream stream, ResetFrame frame, Callback callback) {
            end(frame.getError());
            callback.succeeded();
        }

        @Override
        public void onFailure(Stream stream, int error, String reason, Throwable failure, Callback callback) {
            outcome.completeExceptionally(failure);
            callback.succeeded();
        }

        private void end(int reset) {
            outcome.complete(new Outcome(status, head.toString(), bytes, checksum.getValue(), reset));
        }
    }

    @Override
    public void close() throws Exception {
        client.stop();
    }
}
