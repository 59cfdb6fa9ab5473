package dev.latchkey.openssl;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.security.cert.CertificateException;
import java.util.List;
import java.util.stream.Stream;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLException;
import javax.net.ssl.SSLHandshakeException;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.SSLPeerUnverifiedException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The first handshake, in both roles, against JSSE and against itself. */
class HandshakeTest {
    static Stream<Arguments> pairs() {
        return Stream.of("TLSv1.2", "TLSv1.3").flatMap(protocol -> Stream.of("RSA", "EC", "Ed25519")
                .flatMap(key -> Stream.of(
                        Arguments.of(Engines.JSSE, Engines.OPENSSL, protocol, key),
                        Arguments.of(Engines.OPENSSL, Engines.JSSE, protocol, key),
                        Arguments.of(Engines.OPENSSL, Engines.OPENSSL, protocol, key))));
    }

    @ParameterizedTest
    @MethodSource("pairs")
    void completesAndCarriesData(Engines client, Engines server, String protocol, String key) throws Exception {
        SSLContext serverContext = Pki.context(server, Pki.server(key));
        EnginePair pair = new EnginePair(Pki.context(client), serverContext, protocol).handshake();

        pair.exchange();
        for (Peer peer : List.of(pair.client, pair.server)) {
            assertThat(peer.engine.getSession().getProtocol()).isEqualTo(protocol);
            // JSSE's client says it again with each ticket.
            assertThat(peer.finished).isGreaterThanOrEqualTo(1);
            assertThat(peer.finished == 1 || !(peer.engine instanceof OpenSslEngine))
                    .isTrue();
        }
        assertThat(pair.client.engine.getSession().getCipherSuite())
                .isEqualTo(pair.server.engine.getSession().getCipherSuite());
        assertThat(pair.client.engine.getSession().getPeerCertificates())
                .containsExactly(Pki.server(key).certificate());
        assertThat(pair.server.engine.getSession().getLocalCertificates())
                .containsExactly(Pki.server(key).certificate());
        assertThatThrownBy(() -> pair.server.engine.getSession().getPeerCertificates())
                .isInstanceOf(SSLPeerUnverifiedException.class);
        pair.close();
    }

    @ParameterizedTest
    @MethodSource("pairs")
    void clientCertificateIsGivenAtTheFirstHandshake(Engines client, Engines server, String protocol, String key)
            throws Exception {
        EnginePair pair = new EnginePair(
                        Pki.context(client, Pki.CLIENT),
                        Pki.context(server, Pki.server(key)),
                        e -> e.setEnabledProtocols(new String[] {protocol}),
                        e -> e.setNeedClientAuth(true))
                .handshake();

        pair.exchange();
        assertThat(pair.server.engine.getSession().getPeerCertificates()).containsExactlyElementsOf(Pki.CLIENT.chain());
        assertThat(pair.client.engine.getSession().getLocalCertificates())
                .containsExactlyElementsOf(Pki.CLIENT.chain());
        pair.close();
    }

    @ParameterizedTest
    @ValueSource(strings = {"TLSv1.2", "TLSv1.3"})
    void untrustedClientIsRefusedWithTheTrustManagersReason(String protocol) throws Exception {
        EnginePair pair = new EnginePair(
                Pki.contextThatGives(Engines.OPENSSL, Pki.STRANGER),
                Pki.context(Engines.OPENSSL, Pki.SERVER_EC),
                e -> e.setEnabledProtocols(new String[] {protocol}),
                e -> e.setWantClientAuth(true));

        pair.client.engine.beginHandshake();
        assertThatThrownBy(pair::settle)
                .isInstanceOf(SSLHandshakeException.class)
                .hasCauseInstanceOf(CertificateException.class);
        assertThat(pair.server.engine.isInboundDone()).isTrue();
        assertThatThrownBy(pair::settle)
                .isInstanceOf(SSLException.class)
                .hasMessage("Received fatal alert: certificate_unknown");
    }

    @ParameterizedTest
    @ValueSource(strings = {"TLSv1.2", "TLSv1.3"})
    void neededButMissingCertificateEndsTheHandshake(String protocol) throws Exception {
        EnginePair pair = new EnginePair(
                Pki.context(Engines.JSSE),
                Pki.context(Engines.OPENSSL, Pki.SERVER_EC),
                e -> e.setEnabledProtocols(new String[] {protocol}),
                e -> e.setNeedClientAuth(true));

        pair.client.engine.beginHandshake();
        assertThatThrownBy(pair::settle).isInstanceOf(SSLHandshakeException.class);
    }

    @Test
    void clientRefusesAServerOfAnotherName() throws Exception {
        SSLEngine engine = Pki.context(Engines.OPENSSL).createSSLEngine("other.test", 4433);
        engine.setUseClientMode(true);
        SSLParameters parameters = engine.getSSLParameters();
        parameters.setEndpointIdentificationAlgorithm("HTTPS");
        engine.setSSLParameters(parameters);
        SSLEngine serverEngine = Pki.context(Engines.JSSE, Pki.SERVER_EC).createSSLEngine();
        serverEngine.setUseClientMode(false);
        Peer client = new Peer(engine);
        Peer server = new Peer(serverEngine);
        Peer.connect(client, server);

        engine.beginHandshake();
        assertThatThrownBy(() -> Peer.settle(client, server))
                .isInstanceOf(SSLHandshakeException.class)
                .hasMessageContaining("other.test");
    }
}
