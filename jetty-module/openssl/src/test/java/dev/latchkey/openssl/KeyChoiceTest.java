package dev.latchkey.openssl;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.latchkey.testkit.HeldCertificate;
import dev.latchkey.testkit.KeyStores;
import java.security.KeyManagementException;
import java.security.cert.X509Certificate;
import java.util.LinkedHashMap;
import java.util.Map;
import javax.net.ssl.KeyManager;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLParameters;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Which of several keys is used: not one that OpenSSL refuses, and of a client's one that the server takes. */
class KeyChoiceTest {
    /** A key that OpenSSL refuses, each in its way. */
    enum Refused {
        WEAK("ee key too small") {
            @Override
            HeldCertificate make() {
                return Pki.ROOT
                        .issue("localhost")
                        .server("localhost")
                        .keys(WeakKeys.rsa1024())
                        .make();
            }
        },
        SIGNED_BY_SHA1("ca md too weak") {
            @Override
            HeldCertificate make() {
                HeldCertificate issuer = Pki.ROOT
                        .issue("weak intermediate")
                        .authority()
                        .signature("SHA1withRSA")
                        .make();
                return issuer.issue("localhost").server("localhost").make();
            }
        },
        OF_ANOTHER_CERTIFICATE("mismatch") {
            @Override
            HeldCertificate make() {
                return Pki.SERVER_RSA;
            }
        };

        private final String words;

        Refused(String words) {
            this.words = words;
        }

        abstract HeldCertificate make();

        /** Newer versions do not look at the signatures of a server's own intermediates. */
        private boolean isTakenHere() {
            return this == SIGNED_BY_SHA1 && !Native.version().matches("OpenSSL 3\\.[0-4]\\..*");
        }

        /** A key manager with this one, and with a good EC key if wanted. */
        private KeyManager[] manager(boolean goodOneToo) throws Exception {
            Map<String, HeldCertificate> entries = new LinkedHashMap<>();
            entries.put("refused", make());
            if (goodOneToo) {
                entries.put("good", Pki.SERVER_EC);
            }
            KeyManagerFactory keys = KeyManagerFactory.getInstance("SunX509");
            keys.init(KeyStores.holding(entries, Pki.PASSWORD), Pki.PASSWORD.toCharArray());
            KeyManager[] managers = keys.getKeyManagers();
            if (this == OF_ANOTHER_CERTIFICATE) {
                managers[0] = new MixedUp((javax.net.ssl.X509ExtendedKeyManager) managers[0]);
            }
            return managers;
        }
    }

    /** Gives another private key than the certificate's. */
    private static final class MixedUp extends javax.net.ssl.X509ExtendedKeyManager {
        private final javax.net.ssl.X509ExtendedKeyManager inner;

        private MixedUp(javax.net.ssl.X509ExtendedKeyManager inner) {
            this.inner = inner;
        }

        @Override
        public java.security.PrivateKey getPrivateKey(String alias) {
            return alias.endsWith("refused") ? Pki.CLIENT_RSA.keys().getPrivate() : inner.getPrivateKey(alias);
        }

        @Override
        public X509Certificate[] getCertificateChain(String alias) {
            return inner.getCertificateChain(alias);
        }

        @Override
        public String[] getClientAliases(String keyType, java.security.Principal[] issuers) {
            return inner.getClientAliases(keyType, issuers);
        }

        @Override
        public String chooseClientAlias(String[] keyType, java.security.Principal[] issuers, java.net.Socket socket) {
            return inner.chooseClientAlias(keyType, issuers, socket);
        }

        @Override
        public String[] getServerAliases(String keyType, java.security.Principal[] issuers) {
            return inner.getServerAliases(keyType, issuers);
        }

        @Override
        public String chooseServerAlias(String keyType, java.security.Principal[] issuers, java.net.Socket socket) {
            return inner.chooseServerAlias(keyType, issuers, socket);
        }

        @Override
        public String chooseEngineServerAlias(String keyType, java.security.Principal[] issuers, SSLEngine engine) {
            return inner.chooseEngineServerAlias(keyType, issuers, engine);
        }
    }

    @ParameterizedTest
    @EnumSource(Refused.class)
    void aKeyThatOpenSslRefusesIsNamedAtTheStartWhenNoneIsLeft(Refused kind) throws Exception {
        KeyManager[] manager = kind.manager(false);
        SSLContext context = Engines.OPENSSL.newContext();
        if (kind.isTakenHere()) {
            context.init(manager, null, null);
            return;
        }
        assertThatThrownBy(() -> context.init(manager, null, null))
                .isInstanceOf(KeyManagementException.class)
                .hasMessageContaining("'refused'")
                .hasMessageContaining(kind.words);
    }

    @ParameterizedTest
    @EnumSource(Refused.class)
    void aKeyThatOpenSslRefusesDoesNotTakeTheGoodOnesWithIt(Refused kind) throws Exception {
        SSLContext server = Pki.context(Engines.OPENSSL, kind.manager(true), Pki.trustManagers(Pki.ROOT));
        for (String protocol : new String[] {"TLSv1.2", "TLSv1.3"}) {
            EnginePair pair = new EnginePair(Pki.context(Engines.JSSE), server, protocol).handshake();
            pair.exchange();
            assertThat(pair.client.engine.getSession().getPeerCertificates()[0]).isEqualTo(Pki.SERVER_EC.certificate());
        }
    }

    // ---- a client's

    private static SSLContext clientOfTwoKeys(Engines engines) {
        return Pki.context(engines, Pki.CLIENT, Pki.CLIENT_RSA);
    }

    private static String clientSeenBy(Engines client, Engines server, String protocol, String... schemes)
            throws Exception {
        EnginePair pair = new EnginePair(
                        clientOfTwoKeys(client),
                        Pki.context(server, Pki.SERVER_RSA),
                        e -> e.setEnabledProtocols(new String[] {protocol}),
                        e -> {
                            SSLParameters parameters = e.getSSLParameters();
                            parameters.setNeedClientAuth(true);
                            parameters.setSignatureSchemes(schemes);
                            e.setSSLParameters(parameters);
                        })
                .handshake();
        pair.exchange();
        X509Certificate leaf = (X509Certificate) pair.server.engine.getSession().getPeerCertificates()[0];
        return leaf.getSubjectX500Principal().getName();
    }

    /** The certificates' own signatures are by RSA, PKCS #1. */
    @ParameterizedTest
    @CsvSource({
        "JSSE, TLSv1.2",
        "JSSE, TLSv1.3",
        "OPENSSL, TLSv1.2",
        "OPENSSL, TLSv1.3",
    })
    void aClientGivesAKeyThatTheServerTakes(Engines server, String protocol) throws Exception {
        for (Engines client : Engines.values()) {
            assertThat(clientSeenBy(client, server, protocol, "rsa_pss_rsae_sha256", "rsa_pkcs1_sha256"))
                    .as("%s, RSA alone", client)
                    .isEqualTo("CN=client-rsa");
            assertThat(clientSeenBy(
                            client,
                            server,
                            protocol,
                            "ecdsa_secp256r1_sha256",
                            "rsa_pss_rsae_sha256",
                            "rsa_pkcs1_sha256"))
                    .as("%s, EC first", client)
                    .isEqualTo("CN=client");
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"TLSv1.2", "TLSv1.3"})
    void theServersOrderCounts(String protocol) throws Exception {
        String[] order = {"rsa_pss_rsae_sha256", "ecdsa_secp256r1_sha256", "rsa_pkcs1_sha256"};
        assertThat(clientSeenBy(Engines.OPENSSL, Engines.OPENSSL, protocol, order))
                .isEqualTo(clientSeenBy(Engines.JSSE, Engines.OPENSSL, protocol, order))
                .isEqualTo("CN=client-rsa");
    }

    @ParameterizedTest
    @CsvSource({"JSSE, TLSv1.2", "JSSE, TLSv1.3", "OPENSSL, TLSv1.2", "OPENSSL, TLSv1.3"})
    void aClientGivesNoneOfAuthoritiesThatTheServerDoesNotName(Engines engines, String protocol) throws Exception {
        EnginePair pair = new EnginePair(
                        clientOfTwoKeys(engines),
                        Pki.context(
                                Engines.OPENSSL, Pki.trustManagers(HeldCertificate.authority("Other")), Pki.SERVER_EC),
                        e -> e.setEnabledProtocols(new String[] {protocol}),
                        e -> e.setWantClientAuth(true))
                .handshake();
        pair.exchange();
        assertThatThrownBy(() -> pair.server.engine.getSession().getPeerCertificates())
                .isInstanceOf(javax.net.ssl.SSLPeerUnverifiedException.class);
    }

    @Test
    void theTypesThatTls13SignsWithLeaveOutWhatIsForCertificatesAlone() {
        int[] numbers = {0x0401, 0x0203, 0x0804, 0x0403, 0x0807, 0x9999};
        var own = SignatureSchemes.algorithms(SignatureSchemes.usual());
        assertThat(SignatureSchemes.keyTypes(numbers, own, true)).containsExactly("RSA", "EC", "EdDSA");
        assertThat(SignatureSchemes.keyTypes(new int[] {0x0401, 0x0203}, own, true))
                .isEmpty();
        assertThat(SignatureSchemes.keyTypes(new int[] {0x0203, 0x0401}, own, false))
                .containsExactly("EC", "RSA");
    }
}
