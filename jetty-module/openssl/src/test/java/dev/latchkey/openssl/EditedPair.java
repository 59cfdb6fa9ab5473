package dev.latchkey.openssl;

import java.nio.ByteBuffer;
import java.util.List;
import java.util.function.Consumer;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLException;

/**
 * An engine that is tested, and an OpenSSL peer whose records pass through a {@link RecordEditor}; those of the engine
 * go to the peer as they are.
 */
final class EditedPair {
    static final String SUITE_12 = "TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256";
    static final String SUITE_13 = "TLS_AES_128_GCM_SHA256";

    final Peer peer;
    final Peer tested;
    final RecordEditor editor;

    /** A client that is the peer, and a server that is tested. */
    static EditedPair server(SSLContext client, SSLContext server, String protocol) throws SSLException {
        EnginePair pair = new EnginePair(client, server, e -> pin(e, protocol), e -> pin(e, protocol));
        return new EditedPair(pair.client, pair.server, protocol);
    }

    /** A server that is the peer, and a client that is tested. */
    static EditedPair client(SSLContext client, SSLContext server, String protocol) throws SSLException {
        EnginePair pair = new EnginePair(client, server, e -> pin(e, protocol), e -> pin(e, protocol));
        return new EditedPair(pair.server, pair.client, protocol);
    }

    private static void pin(SSLEngine engine, String protocol) {
        engine.setEnabledProtocols(new String[] {protocol});
        engine.setEnabledCipherSuites(new String[] {protocol.equals("TLSv1.3") ? SUITE_13 : SUITE_12});
        if (engine instanceof OpenSslEngine ours) {
            ours.offerPostHandshakeAuthentication(true);
        }
    }

    private EditedPair(Peer peer, Peer tested, String protocol) throws SSLException {
        this.peer = peer;
        this.tested = tested;
        peer.engine.beginHandshake();
        tested.engine.beginHandshake();
        this.editor = new RecordEditor(peer.openSsl(), protocol.equals("TLSv1.3"));
    }

    /** What the peer has sent and nobody has seen yet, opened. */
    List<RecordEditor.Content> take() {
        ByteBuffer made = tested.inbound;
        tested.inbound = ByteBuffer.allocate(0);
        return editor.open(made);
    }

    /** A record more for the tested engine; it reads nothing yet. */
    void give(int type, byte... bytes) {
        peer.send(ByteBuffer.wrap(editor.seal(type, bytes)));
    }

    void give(RecordEditor.Content content) {
        give(content.type(), content.bytes());
    }

    /** Passes on what the peer sent, as these change it. */
    void pass(Consumer<RecordEditor.Content> edit) {
        take().forEach(edit);
    }

    /** Both do all that they can, with nothing changed. */
    EditedPair settle() throws SSLException {
        boolean moved = true;
        while (moved) {
            moved = peer.step();
            pass(this::give);
            moved |= tested.step();
        }
        return this;
    }
}
