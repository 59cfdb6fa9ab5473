package dev.latchkey.openssl;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.latchkey.testkit.HeldCertificate;
import java.nio.ByteBuffer;
import java.nio.ReadOnlyBufferException;
import java.security.KeyManagementException;
import java.security.PrivateKey;
import java.security.cert.CertificateException;
import java.security.cert.X509Certificate;
import java.util.Arrays;
import java.util.List;
import java.util.function.Consumer;
import javax.net.ssl.ExtendedSSLSession;
import javax.net.ssl.KeyManager;
import javax.net.ssl.SNIHostName;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLException;
import javax.net.ssl.SSLHandshakeException;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.TrustManager;
import javax.net.ssl.X509TrustManager;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What is set on an engine or a context, and what comes of it. */
class EngineSettingsTest {
    private static final SSLContext SERVER = Pki.context(Engines.OPENSSL, Pki.SERVER_RSA, Pki.SERVER_EC);

    private static Consumer<SSLEngine> with(Consumer<SSLParameters> change) {
        return engine -> {
            SSLParameters parameters = engine.getSSLParameters();
            change.accept(parameters);
            engine.setSSLParameters(parameters);
        };
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "TLS_AES_128_GCM_SHA256",
                "TLS_AES_256_GCM_SHA384",
                "TLS_CHACHA20_POLY1305_SHA256",
                "TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256",
                "TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384",
                "TLS_ECDHE_RSA_WITH_CHACHA20_POLY1305_SHA256",
                "TLS_ECDHE_RSA_WITH_AES_128_CBC_SHA256",
                "TLS_ECDHE_ECDSA_WITH_AES_256_CBC_SHA",
                "TLS_DHE_RSA_WITH_AES_128_GCM_SHA256"
            })
    void cipherSuitesHaveJavasNamesBothWays(String suite) throws Exception {
        for (Engines client : Engines.values()) {
            EnginePair pair = new EnginePair(
                            Pki.context(client), SERVER, e -> {}, e -> e.setEnabledCipherSuites(new String[] {suite}))
                    .handshake();
            pair.exchange();
            assertThat(pair.server.engine.getSession().getCipherSuite()).isEqualTo(suite);
            assertThat(pair.client.engine.getSession().getCipherSuite()).isEqualTo(suite);
            pair.close();
        }
    }

    @Test
    void everySuiteOfJsseThatIsNotObsoleteIsSupported() throws Exception {
        SSLEngine openSsl = SERVER.createSSLEngine();
        List<String> missing = Arrays.stream(
                        SSLContext.getDefault().createSSLEngine().getEnabledCipherSuites())
                .filter(name ->
                        !name.contains("_DSS_") && !name.contains("EMPTY_RENEGOTIATION") && !name.contains("_ECDH_"))
                .filter(name -> !List.of(openSsl.getSupportedCipherSuites()).contains(name))
                .toList();
        assertThat(missing).isEmpty();
    }

    @Test
    void unknownNamesAreRefused() {
        SSLEngine engine = SERVER.createSSLEngine();
        assertThatThrownBy(() -> engine.setEnabledCipherSuites(new String[] {"TLS_NO_SUCH"}))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("TLS_NO_SUCH");
        assertThatThrownBy(() -> engine.setEnabledProtocols(new String[] {"SSLv3"}))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("SSLv3");
    }

    @Test
    void protocolWithoutASuiteIsNotOffered() throws Exception {
        EnginePair pair = new EnginePair(
                        Pki.context(Engines.JSSE),
                        SERVER,
                        e -> {},
                        e -> e.setEnabledCipherSuites(new String[] {"TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256"}))
                .handshake();
        assertThat(pair.server.engine.getSession().getProtocol()).isEqualTo("TLSv1.2");

        SSLEngine none = SERVER.createSSLEngine();
        none.setUseClientMode(false);
        none.setEnabledProtocols(new String[] {"TLSv1.3"});
        none.setEnabledCipherSuites(new String[] {"TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256"});
        assertThatThrownBy(none::beginHandshake)
                .isInstanceOf(SSLException.class)
                .hasMessageContaining("No enabled protocol has an enabled cipher suite");
    }

    @ParameterizedTest
    @ValueSource(strings = {"secp384r1", "x25519", "secp256r1"})
    void namedGroupsAreHonoured(String group) throws Exception {
        new EnginePair(
                        Pki.context(Engines.JSSE),
                        SERVER,
                        with(p -> p.setNamedGroups(new String[] {group})),
                        with(p -> p.setNamedGroups(new String[] {group})))
                .handshake()
                .exchange();
        EnginePair apart = new EnginePair(
                Pki.context(Engines.JSSE),
                SERVER,
                with(p -> p.setNamedGroups(new String[] {group})),
                with(p -> p.setNamedGroups(new String[] {"secp521r1"})));
        apart.client.engine.beginHandshake();
        assertThatThrownBy(apart::settle).isInstanceOf(SSLHandshakeException.class);
    }

    @Test
    void postQuantumGroupIsNegotiatedWhereTheLibraryHasIt() throws Exception {
        Consumer<SSLEngine> group = with(p -> p.setNamedGroups(new String[] {"X25519MLKEM768"}));
        EnginePair pair = new EnginePair(Pki.context(Engines.OPENSSL), SERVER, group, group);
        // OpenSSL 3.5 brought it.
        if (Native.version().matches("OpenSSL 3\\.[0-4]\\..*")) {
            assertThatThrownBy(pair::handshake).isInstanceOf(SSLException.class).hasMessageContaining("X25519MLKEM768");
        } else {
            pair.handshake().exchange();
        }
    }

    @Test
    void signatureSchemesAreHonouredAndUnknownOnesNamed() throws Exception {
        EnginePair pair = new EnginePair(
                        Pki.context(Engines.JSSE),
                        SERVER,
                        e -> {},
                        with(p -> p.setSignatureSchemes(new String[] {"rsa_pss_rsae_sha256"})))
                .handshake();
        assertThat(pair.client.engine.getSession().getPeerCertificates()[0]).isEqualTo(Pki.SERVER_RSA.certificate());

        SSLEngine engine = SERVER.createSSLEngine();
        engine.setUseClientMode(false);
        with(p -> p.setSignatureSchemes(new String[] {"no_such_scheme"})).accept(engine);
        assertThatThrownBy(engine::beginHandshake).hasMessageContaining("no_such_scheme");
    }

    @ParameterizedTest
    @EnumSource(Engines.class)
    void applicationProtocolByOurOrderBySelectorOrNone(Engines client) throws Exception {
        Consumer<SSLEngine> offer = with(p -> p.setApplicationProtocols(new String[] {"a", "b"}));
        EnginePair byOrder = new EnginePair(
                        Pki.context(client),
                        SERVER,
                        offer,
                        with(p -> p.setApplicationProtocols(new String[] {"b", "a"})))
                .handshake();
        assertThat(byOrder.server.engine.getApplicationProtocol()).isEqualTo("b");
        assertThat(byOrder.client.engine.getApplicationProtocol()).isEqualTo("b");

        EnginePair bySelector = new EnginePair(
                        Pki.context(client),
                        SERVER,
                        offer,
                        e -> e.setHandshakeApplicationProtocolSelector((engine, names) -> {
                            assertThat(names).containsExactly("a", "b");
                            return "a";
                        }))
                .handshake();
        assertThat(bySelector.client.engine.getApplicationProtocol()).isEqualTo("a");

        EnginePair none = new EnginePair(Pki.context(client), SERVER, offer, e -> {}).handshake();
        assertThat(none.server.engine.getApplicationProtocol()).isEmpty();

        EnginePair nothingInCommon = new EnginePair(
                Pki.context(client), SERVER, offer, with(p -> p.setApplicationProtocols(new String[] {"c"})));
        assertThat(nothingInCommon.server.engine.getApplicationProtocol()).isNull();
        nothingInCommon.client.engine.beginHandshake();
        assertThatThrownBy(nothingInCommon::settle).isInstanceOf(SSLHandshakeException.class);
    }

    @ParameterizedTest
    @EnumSource(Engines.class)
    void serverNameIsSeenMatchedOrRefused(Engines client) throws Exception {
        Consumer<SSLEngine> ask = with(p -> p.setServerNames(List.of(new SNIHostName("server.test"))));
        EnginePair pair = new EnginePair(
                        Pki.context(client),
                        SERVER,
                        ask,
                        with(p -> p.setSNIMatchers(List.of(SNIHostName.createSNIMatcher(".*\\.test")))))
                .handshake();
        assertThat(((ExtendedSSLSession) pair.server.engine.getSession()).getRequestedServerNames())
                .containsExactly(new SNIHostName("server.test"));

        EnginePair refused = new EnginePair(
                Pki.context(client),
                SERVER,
                ask,
                with(p -> p.setSNIMatchers(List.of(SNIHostName.createSNIMatcher("other")))));
        refused.client.engine.beginHandshake();
        assertThatThrownBy(refused::settle).isInstanceOf(SSLHandshakeException.class);
        assertThatThrownBy(refused::settle).hasMessageContaining("Received fatal alert: unrecognized_name");
    }

    /** As a key of a PKCS#11 token is. */
    @Test
    void aKeyThatJavaCannotExportIsRefusedAtStart() {
        KeyManager manager = new FixedKey(Pki.SERVER_EC) {
            @Override
            public PrivateKey getPrivateKey(String alias) {
                return new PrivateKey() {
                    @Override
                    public String getAlgorithm() {
                        return "EC";
                    }

                    @Override
                    public String getFormat() {
                        return null;
                    }

                    @Override
                    public byte[] getEncoded() {
                        return null;
                    }
                };
            }
        };
        assertThatThrownBy(() -> Engines.OPENSSL.newContext().init(new KeyManager[] {manager}, null, null))
                .isInstanceOf(KeyManagementException.class)
                .hasMessageContaining("'fixed'")
                .hasMessageContaining("cannot be exported")
                .hasMessageContaining("Use the JSSE provider");
    }

    private static final class FailingTrust implements X509TrustManager {
        private final Runnable failure;

        private FailingTrust(Runnable failure) {
            this.failure = failure;
        }

        @Override
        public void checkClientTrusted(X509Certificate[] chain, String authType) {
            failure.run();
        }

        @Override
        public void checkServerTrusted(X509Certificate[] chain, String authType) {
            failure.run();
        }

        @Override
        public X509Certificate[] getAcceptedIssuers() {
            return new X509Certificate[0];
        }
    }

    @Test
    void whatATrustManagerThrowsIsTheCauseAndNothingCrashes() {
        EnginePair pair = new EnginePair(
                Pki.context(Engines.OPENSSL, new TrustManager[] {
                    new FailingTrust(() -> {
                        throw new UnsupportedOperationException("broken");
                    })
                }),
                SERVER,
                e -> {},
                e -> {});
        assertThatThrownBy(pair::handshake)
                .isInstanceOf(SSLHandshakeException.class)
                .hasCauseInstanceOf(CertificateException.class)
                .hasMessageContaining("broken");

        EnginePair error = new EnginePair(
                Pki.context(Engines.OPENSSL, new TrustManager[] {
                    new FailingTrust(() -> {
                        throw new StackOverflowError("deep");
                    })
                }),
                SERVER,
                e -> {},
                e -> {});
        assertThatThrownBy(error::handshake)
                .isInstanceOf(SSLHandshakeException.class)
                .hasCauseInstanceOf(StackOverflowError.class);
    }

    @Test
    void aTrustManagerMustNotMoveDataThroughItsEngine() {
        SSLEngine[] engine = new SSLEngine[1];
        EnginePair pair = new EnginePair(
                Pki.context(Engines.OPENSSL, new TrustManager[] {
                    new FailingTrust(() -> {
                        try {
                            engine[0].wrap(ByteBuffer.allocate(0), ByteBuffer.allocate(20000));
                        } catch (SSLException e) {
                            throw new IllegalArgumentException(e);
                        }
                    })
                }),
                SERVER,
                e -> engine[0] = e,
                e -> {});
        assertThatThrownBy(pair::handshake).hasMessageContaining("must not move data");
    }

    @Test
    void endpointIdentificationNeedsATrustManagerThatCanDoIt() {
        EnginePair pair = new EnginePair(
                Pki.context(Engines.OPENSSL, new TrustManager[] {new FailingTrust(() -> {})}),
                SERVER,
                with(p -> p.setEndpointIdentificationAlgorithm("HTTPS")),
                e -> {});
        assertThatThrownBy(pair::handshake).hasMessageContaining("X509ExtendedTrustManager");
    }

    @Test
    void withoutATrustManagerNobodyIsTrusted() {
        EnginePair pair = new EnginePair(Pki.context(Engines.OPENSSL, new TrustManager[0]), SERVER, e -> {}, e -> {});
        assertThatThrownBy(pair::handshake).hasMessageContaining("No X509TrustManager");
    }

    @Test
    void parametersComeBackAsTheyWereSetAndAsCopies() {
        SSLEngine engine = SERVER.createSSLEngine();
        with(p -> {
                    p.setNeedClientAuth(true);
                    p.setEndpointIdentificationAlgorithm("HTTPS");
                    p.setApplicationProtocols(new String[] {"x"});
                    p.setUseCipherSuitesOrder(false);
                    p.setProtocols(new String[] {"TLSv1.2"});
                })
                .accept(engine);
        SSLParameters copy = engine.getSSLParameters();
        assertThat(copy.getNeedClientAuth()).isTrue();
        assertThat(copy.getEndpointIdentificationAlgorithm()).isEqualTo("HTTPS");
        assertThat(copy.getApplicationProtocols()).containsExactly("x");
        assertThat(copy.getUseCipherSuitesOrder()).isFalse();
        assertThat(engine.getEnabledProtocols()).containsExactly("TLSv1.2");
        copy.setNeedClientAuth(false);
        assertThat(engine.getNeedClientAuth()).isTrue();
        engine.setWantClientAuth(true);
        assertThat(engine.getNeedClientAuth()).isFalse();
    }

    @Test
    void badArgumentsAreRefusedAndChangeNothing() throws Exception {
        SSLEngine unset = SERVER.createSSLEngine();
        assertThatThrownBy(unset::beginHandshake).isInstanceOf(IllegalStateException.class);

        EnginePair pair = new EnginePair(Pki.context(Engines.OPENSSL), SERVER, "TLSv1.3").handshake();
        SSLEngine engine = pair.server.engine;
        ByteBuffer room = ByteBuffer.allocate(20000);
        assertThatThrownBy(() -> engine.wrap((ByteBuffer) null, room)).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> engine.wrap(room, null)).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> engine.unwrap(null, room)).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> engine.wrap(new ByteBuffer[] {room}, 1, 1, room))
                .isInstanceOf(IndexOutOfBoundsException.class);
        assertThatThrownBy(() -> engine.wrap(room, room.asReadOnlyBuffer()))
                .isInstanceOf(ReadOnlyBufferException.class);
        assertThatThrownBy(() -> engine.unwrap(room, room.asReadOnlyBuffer()))
                .isInstanceOf(ReadOnlyBufferException.class);
        assertThatThrownBy(() -> engine.setUseClientMode(true)).isInstanceOf(IllegalArgumentException.class);
        pair.exchange();
    }

    @Test
    void aCertificateForEachKeyTypeIsChosenByWhatTheClientCan() throws Exception {
        for (HeldCertificate expected : List.of(Pki.SERVER_RSA, Pki.SERVER_EC)) {
            String scheme = expected == Pki.SERVER_RSA ? "rsa_pss_rsae_sha256" : "ecdsa_secp256r1_sha256";
            EnginePair pair = new EnginePair(
                            Pki.context(Engines.JSSE),
                            SERVER,
                            with(p -> p.setSignatureSchemes(new String[] {scheme, "rsa_pkcs1_sha256"})),
                            e -> e.setEnabledProtocols(new String[] {"TLSv1.3"}))
                    .handshake();
            assertThat(pair.client.engine.getSession().getPeerCertificates()[0]).isEqualTo(expected.certificate());
            assertThat(pair.server.engine.getSession().getLocalCertificates()[0])
                    .isEqualTo(expected.certificate());
        }
    }
}
