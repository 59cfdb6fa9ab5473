package dev.latchkey.openssl;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.function.Consumer;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLEngineResult.HandshakeStatus;
import javax.net.ssl.SSLException;

/** A client and a server in memory. */
final class EnginePair {
    final Peer client;
    final Peer server;

    EnginePair(SSLContext clientContext, SSLContext serverContext, String protocol) {
        this(clientContext, serverContext, engine -> engine.setEnabledProtocols(new String[] {protocol}), e -> {});
    }

    EnginePair(
            SSLContext clientContext,
            SSLContext serverContext,
            Consumer<SSLEngine> clientSetup,
            Consumer<SSLEngine> serverSetup) {
        SSLEngine clientEngine = clientContext.createSSLEngine("localhost", 4433);
        clientEngine.setUseClientMode(true);
        clientSetup.accept(clientEngine);
        SSLEngine serverEngine = serverContext.createSSLEngine();
        serverEngine.setUseClientMode(false);
        serverSetup.accept(serverEngine);
        client = new Peer(clientEngine);
        server = new Peer(serverEngine);
        Peer.connect(client, server);
    }

    EnginePair handshake() throws SSLException {
        client.engine.beginHandshake();
        server.engine.beginHandshake();
        settle();
        assertThat(client.engine.getHandshakeStatus()).isEqualTo(HandshakeStatus.NOT_HANDSHAKING);
        assertThat(server.engine.getHandshakeStatus()).isEqualTo(HandshakeStatus.NOT_HANDSHAKING);
        return this;
    }

    void settle() throws SSLException {
        Peer.settle(client, server);
    }

    /** Sends a text each way and checks that it came. */
    void exchange() throws SSLException {
        client.wrap("from the client");
        settle();
        assertThat(server.takeReceived()).isEqualTo("from the client");
        server.wrap("from the server");
        settle();
        assertThat(client.takeReceived()).isEqualTo("from the server");
    }

    /** Closes both ends in order. */
    void close() throws SSLException {
        client.engine.closeOutbound();
        settle();
        server.engine.closeOutbound();
        settle();
        assertThat(client.engine.isInboundDone()).isTrue();
        assertThat(server.engine.isInboundDone()).isTrue();
        assertThat(client.engine.isOutboundDone()).isTrue();
        assertThat(server.engine.isOutboundDone()).isTrue();
    }
}
