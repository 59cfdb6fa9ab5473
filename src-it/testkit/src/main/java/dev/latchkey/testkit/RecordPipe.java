package dev.latchkey.testkit;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * A TCP proxy on loopback between a client and a TLS server, that sees TLS records and can do to them what networks do.
 *
 * <pre>{@code
 * try (RecordPipe pipe = RecordPipe.to(serverPort)) {
 *     pipe.toServer().segmentSize(1);          // the client answers in segments of one byte
 *     pipe.toClient().cutAfterBytes(4711);     // the connection dies there
 *     ... connect to pipe.port() ...
 *     assert pipe.toServer().records(TlsRecord.HANDSHAKE) == 4;
 * }
 * }</pre>
 *
 * <p>Settings of a direction hold for each connection by itself and may change while it runs; the figures are of all
 * connections together. Any thread may call. Threads are daemons named {@code record-pipe-…} and end with
 * {@link #close()}.
 */
public final class RecordPipe implements AutoCloseable {
    private static final AtomicInteger NUMBER = new AtomicInteger();

    private final int serverPort;
    private final ServerSocket listener;
    private final PipeDirection toServer = new PipeDirection("to-server");
    private final PipeDirection toClient = new PipeDirection("to-client");
    private final List<PipedConnection> connections = new CopyOnWriteArrayList<>();
    private final String name = "record-pipe-" + NUMBER.incrementAndGet();
    private final Thread acceptor;
    private volatile boolean closed;

    private RecordPipe(int serverPort) throws IOException {
        this.serverPort = serverPort;
        this.listener = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
        this.acceptor = new Thread(this::accept, name + "-accept");
        acceptor.setDaemon(true);
    }

    /**
     * Opens a pipe.
     *
     * @param serverPort where the server listens on loopback
     * @return the pipe, to be closed
     * @throws IOException if no port can be had
     */
    public static RecordPipe to(int serverPort) throws IOException {
        RecordPipe pipe = new RecordPipe(serverPort);
        pipe.acceptor.start();
        return pipe;
    }

    /** {@return where clients connect, on loopback} */
    public int port() {
        return listener.getLocalPort();
    }

    /** {@return what flows from clients to the server} */
    public PipeDirection toServer() {
        return toServer;
    }

    /** {@return what flows from the server to clients} */
    public PipeDirection toClient() {
        return toClient;
    }

    /** {@return how many connections there have been} */
    public int connections() {
        return connections.size();
    }

    /** Cuts all connections in both directions, at once; new ones may come. */
    public synchronized void cut() {
        connections.forEach(PipedConnection::close);
    }

    /** Ends all connections and the pipe. */
    @Override
    public void close() {
        closed = true;
        try {
            listener.close();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } finally {
            cut();
        }
    }

    private void accept() {
        while (!closed) {
            try {
                Socket client = listener.accept();
                connect(client);
            } catch (IOException e) {
                // Closed, or this one client went: the loop's condition tells.
            }
        }
    }

    /** Under the lock, so that a cut finds each connection that the server has seen. */
    private synchronized void connect(Socket client) throws IOException {
        Socket server;
        try {
            server = new Socket(InetAddress.getLoopbackAddress(), serverPort);
        } catch (IOException e) {
            client.close();
            throw e;
        }
        String id = name + "-" + (connections.size() + 1);
        PipedConnection connection = new PipedConnection(client, server, toServer, toClient, id);
        connections.add(connection);
        if (closed) {
            connection.close();
        } else {
            connection.start();
        }
    }
}
