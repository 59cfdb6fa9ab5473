package dev.latchkey.benchmark;

import java.lang.management.ManagementFactory;
import java.lang.management.ThreadMXBean;
import java.nio.ByteBuffer;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLEngineResult;
import javax.net.ssl.SSLEngineResult.HandshakeStatus;
import javax.net.ssl.SSLException;

/**
 * A client's and a server's engine that talk by two buffers, with the CPU time that the server's engine takes.
 *
 * <p>For one thread.
 */
final class EnginePair {
    private static final ThreadMXBean THREADS = ManagementFactory.getThreadMXBean();
    private static final ByteBuffer NOTHING = ByteBuffer.allocate(0);
    private static final int RECORD = 17 * 1024;

    private final SSLEngine client;
    private final SSLEngine server;
    private final ByteBuffer toServer;
    private final ByteBuffer toClient;
    private final ByteBuffer plain;
    private long serverNanos;

    /** Both ends, not yet started; whose buffers are direct or on the heap. */
    EnginePair(SSLContext clientContext, SSLContext serverContext, String protocol, boolean direct) {
        long begin = THREADS.getCurrentThreadCpuTime();
        server = serverContext.createSSLEngine();
        server.setUseClientMode(false);
        serverNanos = THREADS.getCurrentThreadCpuTime() - begin;
        client = clientContext.createSSLEngine(); // Without a host, so that it does not resume.
        client.setUseClientMode(true);
        client.setEnabledProtocols(new String[] {protocol});
        toServer = buffer(4 * RECORD, direct);
        toClient = buffer(4 * RECORD, direct);
        plain = buffer(2 * RECORD, direct);
    }

    static ByteBuffer buffer(int size, boolean direct) {
        return direct ? ByteBuffer.allocateDirect(size) : ByteBuffer.allocate(size);
    }

    SSLEngine client() {
        return client;
    }

    SSLEngine server() {
        return server;
    }

    /** The CPU time that the calls of the server's engine took so far. */
    long serverNanos() {
        return serverNanos;
    }

    /** Moves bytes until neither has anything to say. */
    void settle() throws SSLException {
        boolean moved = true;
        while (moved) {
            moved = step(client, toServer, toClient);
            long begin = THREADS.getCurrentThreadCpuTime();
            moved |= step(server, toClient, toServer);
            serverNanos += THREADS.getCurrentThreadCpuTime() - begin;
        }
    }

    EnginePair handshake() throws SSLException {
        client.beginHandshake();
        long begin = THREADS.getCurrentThreadCpuTime();
        server.beginHandshake();
        serverNanos += THREADS.getCurrentThreadCpuTime() - begin;
        settle();
        if (server.getSession().getProtocol().equals("NONE")
                || server.getHandshakeStatus() != HandshakeStatus.NOT_HANDSHAKING) {
            throw new IllegalStateException("no handshake: " + server);
        }
        return this;
    }

    /** The server asks for the client's certificate in a renegotiation, and gets it. */
    void renegotiate() throws SSLException {
        server.setNeedClientAuth(true);
        long begin = THREADS.getCurrentThreadCpuTime();
        server.beginHandshake();
        serverNanos += THREADS.getCurrentThreadCpuTime() - begin;
        settle();
        server.getSession().getPeerCertificates();
    }

    void close() throws SSLException {
        client.closeOutbound();
        settle();
        long begin = THREADS.getCurrentThreadCpuTime();
        server.closeOutbound();
        serverNanos += THREADS.getCurrentThreadCpuTime() - begin;
        settle();
    }

    private boolean step(SSLEngine engine, ByteBuffer out, ByteBuffer in) throws SSLException {
        boolean moved = false;
        while (true) {
            HandshakeStatus status = engine.getHandshakeStatus();
            if (status == HandshakeStatus.NEED_TASK) {
                engine.getDelegatedTask().run();
            } else if (status == HandshakeStatus.NEED_WRAP) {
                SSLEngineResult result = engine.wrap(NOTHING, out);
                moved = true;
                if (result.bytesProduced() == 0 && result.getStatus() != SSLEngineResult.Status.OK) {
                    return moved;
                }
            } else if (in.position() > 0) {
                in.flip();
                plain.clear();
                SSLEngineResult result = engine.unwrap(in, plain);
                in.compact();
                if (result.bytesConsumed() == 0 && engine.getHandshakeStatus() == status) {
                    return moved;
                }
                moved = true;
            } else {
                return moved;
            }
        }
    }
}
