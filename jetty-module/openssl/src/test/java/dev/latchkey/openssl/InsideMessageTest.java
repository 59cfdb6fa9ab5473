package dev.latchkey.openssl;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.latchkey.jetty.PostHandshakeAuthenticationEngine.State;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.util.ArrayDeque;
import java.util.Deque;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLEngineResult;
import javax.net.ssl.SSLEngineResult.HandshakeStatus;
import javax.net.ssl.SSLEngineResult.Status;
import javax.net.ssl.SSLException;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * A client that begins its answer and goes on later, or never: a server's {@code wrap} waits for bytes and says so, and
 * closing sends something. No progress never looks like progress.
 */
class InsideMessageTest {
    private static final int SET_MAX_SEND_FRAGMENT = 52;
    private static final int SMALLEST_FRAGMENT = 512;

    /** A server that asked, and the client's answer in records of 512 bytes, none of which has come yet. */
    private static final class Asked {
        final EnginePair pair;
        final OpenSslEngine server;
        final Deque<ByteBuffer> answer = new ArrayDeque<>();

        Asked(String protocol) throws SSLException {
            pair = new EnginePair(
                            Pki.contextThatGives(Engines.OPENSSL, Pki.CLIENT),
                            Pki.context(Engines.OPENSSL, Pki.SERVER_EC),
                            e -> setUp(e, protocol),
                            e -> {})
                    .handshake();
            pair.exchange();
            server = pair.server.openSsl();
            long client = pair.client.openSsl().nativeAddressForTests();
            LibSsl.SSL_ctrl(client, SET_MAX_SEND_FRAGMENT, SMALLEST_FRAGMENT, MemorySegment.NULL);
            if (protocol.equals("TLSv1.3")) {
                server.requestCertificate(null);
                pair.server.step();
            } else {
                server.setWantClientAuth(true);
                server.beginHandshake();
                pair.server.step();
                pair.client.step();
                pair.server.step();
                assertThat(pair.server.inbound.hasRemaining()).isFalse();
            }
            pair.client.step();
            ByteBuffer all = pair.server.inbound;
            pair.server.inbound = ByteBuffer.allocate(0);
            while (all.hasRemaining()) {
                int length = TlsRecord.length(all);
                answer.add(all.slice(all.position(), length));
                all.position(all.position() + length);
            }
            assertThat(answer).hasSizeGreaterThan(2);
        }

        private static void setUp(SSLEngine engine, String protocol) {
            engine.setEnabledProtocols(new String[] {protocol});
            ((OpenSslEngine) engine).offerPostHandshakeAuthentication(true);
        }

        void giveOne() throws SSLException {
            pair.client.send(answer.remove());
            pair.server.unwrap();
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"TLSv1.2", "TLSv1.3"})
    void aWriteWaitsForTheRestAndSaysSo(String protocol) throws Exception {
        Asked asked = new Asked(protocol);
        asked.giveOne();
        while (!asked.answer.isEmpty()) {
            assertThat(asked.server.isInsideMessage()).isTrue();
            assertThat(asked.server.getHandshakeStatus()).isEqualTo(HandshakeStatus.NEED_UNWRAP);
            SSLEngineResult result = asked.pair.server.wrap("too early");
            assertThat(result.getStatus()).isEqualTo(Status.OK);
            assertThat(result.getHandshakeStatus()).isEqualTo(HandshakeStatus.NEED_UNWRAP);
            assertThat(result.bytesConsumed() + result.bytesProduced()).isZero();
            asked.giveOne();
        }
        asked.pair.settle();
        assertThat(asked.server.isInsideMessage()).isFalse();
        assertThat(asked.server.getHandshakeStatus()).isEqualTo(HandshakeStatus.NOT_HANDSHAKING);
        assertThat(asked.server.getSession().getPeerCertificates()).hasSize(2);
        asked.pair.exchange();
        asked.pair.close();
    }

    @ParameterizedTest
    @ValueSource(strings = {"TLSv1.2", "TLSv1.3"})
    void closingOutboundThenTellsTheClient(String protocol) throws Exception {
        Asked asked = new Asked(protocol);
        asked.giveOne();

        asked.server.closeOutbound();

        assertEnded(asked);
        assertThat(asked.server.isInboundDone()).isTrue();
    }

    @ParameterizedTest
    @ValueSource(strings = {"TLSv1.2", "TLSv1.3"})
    void closingInboundThenEndsBothDirections(String protocol) throws Exception {
        Asked asked = new Asked(protocol);
        asked.giveOne();

        assertThatThrownBy(asked.server::closeInbound).isInstanceOf(SSLException.class);

        assertEnded(asked);
    }

    private static void assertEnded(Asked asked) throws SSLException {
        SSLEngineResult result = asked.pair.server.wrap("never");
        assertThat(result.bytesConsumed()).isZero();
        assertThat(result.bytesProduced()).isPositive();
        assertThat(asked.server.isOutboundDone()).isTrue();
        assertThat(asked.pair.server.wrap("never").getStatus()).isEqualTo(Status.CLOSED);
        assertThat(asked.server.certificateRequestState()).isIn(State.NONE, State.FAILED);
        assertThatThrownBy(asked.pair.client::step)
                .isInstanceOf(SSLException.class)
                .hasMessageStartingWith("Received fatal alert: ");
    }
}
