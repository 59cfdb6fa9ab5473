package dev.latchkey.openssl;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.latchkey.testkit.HeldCertificate;
import java.security.cert.CertificateException;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLEngineResult.HandshakeStatus;
import javax.net.ssl.SSLException;
import javax.net.ssl.SSLHandshakeException;
import javax.net.ssl.SSLPeerUnverifiedException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Renegotiation on TLS 1.2: the server's, for a client certificate, and no other. */
class RenegotiationTest {
    private static final String TLS_1_2 = "TLSv1.2";

    private static EnginePair pair(Engines client, HeldCertificate... held) throws SSLException {
        SSLContext serverContext = Pki.context(Engines.OPENSSL, Pki.SERVER_RSA, Pki.SERVER_EC);
        return new EnginePair(Pki.context(client, held), serverContext, TLS_1_2).handshake();
    }

    private static void renegotiate(EnginePair pair) throws SSLException {
        pair.server.engine.setWantClientAuth(true);
        pair.server.engine.beginHandshake();
        pair.settle();
    }

    private static void assertAnonymous(EnginePair pair) {
        assertThatThrownBy(() -> pair.server.engine.getSession().getPeerCertificates())
                .isInstanceOf(SSLPeerUnverifiedException.class);
    }

    @ParameterizedTest
    @EnumSource(Engines.class)
    void serverGetsTheCertificateAndPresentsTheSameOneItself(Engines client) throws Exception {
        EnginePair pair = pair(client, Pki.CLIENT);
        pair.exchange();
        assertAnonymous(pair);
        pair.server.engine.getSession().putValue("kept", "value");
        int finishedBefore = pair.server.finished;
        var serverCertificate = pair.client.engine.getSession().getPeerCertificates()[0];

        renegotiate(pair);

        assertThat(pair.server.engine.getSession().getPeerCertificates()).containsExactlyElementsOf(Pki.CLIENT.chain());
        assertThat(pair.server.finished).isEqualTo(finishedBefore + 1);
        assertThat(pair.server.engine.getHandshakeStatus()).isEqualTo(HandshakeStatus.NOT_HANDSHAKING);
        assertThat(pair.client.engine.getSession().getPeerCertificates()[0]).isEqualTo(serverCertificate);
        assertThat(pair.server.engine.getSession().getValue("kept")).isEqualTo("value");
        pair.exchange();
        pair.close();
    }

    @ParameterizedTest
    @EnumSource(Engines.class)
    void noCertificateIsAResult(Engines client) throws Exception {
        EnginePair pair = pair(client);

        renegotiate(pair);

        assertAnonymous(pair);
        pair.exchange();
    }

    @Test
    void secondRenegotiationWithoutACertificateLeavesNone() throws Exception {
        EnginePair pair = pair(Engines.OPENSSL, Pki.CLIENT);
        renegotiate(pair);

        pair.server.engine.setWantClientAuth(false);
        pair.server.engine.beginHandshake();
        pair.settle();

        assertAnonymous(pair);
        pair.exchange();
    }

    @ParameterizedTest
    @EnumSource(Engines.class)
    void manyInARow(Engines client) throws Exception {
        EnginePair pair = pair(client, Pki.CLIENT);
        for (int i = 0; i < 10; i++) {
            renegotiate(pair);
            assertThat(pair.server.engine.getSession().getPeerCertificates())
                    .containsExactlyElementsOf(Pki.CLIENT.chain());
            pair.exchange();
        }
    }

    @Test
    void dataThatTheClientSentBeforeItsClientHelloIsReceived() throws Exception {
        EnginePair pair = pair(Engines.JSSE, Pki.CLIENT);
        pair.client.wrap("early");
        pair.server.engine.setWantClientAuth(true);
        pair.server.engine.beginHandshake();

        assertThat(pair.server.engine.getHandshakeStatus()).isEqualTo(HandshakeStatus.NEED_WRAP);
        pair.settle();

        assertThat(pair.server.takeReceived()).isEqualTo("early");
        assertThat(pair.server.engine.getSession().getPeerCertificates()).hasSize(2);
    }

    @Test
    void untrustedCertificateEndsTheConnectionWhenTheTrustManagerThrows() throws Exception {
        EnginePair pair = new EnginePair(
                        Pki.contextThatGives(Engines.OPENSSL, Pki.STRANGER),
                        Pki.context(Engines.OPENSSL, Pki.SERVER_EC),
                        TLS_1_2)
                .handshake();

        assertThatThrownBy(() -> renegotiate(pair))
                .isInstanceOf(SSLHandshakeException.class)
                .hasCauseInstanceOf(CertificateException.class);
        assertAnonymous(pair);
        assertThat(pair.server.engine.isInboundDone()).isTrue();
    }

    /** R15: before, during and after ours. */
    @Test
    void clientsOwnIsRefused() throws Exception {
        EnginePair before = pair(Engines.OPENSSL, Pki.CLIENT);
        assertRefused(before);

        EnginePair after = pair(Engines.OPENSSL, Pki.CLIENT);
        renegotiate(after);
        after.exchange();
        assertRefused(after);
    }

    private static void assertRefused(EnginePair pair) throws SSLException {
        int finished = pair.server.finished;
        pair.client.engine.beginHandshake();
        // OpenSSL's client takes the warning no_renegotiation for the end of the connection.
        assertThatThrownBy(pair::settle)
                .isInstanceOf(SSLHandshakeException.class)
                .hasMessage("Received handshake warning: no_renegotiation");
        assertThat(pair.server.finished).isEqualTo(finished);
        assertThat(pair.server.engine.getHandshakeStatus())
                .isIn(HandshakeStatus.NOT_HANDSHAKING, HandshakeStatus.NEED_WRAP);
    }

    /** R21: the client says no_renegotiation; the server learns it at once. */
    @Test
    void clientThatRefusesIsReported() throws Exception {
        EnginePair pair = pair(Engines.OPENSSL, Pki.CLIENT);
        LibSsl.SSL_set_options(pair.client.openSsl().nativeAddressForTests(), ContextHandle.OPTION_NO_RENEGOTIATION);

        assertThatThrownBy(() -> renegotiate(pair))
                .isInstanceOf(SSLHandshakeException.class)
                .hasMessage("Received handshake warning: no_renegotiation");
    }
}
