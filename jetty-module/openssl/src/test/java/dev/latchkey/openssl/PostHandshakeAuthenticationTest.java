package dev.latchkey.openssl;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.latchkey.jetty.PostHandshakeAuthenticationEngine.State;
import dev.latchkey.testkit.HeldCertificate;
import java.nio.ByteBuffer;
import java.security.cert.CertificateException;
import java.util.List;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLEngineResult.HandshakeStatus;
import javax.net.ssl.SSLException;
import javax.net.ssl.SSLPeerUnverifiedException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Post-handshake authentication on TLS 1.3, with a client in memory. */
class PostHandshakeAuthenticationTest {
    private static final String TLS_1_3 = "TLSv1.3";

    private static EnginePair pair(HeldCertificate held) throws SSLException {
        return pair(held == null ? Pki.context(Engines.OPENSSL) : Pki.contextThatGives(Engines.OPENSSL, held));
    }

    private static EnginePair pair(SSLContext clientContext) throws SSLException {
        return new EnginePair(
                        clientContext,
                        Pki.context(Engines.OPENSSL, Pki.SERVER_EC),
                        e -> {
                            e.setEnabledProtocols(new String[] {TLS_1_3});
                            ((OpenSslEngine) e).offerPostHandshakeAuthentication(true);
                        },
                        e -> {})
                .handshake();
    }

    private static void assertAnonymous(EnginePair pair) {
        assertThatThrownBy(() -> pair.server.engine.getSession().getPeerCertificates())
                .isInstanceOf(SSLPeerUnverifiedException.class);
    }

    @Test
    void theCertificateIsThereOnceFinishedIsVerified() throws Exception {
        EnginePair pair = pair(Pki.CLIENT);
        OpenSslEngine server = pair.server.openSsl();
        pair.exchange();
        assertThat(server.canRequestCertificate()).isTrue();
        assertThat(server.certificateRequestState()).isEqualTo(State.NONE);
        server.getSession().putValue("kept", "value");

        server.requestCertificate(null);
        assertThat(server.certificateRequestState()).isEqualTo(State.SENT);
        assertThat(server.getHandshakeStatus()).isEqualTo(HandshakeStatus.NEED_WRAP);
        pair.settle();

        assertThat(server.certificateRequestState()).isEqualTo(State.FINISHED);
        assertThat(server.receivedCertificates()).containsExactlyElementsOf(Pki.CLIENT.chain());
        assertThat(server.untrustedReason()).isEmpty();
        assertThat(server.getSession().getPeerCertificates()).containsExactlyElementsOf(Pki.CLIENT.chain());
        assertThat(server.getSession().getValue("kept")).isEqualTo("value");
        assertThat(pair.server.finished).isEqualTo(1);
        pair.exchange();
        pair.close();
    }

    /** R12: whatever the client's records are cut into, nothing is visible before the last byte. */
    @Test
    void nothingIsVisibleBeforeTheLastByte() throws Exception {
        EnginePair pair = pair(Pki.CLIENT);
        OpenSslEngine server = pair.server.openSsl();
        server.requestCertificate(null);
        pair.server.step();
        pair.client.step();
        ByteBuffer answer = pair.server.inbound;
        pair.server.inbound = ByteBuffer.allocate(0);
        int bytes = 0;
        while (answer.hasRemaining()) {
            assertThat(server.certificateRequestState().isPending()).isTrue();
            assertThat(server.receivedCertificates()).isEmpty();
            assertThat(server.getHandshakeStatus())
                    .isEqualTo(
                            server.isInsideMessage() ? HandshakeStatus.NEED_UNWRAP : HandshakeStatus.NOT_HANDSHAKING);
            assertAnonymous(pair);
            pair.client.send(ByteBuffer.wrap(new byte[] {answer.get()}));
            pair.server.unwrap();
            bytes++;
        }
        assertThat(bytes).isGreaterThan(1000);
        assertThat(server.certificateRequestState()).isEqualTo(State.FINISHED);
        assertThat(server.getSession().getPeerCertificates()).hasSize(2);
    }

    @Test
    void emptyCertificateIsAResult() throws Exception {
        EnginePair pair = pair((HeldCertificate) null);
        OpenSslEngine server = pair.server.openSsl();

        server.requestCertificate(null);
        pair.settle();

        assertThat(server.certificateRequestState()).isEqualTo(State.FINISHED);
        assertThat(server.receivedCertificates()).isEmpty();
        assertThat(server.untrustedReason()).isEmpty();
        assertAnonymous(pair);
        pair.exchange();
    }

    /** R10: the connection lives and the chain is known, but it is no identity. */
    @Test
    void untrustedCertificateIsAVerdictAndNoIdentity() throws Exception {
        EnginePair pair = pair(Pki.STRANGER);
        OpenSslEngine server = pair.server.openSsl();

        server.requestCertificate(null);
        pair.settle();

        assertThat(server.certificateRequestState()).isEqualTo(State.FINISHED);
        assertThat(server.receivedCertificates()).containsExactlyElementsOf(Pki.STRANGER.chain());
        assertThat(server.untrustedReason()).get().isInstanceOf(CertificateException.class);
        assertAnonymous(pair);
        pair.exchange();
    }

    /** R7: nothing is sent, and the connection goes on. */
    @ParameterizedTest
    @ValueSource(strings = {"TLSv1.2", "TLSv1.3"})
    void clientThatDidNotOfferItIsKnownAtOnce(String protocol) throws Exception {
        EnginePair pair = new EnginePair(
                        Pki.context(Engines.JSSE, Pki.CLIENT), Pki.context(Engines.OPENSSL, Pki.SERVER_EC), protocol)
                .handshake();
        OpenSslEngine server = pair.server.openSsl();

        assertThat(server.canRequestCertificate()).isFalse();
        assertThatThrownBy(() -> server.requestCertificate(null))
                .isInstanceOf(SSLException.class)
                .hasMessageContaining("post_handshake_auth");
        assertThat(server.certificateRequestState()).isEqualTo(State.NONE);
        assertThat(server.getHandshakeStatus()).isEqualTo(HandshakeStatus.NOT_HANDSHAKING);
        pair.exchange();
    }

    @Test
    void severalOnOneConnectionEachReplacesTheLast() throws Exception {
        EnginePair pair = pair(Pki.CLIENT);
        OpenSslEngine server = pair.server.openSsl();
        for (int i = 0; i < 5; i++) {
            server.requestCertificate(List.of(Pki.INTERMEDIATE.certificate().getSubjectX500Principal()));
            assertThat(server.receivedCertificates()).isEmpty();
            pair.settle();
            assertThat(server.certificateRequestState()).isEqualTo(State.FINISHED);
            assertThat(server.getSession().getPeerCertificates()).hasSize(2);
            pair.exchange();
        }
    }

    @Test
    void secondRequestWhileOneIsPendingIsAnError() throws Exception {
        EnginePair pair = pair(Pki.CLIENT);
        OpenSslEngine server = pair.server.openSsl();
        server.requestCertificate(null);

        assertThatThrownBy(() -> server.requestCertificate(null)).isInstanceOf(IllegalStateException.class);
        pair.settle();
        assertThat(server.certificateRequestState()).isEqualTo(State.FINISHED);
    }

    @Test
    void applicationDataGoesOnWhileTheAnswerIsAwaited() throws Exception {
        EnginePair pair = pair(Pki.CLIENT);
        OpenSslEngine server = pair.server.openSsl();
        for (int i = 0; i < 50; i++) {
            pair.client.wrap("body " + i + ";");
        }
        server.requestCertificate(null);
        pair.server.step();
        assertThat(pair.server.takeReceived()).contains("body 0;").endsWith("body 49;");
        assertThat(server.certificateRequestState()).isEqualTo(State.SENT);
        pair.server.wrap("meanwhile");
        pair.client.wrap("more");
        pair.settle();

        assertThat(pair.client.takeReceived()).isEqualTo("meanwhile");
        assertThat(pair.server.takeReceived()).isEqualTo("more");
        assertThat(server.certificateRequestState()).isEqualTo(State.FINISHED);
    }

    @Test
    void keyUpdatesOnBothSidesDoNotDisturb() throws Exception {
        EnginePair pair = pair(Pki.CLIENT);
        OpenSslEngine server = pair.server.openSsl();
        server.requestCertificate(null);
        server.beginHandshake();
        pair.client.engine.beginHandshake();
        pair.settle();

        assertThat(server.certificateRequestState()).isEqualTo(State.FINISHED);
        pair.exchange();
    }

    /** The client's KeyUpdate asks for ours, which OpenSSL sends with what is written next. */
    @Test
    void aRequestIsSentAlthoughAKeyUpdateIsDue() throws Exception {
        EnginePair pair = pair(Pki.CLIENT);
        OpenSslEngine server = pair.server.openSsl();
        long client = pair.client.openSsl().nativeAddressForTests();
        for (int i = 0; i < 2; i++) {
            int requested = 1;
            LibSsl.SSL_key_update(client, requested);
            LibSsl.SSL_do_handshake(client);
            pair.settle();
            server.requestCertificate(null);
            pair.settle();
            assertThat(server.certificateRequestState()).isEqualTo(State.FINISHED);
            assertThat(server.receivedCertificates()).containsExactlyElementsOf(Pki.CLIENT.chain());
        }
        pair.exchange();
    }

    /** The state from before stays, and the failure is fatal. */
    @ParameterizedTest
    @ValueSource(ints = {-1, -30, -60, -200})
    void damagedAnswerIsAFailureWithoutAnIdentity(int fromEnd) throws Exception {
        EnginePair pair = pair(Pki.CLIENT);
        OpenSslEngine server = pair.server.openSsl();
        server.requestCertificate(null);
        pair.server.step();
        pair.client.step();
        int at = pair.server.inbound.limit() + fromEnd;
        pair.server.inbound.put(at, (byte) (pair.server.inbound.get(at) ^ 1));

        assertThatThrownBy(pair::settle).isInstanceOf(SSLException.class);
        assertThat(server.certificateRequestState()).isEqualTo(State.FAILED);
        assertThat(server.receivedCertificates()).isEmpty();
        assertThat(server.isInboundDone()).isTrue();
        assertAnonymous(pair);
        assertThat(pair.server.wrap(Peer.NOTHING).bytesProduced()).isPositive();
        assertThatThrownBy(pair.client::step).hasMessageContaining("Received fatal alert");
    }

    @Test
    void connectionThatClosesFirstIsAFailure() throws Exception {
        EnginePair pair = pair(Pki.CLIENT);
        OpenSslEngine server = pair.server.openSsl();
        server.requestCertificate(null);
        pair.client.engine.closeOutbound();
        pair.settle();

        assertThat(server.certificateRequestState()).isEqualTo(State.FAILED);
        assertThat(server.canRequestCertificate()).isFalse();
        assertAnonymous(pair);
    }

    /** R16. */
    @Test
    void verifyModeIsAsBeforeAfterAnAnswer() throws Exception {
        EnginePair pair = pair((HeldCertificate) null);
        OpenSslEngine server = pair.server.openSsl();
        server.requestCertificate(List.of());
        pair.settle();

        assertThat(server.certificateRequestState()).isEqualTo(State.FINISHED);
        // SSL_VERIFY_NONE again, else the second request would not differ from a needed one.
        server.requestCertificate(null);
        pair.settle();
        assertThat(server.certificateRequestState()).isEqualTo(State.FINISHED);
        pair.exchange();
    }
}
