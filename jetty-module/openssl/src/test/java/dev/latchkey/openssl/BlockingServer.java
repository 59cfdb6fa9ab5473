package dev.latchkey.openssl;

import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLEngineResult;
import javax.net.ssl.SSLEngineResult.HandshakeStatus;
import javax.net.ssl.SSLEngineResult.Status;

/** The smallest server on an engine: one connection, blocking sockets, a script that talks with the client. */
final class BlockingServer implements AutoCloseable {
    private final ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress());
    private final ExecutorService thread = Executors.newSingleThreadExecutor();

    /** What the server does with its one connection; its result is the test's to check. */
    interface Script<T> {
        T run(Connection connection) throws Exception;
    }

    BlockingServer() throws IOException {}

    int port() {
        return socket.getLocalPort();
    }

    <T> CompletableFuture<T> serve(SSLContext context, Script<T> script) {
        CompletableFuture<T> result = new CompletableFuture<>();
        thread.execute(() -> {
            try (Socket client = socket.accept()) {
                client.setSoTimeout(20_000);
                SSLEngine engine = context.createSSLEngine();
                engine.setUseClientMode(false);
                engine.beginHandshake();
                Connection connection = new Connection((OpenSslEngine) engine, client);
                result.complete(script.run(connection));
                connection.close();
            } catch (Throwable t) {
                result.completeExceptionally(t);
            }
        });
        return result;
    }

    @Override
    public void close() throws IOException {
        socket.close();
        thread.shutdownNow();
    }

    /** The connection, as the script sees it. */
    static final class Connection {
        final OpenSslEngine engine;
        private final Socket socket;
        private final ByteBuffer in = ByteBuffer.allocate(40_000).flip();
        private final ByteBuffer plain = ByteBuffer.allocateDirect(20_000);
        final StringBuilder received = new StringBuilder();

        Connection(OpenSslEngine engine, Socket socket) {
            this.engine = engine;
            this.socket = socket;
        }

        /** Reads and writes until the line came. */
        void readLine(String line) throws IOException {
            while (received.indexOf(line + "\n") < 0) {
                step();
            }
        }

        void awaitCertificate() throws IOException {
            while (engine.certificateRequestState().isPending()) {
                step();
            }
        }

        void awaitHandshake() throws IOException {
            do {
                step();
            } while (engine.getHandshakeStatus() != HandshakeStatus.NOT_HANDSHAKING);
        }

        /** Sends what is pending, then takes one record if nothing was. */
        private void step() throws IOException {
            if (engine.getHandshakeStatus() == HandshakeStatus.NEED_WRAP) {
                write("");
                return;
            }
            plain.clear();
            SSLEngineResult result = Peer.checked(() -> engine.unwrap(in, plain));
            received.append(StandardCharsets.ISO_8859_1.decode(plain.flip()));
            if (result.getStatus() == Status.CLOSED) {
                throw new IOException("closed");
            }
            if (result.getStatus() == Status.BUFFER_UNDERFLOW) {
                fill();
            }
        }

        private void fill() throws IOException {
            InputStream stream = socket.getInputStream();
            in.compact();
            int count = stream.read(in.array(), in.position(), in.remaining());
            if (count < 0) {
                throw new IOException("EOF");
            }
            in.position(in.position() + count).flip();
        }

        void write(String text) throws IOException {
            ByteBuffer source = ByteBuffer.wrap(text.getBytes(StandardCharsets.ISO_8859_1));
            do {
                ByteBuffer out = ByteBuffer.allocate(17_000);
                Peer.checked(() -> engine.wrap(source, out));
                socket.getOutputStream().write(out.array(), 0, out.position());
            } while (source.hasRemaining());
        }

        private void close() throws IOException {
            engine.closeOutbound();
            if (!engine.isOutboundDone()) {
                write("");
            }
        }
    }
}
