package dev.latchkey.openssl;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import javax.net.ssl.SNIHostName;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLEngineResult.HandshakeStatus;
import javax.net.ssl.SSLEngineResult.Status;
import javax.net.ssl.SSLException;
import javax.net.ssl.SSLHandshakeException;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.SSLProtocolException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Peers that cut, pack and change their messages in ways that TLS allows, or that no ordinary library sends. */
class OddPeersTest {
    private static final String TLS_1_2 = "TLSv1.2";
    private static final byte[] HELLO_REQUEST = {0, 0, 0, 0};
    private static final int SET_SERVER_NAME = 55;
    private static final int NO_RENEGOTIATION_RECORD = 31;

    private static EditedPair server12() throws SSLException {
        return EditedPair.server(Pki.context(Engines.OPENSSL), Pki.context(Engines.OPENSSL, Pki.SERVER_EC), TLS_1_2)
                .settle();
    }

    /** The ClientHello of a renegotiation that the client begins. */
    private static byte[] clientsOwnHello(EditedPair pair) throws SSLException {
        pair.peer.engine.beginHandshake();
        pair.peer.step();
        List<RecordEditor.Content> sent = pair.take();
        assertThat(sent).hasSize(1);
        return sent.get(0).bytes();
    }

    /** B7: a refusal is one message's, however many records that comes in; and it is no renegotiation. */
    @ParameterizedTest
    @ValueSource(ints = {1, 3, 4, 50, 16_384})
    void aClientsOwnRenegotiationIsRefusedOnceAMessage(int size) throws Exception {
        EditedPair pair = server12();
        byte[] hello = clientsOwnHello(pair);
        int finished = pair.tested.finished;
        for (int refused = 1; refused <= 3; refused++) {
            for (int at = 0; at < hello.length; at += size) {
                pair.give(RecordEditor.HANDSHAKE, Arrays.copyOfRange(hello, at, Math.min(hello.length, at + size)));
                pair.tested.step();
            }
            assertThat(pair.peer.inbound.remaining()).isEqualTo(refused * NO_RENEGOTIATION_RECORD);
            assertThat(pair.tested.engine.getHandshakeStatus()).isEqualTo(HandshakeStatus.NOT_HANDSHAKING);
        }
        pair.give(RecordEditor.APPLICATION_DATA, (byte) 'x');
        pair.tested.step();
        assertThat(pair.tested.takeReceived()).isEqualTo("x");
        assertThat(pair.tested.finished).isEqualTo(finished);

        pair.give(RecordEditor.HANDSHAKE, hello);
        assertThatThrownBy(pair.tested::step)
                .isInstanceOf(SSLProtocolException.class)
                .hasMessage("The peer keeps asking for renegotiation");
        pair.tested.step();
        // The fourth refusal and close_notify.
        assertThat(pair.peer.inbound.remaining()).isEqualTo(5 * NO_RENEGOTIATION_RECORD);
        assertThat(pair.tested.engine.isOutboundDone()).isTrue();
    }

    /** B7: as a client. */
    @ParameterizedTest
    @ValueSource(ints = {1, 2, 3, 4})
    void aHelloRequestInPiecesIsAnsweredOnce(int size) throws Exception {
        EditedPair pair = EditedPair.client(
                        Pki.context(Engines.OPENSSL), Pki.context(Engines.OPENSSL, Pki.SERVER_EC), TLS_1_2)
                .settle();
        int finished = pair.tested.finished;
        pair.peer.engine.beginHandshake();
        pair.peer.step();
        assertThat(pair.take()).singleElement().satisfies(c -> assertThat(c.bytes())
                .isEqualTo(HELLO_REQUEST));
        for (int at = 0; at < HELLO_REQUEST.length; at += size) {
            pair.give(RecordEditor.HANDSHAKE, new byte[Math.min(size, HELLO_REQUEST.length - at)]);
            pair.tested.step();
        }
        pair.settle();
        assertThat(pair.tested.finished).isEqualTo(finished + 1);
    }

    /** B6: what is packed behind Finished is read with it. */
    @ParameterizedTest
    @EnumSource(Engines.class)
    void aHelloRequestPackedWithFinishedIsAnswered(Engines client) throws Exception {
        EditedPair pair = EditedPair.client(Pki.context(client), Pki.context(Engines.OPENSSL, Pki.SERVER_EC), TLS_1_2);
        boolean changed = false;
        boolean packed = false;
        for (int i = 0; i < 10 && !packed; i++) {
            pair.tested.step();
            pair.peer.step();
            for (RecordEditor.Content content : pair.take()) {
                boolean finished = changed && content.type() == RecordEditor.HANDSHAKE;
                pair.give(content.type(), finished ? RecordKeys.join(content.bytes(), HELLO_REQUEST) : content.bytes());
                changed |= content.type() == RecordEditor.CHANGE_CIPHER_SPEC;
                packed |= finished;
            }
        }
        assertThat(packed).isTrue();
        pair.tested.step();
        // A ClientHello, under the new keys.
        assertThat(pair.peer.inbound.remaining()).isGreaterThan(100);
        assertThat(pair.tested.engine.getHandshakeStatus()).isEqualTo(HandshakeStatus.NEED_UNWRAP);
    }

    /** B5: a hello from before TLS is refused at its first five bytes, cut where it may be. */
    @Test
    void aHelloOfVersion2IsRefusedAtOnce() throws Exception {
        byte[] hello = HexFormat.of().parseHex("80350103030c00000020c02b00c02f0000ff0000" + "00".repeat(35));
        for (int length = 1; length <= hello.length; length++) {
            SSLEngine engine = Pki.context(Engines.OPENSSL, Pki.SERVER_EC).createSSLEngine();
            engine.setUseClientMode(false);
            ByteBuffer source = ByteBuffer.wrap(hello, 0, length);
            ByteBuffer room = ByteBuffer.allocate(60_000);
            if (length < TlsRecord.HEADER_SIZE) {
                assertThat(engine.unwrap(source, room).getStatus()).isEqualTo(Status.BUFFER_UNDERFLOW);
                continue;
            }
            assertThatThrownBy(() -> engine.unwrap(source, room))
                    .isInstanceOf(SSLHandshakeException.class)
                    .hasMessage("SSLv2Hello is not supported");
            assertThat(engine.wrap(ByteBuffer.allocate(0), room).bytesProduced())
                    .isEqualTo(7);
            assertThat(room.get(6)).as("protocol_version").isEqualTo((byte) 70);
            assertThat(engine.isInboundDone() && engine.isOutboundDone()).isTrue();
        }
    }

    /** What the server chose in its first handshake is what it speaks; nobody is asked again. */
    @Test
    void aRenegotiationNegotiatesNoOtherApplicationProtocol() throws Exception {
        int[] asked = {0};
        EnginePair pair = new EnginePair(
                Pki.context(Engines.OPENSSL, Pki.CLIENT),
                Pki.context(Engines.OPENSSL, Pki.SERVER_EC),
                e -> offer(e, "http/1.1"),
                e -> e.setHandshakeApplicationProtocolSelector((engine, names) -> {
                    asked[0]++;
                    return names.get(0);
                }));
        pair.handshake();
        assertThat(pair.server.engine.getApplicationProtocol()).isEqualTo("http/1.1");

        // OpenSSL looks at the extension in a first handshake only.
        offerAnew(pair.client, "h2");
        renegotiate(pair);
        assertThat(pair.server.engine.getApplicationProtocol()).isEqualTo("http/1.1");
        assertThat(spoken(pair.client)).isEmpty();
        assertThat(asked[0]).isEqualTo(1);
        pair.exchange();
    }

    private static void offer(SSLEngine engine, String... names) {
        SSLParameters parameters = engine.getSSLParameters();
        parameters.setProtocols(new String[] {TLS_1_2});
        parameters.setApplicationProtocols(names);
        engine.setSSLParameters(parameters);
    }

    private static void offerAnew(Peer client, String... names) {
        byte[] list = AlpnSelection.encode(names);
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment bytes = arena.allocateFrom(ValueLayout.JAVA_BYTE, list);
            LibSsl.SSL_set_alpn_protos(client.openSsl().nativeAddressForTests(), bytes, list.length);
        }
    }

    /** What the client's OpenSSL took in the last handshake. */
    private static String spoken(Peer client) {
        AlpnSelection last = new AlpnSelection(client.engine, new EngineSettings(new SSLParameters(), null));
        last.finish(client.openSsl().nativeAddressForTests());
        return last.selected();
    }

    private static void renegotiate(EnginePair pair) throws SSLException {
        pair.server.engine.setWantClientAuth(true);
        pair.server.engine.beginHandshake();
        pair.settle();
    }

    @ParameterizedTest
    @ValueSource(strings = {"server.test", "none"})
    void aRenegotiationNamesNoOtherServer(String first) throws Exception {
        EnginePair same = named(first);
        renegotiate(same);
        same.exchange();

        EnginePair other = named(first);
        try (Arena arena = Arena.ofConfined()) {
            long client = other.client.openSsl().nativeAddressForTests();
            LibSsl.SSL_ctrl(client, SET_SERVER_NAME, 0, arena.allocateFrom("other.test"));
        }
        assertThatThrownBy(() -> renegotiate(other)).isInstanceOf(SSLHandshakeException.class);
        assertThat(other.server.engine.isInboundDone()).isTrue();
    }

    private static EnginePair named(String name) throws SSLException {
        return new EnginePair(
                        Pki.context(Engines.OPENSSL, Pki.CLIENT),
                        Pki.context(Engines.OPENSSL, Pki.SERVER_EC),
                        e -> setName(e, name),
                        e -> {})
                .handshake();
    }

    private static void setName(SSLEngine engine, String name) {
        SSLParameters parameters = engine.getSSLParameters();
        parameters.setProtocols(new String[] {TLS_1_2});
        parameters.setServerNames(name.equals("none") ? List.of() : List.of(new SNIHostName(name)));
        engine.setSSLParameters(parameters);
    }

    /** B3: RFC 6066, section 3: a server that resumes must not answer server_name; JSSE's client resumes here. */
    @ParameterizedTest
    @ValueSource(strings = {TLS_1_2, "TLSv1.3"})
    void aServerThatResumesDoesNotAcknowledgeTheName(String protocol) throws Exception {
        SSLContext client = Pki.context(Engines.JSSE);
        SSLContext server = Pki.context(Engines.OPENSSL, Pki.SERVER_EC);
        for (boolean resumed : new boolean[] {false, true}) {
            EnginePair pair = new EnginePair(client, server, protocol);
            SSLParameters parameters = pair.client.engine.getSSLParameters();
            parameters.setServerNames(List.of(new SNIHostName("server.test")));
            pair.client.engine.setSSLParameters(parameters);
            pair.server.engine.beginHandshake();
            try (SentMessages sent = new SentMessages(pair.server.openSsl())) {
                pair.handshake().exchange();
                int answering =
                        protocol.equals(TLS_1_2) ? SentMessages.SERVER_HELLO : SentMessages.ENCRYPTED_EXTENSIONS;
                assertThat(sent.has(SentMessages.CERTIFICATE)).isEqualTo(!resumed);
                assertThat(sent.extensionsOf(answering).contains(SentMessages.SERVER_NAME))
                        .isEqualTo(!resumed);
            }
            pair.close();
        }
    }

    /** OpenSSL would answer a CertificateRequest although we have closed. */
    @Test
    void nothingIsSaidBehindCloseNotify() throws Exception {
        EditedPair pair = EditedPair.client(
                        Pki.contextThatGives(Engines.OPENSSL, Pki.CLIENT),
                        Pki.context(Engines.OPENSSL, Pki.SERVER_EC),
                        "TLSv1.3")
                .settle();
        pair.peer.openSsl().requestCertificate(null);
        pair.peer.step();
        pair.tested.engine.closeOutbound();
        pair.tested.wrap("never");
        assertThat(pair.tested.engine.isOutboundDone()).isTrue();
        pair.peer.inbound = ByteBuffer.allocate(0);

        pair.pass(pair::give);
        pair.give(RecordEditor.APPLICATION_DATA, (byte) 'x');
        pair.tested.step();

        assertThat(pair.tested.takeReceived()).isEqualTo("x");
        assertThat(pair.tested.engine.isOutboundDone()).isTrue();
        assertThat(pair.tested.wrap("never").getStatus()).isEqualTo(Status.CLOSED);
        assertThat(pair.peer.inbound.hasRemaining()).isFalse();
    }

    /** Not silence: the client learns that its handshake was given up. */
    @ParameterizedTest
    @ValueSource(strings = {TLS_1_2, "TLSv1.3"})
    void closingInTheMiddleOfTheFirstHandshakeSaysSo(String protocol) throws Exception {
        EditedPair pair =
                EditedPair.server(Pki.context(Engines.OPENSSL), Pki.context(Engines.OPENSSL, Pki.SERVER_EC), protocol);
        pair.peer.step();
        pair.pass(pair::give);
        pair.tested.step();
        pair.tested.engine.closeOutbound();
        pair.tested.step();
        assertThat(pair.tested.engine.isOutboundDone()).isTrue();
        assertThat(pair.tested.engine.isInboundDone()).isTrue();
        assertThatThrownBy(pair.peer::step)
                .isInstanceOf(SSLException.class)
                .hasMessageStartingWith("Received fatal alert: ");
    }
}
