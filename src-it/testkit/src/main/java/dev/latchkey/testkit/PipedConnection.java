package dev.latchkey.testkit;

import java.io.IOException;
import java.net.Socket;
import java.util.concurrent.atomic.AtomicInteger;

/** One client's connection through a pipe: two sockets, and a pump for each direction. Any thread. */
final class PipedConnection {
    private final Socket client;
    private final Socket server;
    private final RecordPump toServer;
    private final RecordPump toClient;
    private final AtomicInteger flowing = new AtomicInteger(2);
    private final String name;

    PipedConnection(Socket client, Socket server, PipeDirection toServer, PipeDirection toClient, String name)
            throws IOException {
        this.client = client;
        this.server = server;
        this.name = name;
        client.setTcpNoDelay(true);
        server.setTcpNoDelay(true);
        this.toServer = new RecordPump(this, client, server, toServer);
        this.toClient = new RecordPump(this, server, client, toClient);
    }

    void start() {
        toServer.start(name + "-to-server");
        toClient.start(name + "-to-client");
    }

    /** Called by a pump whose source has ended in order, after it has passed that on. */
    void ended() {
        if (flowing.decrementAndGet() == 0) {
            close();
        }
    }

    /** Cuts it, both ways; unread bytes make it a reset, as a lost peer's would. */
    void close() {
        closeQuietly(client);
        closeQuietly(server);
        toServer.closed();
        toClient.closed();
    }

    private static void closeQuietly(Socket socket) {
        try {
            socket.close();
        } catch (IOException e) {
            // It is gone either way.
        }
    }
}
