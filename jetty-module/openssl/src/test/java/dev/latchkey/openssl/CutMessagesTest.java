package dev.latchkey.openssl;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLEngineResult;
import javax.net.ssl.SSLEngineResult.HandshakeStatus;
import javax.net.ssl.SSLEngineResult.Status;
import javax.net.ssl.SSLException;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * Every handshake message that OpenSSL takes on an open connection, cut behind each of its first bytes, at its end and
 * in its middle; and then each thing that can happen. Nothing spins, closing ends, and all handles come back.
 */
class CutMessagesTest {
    private static final int FIRST_BYTES = 6;
    private static final byte[] CLOSE_NOTIFY = {1, 0};
    private static final byte[] KEY_UPDATE = {24, 0, 0, 1, 0};
    private static final byte[] KEY_UPDATE_REQUESTED = {24, 0, 0, 1, 1};
    private static final SSLContext CLIENT = Pki.contextThatGives(Engines.OPENSSL, Pki.CLIENT);
    private static final SSLContext SERVER = Pki.context(Engines.OPENSSL, Pki.SERVER_EC);
    private static final String TLS_1_2 = "TLSv1.2";
    private static final String TLS_1_3 = "TLSv1.3";

    /** What the peer says, and to whom: the part of it that is not given yet is cut. */
    enum Said {
        KEY_UPDATE_TO_A_SERVER(TLS_1_3, false) {
            @Override
            List<RecordEditor.Content> by(EditedPair pair) {
                return List.of(new RecordEditor.Content(RecordEditor.HANDSHAKE, KEY_UPDATE));
            }
        },
        KEY_UPDATE_THAT_WANTS_ONE_TO_A_SERVER(TLS_1_3, false) {
            @Override
            List<RecordEditor.Content> by(EditedPair pair) {
                return List.of(new RecordEditor.Content(RecordEditor.HANDSHAKE, KEY_UPDATE_REQUESTED));
            }
        },
        ANSWER_TO_A_CERTIFICATE_REQUEST(TLS_1_3, false) {
            @Override
            List<RecordEditor.Content> by(EditedPair pair) throws SSLException {
                ((OpenSslEngine) pair.tested.engine).requestCertificate(null);
                pair.tested.step();
                pair.peer.step();
                return pair.take();
            }
        },
        NEW_SESSION_TICKET(TLS_1_3, true) {
            @Override
            List<RecordEditor.Content> by(EditedPair pair) {
                byte[] ticket = {4, 0, 0, 16, 0, 0, 1, 0, 1, 2, 3, 4, 1, 9, 0, 2, 7, 7, 0, 0};
                return List.of(new RecordEditor.Content(RecordEditor.HANDSHAKE, ticket));
            }
        },
        CERTIFICATE_REQUEST(TLS_1_3, true) {
            @Override
            List<RecordEditor.Content> by(EditedPair pair) throws SSLException {
                pair.peer.openSsl().requestCertificate(null);
                pair.peer.step();
                return pair.take();
            }
        },
        KEY_UPDATE_TO_A_CLIENT(TLS_1_3, true) {
            @Override
            List<RecordEditor.Content> by(EditedPair pair) {
                return List.of(new RecordEditor.Content(RecordEditor.HANDSHAKE, KEY_UPDATE_REQUESTED));
            }
        },
        HELLO_REQUEST(TLS_1_2, true) {
            @Override
            List<RecordEditor.Content> by(EditedPair pair) throws SSLException {
                pair.peer.engine.beginHandshake();
                pair.peer.step();
                return pair.take();
            }
        },
        SERVERS_FLIGHT_OF_A_RENEGOTIATION(TLS_1_2, true) {
            @Override
            List<RecordEditor.Content> by(EditedPair pair) throws SSLException {
                HELLO_REQUEST.by(pair).forEach(pair::give);
                pair.tested.step();
                pair.peer.step();
                return pair.take();
            }
        },
        SERVERS_FINISHED_OF_A_RENEGOTIATION(TLS_1_2, true) {
            @Override
            List<RecordEditor.Content> by(EditedPair pair) throws SSLException {
                SERVERS_FLIGHT_OF_A_RENEGOTIATION.by(pair).forEach(pair::give);
                pair.tested.step();
                pair.peer.step();
                return pair.take();
            }
        },
        CLIENT_HELLO_OF_OUR_RENEGOTIATION(TLS_1_2, false) {
            @Override
            List<RecordEditor.Content> by(EditedPair pair) throws SSLException {
                pair.tested.engine.setWantClientAuth(true);
                pair.tested.engine.beginHandshake();
                pair.tested.step();
                pair.peer.step();
                return pair.take();
            }
        },
        CLIENTS_FLIGHT_OF_OUR_RENEGOTIATION(TLS_1_2, false) {
            @Override
            List<RecordEditor.Content> by(EditedPair pair) throws SSLException {
                CLIENT_HELLO_OF_OUR_RENEGOTIATION.by(pair).forEach(pair::give);
                pair.tested.step();
                pair.peer.step();
                return pair.take();
            }
        },
        CLIENT_HELLO_THAT_NOBODY_ASKED_FOR(TLS_1_2, false) {
            @Override
            List<RecordEditor.Content> by(EditedPair pair) throws SSLException {
                pair.peer.engine.beginHandshake();
                pair.peer.step();
                return pair.take();
            }
        };

        private final String protocol;
        private final boolean toClient;

        Said(String protocol, boolean toClient) {
            this.protocol = protocol;
            this.toClient = toClient;
        }

        abstract List<RecordEditor.Content> by(EditedPair pair) throws SSLException;

        EditedPair open() throws SSLException {
            EditedPair pair = toClient
                    ? EditedPair.client(CLIENT, SERVER, protocol)
                    : EditedPair.server(CLIENT, SERVER, protocol);
            return pair.settle();
        }
    }

    /** What happens when a message is cut. */
    enum Then {
        THE_REST_COMES,
        WE_CLOSE_OUTBOUND,
        WE_CLOSE_INBOUND,
        CLOSE_NOTIFY_COMES,
        DATA_COMES,
        THE_REST_COMES_BYTE_BY_BYTE
    }

    @ParameterizedTest
    @EnumSource(Said.class)
    void nothingSpinsAndClosingEndsIt(Said said) throws Exception {
        int cuts = 0;
        for (int cut : cuts(said)) {
            for (Then then : Then.values()) {
                try {
                    cutAndGoOn(said, cut, then);
                } catch (SSLException | AssertionError e) {
                    throw new AssertionError(said + " cut at " + cut + ", then " + then, e);
                }
                cuts++;
            }
        }
        assertThat(cuts).isGreaterThanOrEqualTo(3 * Then.values().length);
    }

    /** Where to cut, in bytes of all messages: behind the first ones of each, in the middle, at the end but the last. */
    private static Set<Integer> cuts(Said said) throws SSLException {
        EditedPair pair = said.open();
        Set<Integer> cuts = new TreeSet<>();
        int at = 0;
        for (RecordEditor.Content content : said.by(pair)) {
            if (content.type() != RecordEditor.HANDSHAKE) {
                break; // ChangeCipherSpec; Finished comes behind it under keys of its own
            }
            byte[] bytes = content.bytes();
            for (int from = 0; from < bytes.length; ) {
                int length = RecordEditor.length(Arrays.copyOfRange(bytes, from, bytes.length));
                for (int first = 1; first <= FIRST_BYTES; first++) {
                    cuts.add(at + from + Math.min(first, length));
                }
                cuts.add(at + from + length / 2);
                cuts.add(at + from + length - 1);
                cuts.add(at + from + length);
                from += length;
            }
            at += bytes.length;
        }
        if (at > 0) {
            cuts.remove(0);
        } else {
            cuts.addAll(List.of(1, 3, 4, 8, 16));
        }
        end(pair);
        return cuts;
    }

    private static void end(EditedPair pair) {
        new CheckedEngine(pair.peer.engine).close();
        new CheckedEngine(pair.tested.engine).close();
    }

    private static void cutAndGoOn(Said said, int cut, Then then) throws SSLException {
        EditedPair pair = said.open();
        List<RecordEditor.Content> rest = new ArrayList<>();
        int at = 0;
        CheckedEngine tested = new CheckedEngine(pair.tested.engine);
        for (RecordEditor.Content content : said.by(pair)) {
            boolean whole = content.type() == RecordEditor.CHANGE_CIPHER_SPEC || at + content.bytes().length <= cut;
            if (!rest.isEmpty()) {
                rest.add(content);
            } else if (whole) {
                pair.give(content);
                at += content.bytes().length;
            } else {
                int part = Math.max(0, cut - at);
                if (part > 0) {
                    pair.give(content.type(), Arrays.copyOf(content.bytes(), part));
                }
                rest.add(new RecordEditor.Content(
                        content.type(), Arrays.copyOfRange(content.bytes(), part, content.bytes().length)));
                at = cut;
            }
        }
        read(pair, tested);
        write(pair, tested);
        switch (then) {
            case THE_REST_COMES -> {
                rest.forEach(pair::give);
                goesOn(said, pair, tested);
            }
            case THE_REST_COMES_BYTE_BY_BYTE -> {
                for (RecordEditor.Content content : rest) {
                    for (byte[] part : bytesOf(content)) {
                        pair.give(content.type(), part);
                        read(pair, tested);
                        write(pair, tested);
                    }
                }
                goesOn(said, pair, tested);
            }
            case WE_CLOSE_OUTBOUND -> {
                tested.engine.closeOutbound();
                assertThat(tested.drain().hasRemaining())
                        .as("it says that it closes")
                        .isTrue();
                assertThat(tested.engine.isOutboundDone()).isTrue();
            }
            case WE_CLOSE_INBOUND -> {
                assertThatThrownBy(tested.engine::closeInbound).isInstanceOf(SSLException.class);
                tested.drain();
                write(pair, tested);
            }
            case CLOSE_NOTIFY_COMES -> {
                pair.give(RecordEditor.ALERT, CLOSE_NOTIFY);
                tryToRead(pair, tested);
                assertThat(tested.engine.isInboundDone()).isTrue();
                write(pair, tested);
            }
            case DATA_COMES -> {
                pair.give(RecordEditor.APPLICATION_DATA, "x".getBytes(StandardCharsets.US_ASCII));
                if (tryToRead(pair, tested)) {
                    assertThat(pair.tested.takeReceived()).isEqualTo("x");
                } else {
                    assertThat(tested.engine.isInboundDone()).isTrue();
                }
            }
        }
        end(pair);
    }

    private static List<byte[]> bytesOf(RecordEditor.Content content) {
        if (content.type() != RecordEditor.HANDSHAKE || content.bytes().length > 1200) {
            return List.of(content.bytes());
        }
        List<byte[]> parts = new ArrayList<>();
        for (byte b : content.bytes()) {
            parts.add(new byte[] {b});
        }
        return parts;
    }

    /** Reads until there is nothing more, by calls that are checked. */
    private static void read(EditedPair pair, CheckedEngine tested) throws SSLException {
        Peer peer = pair.tested;
        while (!tested.engine.isInboundDone()) {
            peer.send(tested.drain());
            ByteBuffer room = ByteBuffer.allocate(TlsRecord.MAX_SIZE);
            SSLEngineResult result = tested.unwrap(peer.inbound, room);
            peer.receive(room);
            if (result.bytesConsumed() == 0) {
                break;
            }
        }
        peer.send(tested.drain());
    }

    private static boolean tryToRead(EditedPair pair, CheckedEngine tested) {
        try {
            read(pair, tested);
            return true;
        } catch (SSLException e) {
            return false;
        }
    }

    /** A byte is taken, or the engine waits for the peer, or it is closed: the checks of {@code wrap} say the rest. */
    private static void write(EditedPair pair, CheckedEngine tested) throws SSLException {
        ByteBuffer data = ByteBuffer.wrap("y".getBytes(StandardCharsets.US_ASCII));
        for (int i = 0; i < 10 && data.hasRemaining(); i++) {
            ByteBuffer room = ByteBuffer.allocate(tested.engine.getSession().getPacketBufferSize());
            SSLEngineResult result = tested.wrap(data, room);
            pair.tested.send(room);
            if (result.getStatus() == Status.CLOSED || result.bytesProduced() == 0) {
                return;
            }
        }
        assertThat(data.hasRemaining()).isFalse();
    }

    private static void goesOn(Said said, EditedPair pair, CheckedEngine tested) throws SSLException {
        if (said == Said.CLIENT_HELLO_THAT_NOBODY_ASKED_FOR) {
            read(pair, tested);
            pair.give(RecordEditor.APPLICATION_DATA, (byte) 'x');
            read(pair, tested);
            assertThat(pair.tested.takeReceived()).isEqualTo("x");
            return; // The peer takes the refusal for the end.
        }
        read(pair, tested);
        pair.settle();
        assertThat(tested.engine.getHandshakeStatus()).isEqualTo(HandshakeStatus.NOT_HANDSHAKING);
        pair.peer.takeReceived();
        pair.peer.wrap("to you");
        pair.settle();
        assertThat(pair.tested.takeReceived()).isEqualTo("to you");
        pair.tested.wrap("and back");
        pair.settle();
        assertThat(pair.peer.takeReceived()).isEqualTo("and back");
    }
}
