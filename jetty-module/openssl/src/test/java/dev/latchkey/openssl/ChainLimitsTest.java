package dev.latchkey.openssl;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.latchkey.jetty.PostHandshakeAuthenticationEngine.State;
import dev.latchkey.testkit.HeldCertificate;
import dev.latchkey.testkit.KeyAlgorithm;
import java.security.cert.CertificateException;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import javax.net.ssl.KeyManager;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLException;
import javax.net.ssl.SSLHandshakeException;
import javax.net.ssl.TrustManager;
import javax.net.ssl.X509ExtendedTrustManager;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * What the peer sends costs no more than JSSE lets it: a chain that is too long, too large or not readable is refused
 * before the trust manager sees it, on both sides, and by post-handshake authentication the connection lives.
 */
class ChainLimitsTest {
    /** Certificates that need not belong to any path: they only make a chain long. */
    private static final List<HeldCertificate> FILLING = HeldCertificate.authorities(12, "Filling ");

    /** About 20 KB each: the names are long. */
    private static final List<HeldCertificate> LARGE = HeldCertificate.authorities(
            4, "Large,OU=" + String.join(",OU=", java.util.Collections.nCopies(220, "x".repeat(40))) + ",O=");

    @AfterEach
    void forget() {
        List.of(
                        "jdk.tls.maxCertificateChainLength",
                        "jdk.tls.server.maxInboundCertificateChainLength",
                        "jdk.tls.client.maxInboundCertificateChainLength",
                        "jdk.tls.maxHandshakeMessageSize")
                .forEach(System::clearProperty);
    }

    /** Sends a certificate and others behind it. */
    private static KeyManager[] sends(HeldCertificate leaf, List<X509Certificate> behind) {
        return new KeyManager[] {
            new FixedKey(leaf) {
                @Override
                public X509Certificate[] getCertificateChain(String alias) {
                    List<X509Certificate> chain = new ArrayList<>(leaf.chain());
                    chain.addAll(behind);
                    return chain.toArray(X509Certificate[]::new);
                }

                @Override
                public String chooseEngineServerAlias(
                        String keyType, java.security.Principal[] issuers, SSLEngine engine) {
                    return keyType.equals(leaf.certificate().getPublicKey().getAlgorithm()) ? "fixed" : null;
                }
            }
        };
    }

    private static List<X509Certificate> filling(int count) {
        return FILLING.subList(0, count).stream()
                .map(HeldCertificate::certificate)
                .toList();
    }

    private static SSLContext client(Engines engines, HeldCertificate leaf, List<X509Certificate> behind) {
        return Pki.context(engines, sends(leaf, behind), Pki.trustManagers(Pki.ROOT));
    }

    private static EnginePair asking(SSLContext client, SSLContext server, String protocol) {
        return new EnginePair(
                client, server, e -> e.setEnabledProtocols(new String[] {protocol}), e -> e.setNeedClientAuth(true));
    }

    @ParameterizedTest
    @CsvSource({
        "JSSE, TLSv1.2",
        "JSSE, TLSv1.3",
        "OPENSSL, TLSv1.2",
        "OPENSSL, TLSv1.3",
    })
    void aServerTakesEightCertificatesAndNoMore(Engines engines, String protocol) throws Exception {
        SSLContext server = Pki.context(engines, Pki.SERVER_EC);
        SSLContext eight = client(Engines.OPENSSL, Pki.CLIENT, filling(6));
        EnginePair pair = asking(eight, server, protocol).handshake();
        assertThat(pair.server.engine.getSession().getPeerCertificates()).hasSize(8);

        EnginePair nine = asking(client(Engines.OPENSSL, Pki.CLIENT, filling(7)), server, protocol);
        assertThatThrownBy(nine::handshake)
                .isInstanceOf(SSLException.class)
                .hasMessageContaining("(9) exceeds the maximum allowed length (8)");
    }

    @ParameterizedTest
    @CsvSource({
        "JSSE, TLSv1.2",
        "JSSE, TLSv1.3",
        "OPENSSL, TLSv1.2",
        "OPENSSL, TLSv1.3",
    })
    void aClientTakesTenCertificatesAndNoMore(Engines engines, String protocol) throws Exception {
        SSLContext client = Pki.context(engines);
        SSLContext ten = Pki.context(Engines.OPENSSL, sends(Pki.SERVER_EC, filling(9)), null);
        EnginePair pair = new EnginePair(client, ten, protocol).handshake();
        assertThat(pair.client.engine.getSession().getPeerCertificates()).hasSize(10);

        EnginePair eleven =
                new EnginePair(client, Pki.context(Engines.OPENSSL, sends(Pki.SERVER_EC, filling(10)), null), protocol);
        assertThatThrownBy(eleven::handshake)
                .isInstanceOf(SSLException.class)
                .hasMessageContaining("(11) exceeds the maximum allowed length (10)");
    }

    @ParameterizedTest
    @CsvSource({
        "JSSE, TLSv1.2",
        "JSSE, TLSv1.3",
        "OPENSSL, TLSv1.2",
        "OPENSSL, TLSv1.3",
    })
    void aServerTakesAMessageOf32KibAndNoMore(Engines engines, String protocol) throws Exception {
        SSLContext server = Pki.context(engines, Pki.SERVER_EC);
        List<X509Certificate> large =
                LARGE.stream().map(HeldCertificate::certificate).toList();
        asking(client(Engines.OPENSSL, Pki.CLIENT, large.subList(0, 1)), server, protocol)
                .handshake();
        EnginePair two = asking(client(Engines.OPENSSL, Pki.CLIENT, large.subList(0, 2)), server, protocol);
        assertThatThrownBy(two::handshake)
                .isInstanceOf(SSLException.class)
                .hasMessageContaining("exceeds the maximum allowed size");
    }

    /** Counts the questions; accepts everybody. */
    private static final class Asked extends X509ExtendedTrustManager {
        private final AtomicInteger times = new AtomicInteger();

        @Override
        public void checkClientTrusted(X509Certificate[] chain, String authType, SSLEngine engine) {
            times.incrementAndGet();
        }

        @Override
        public void checkServerTrusted(X509Certificate[] chain, String authType, SSLEngine engine) {
            times.incrementAndGet();
        }

        @Override
        public void checkClientTrusted(X509Certificate[] chain, String authType, java.net.Socket socket) {
            times.incrementAndGet();
        }

        @Override
        public void checkServerTrusted(X509Certificate[] chain, String authType, java.net.Socket socket) {
            times.incrementAndGet();
        }

        @Override
        public void checkClientTrusted(X509Certificate[] chain, String authType) {
            times.incrementAndGet();
        }

        @Override
        public void checkServerTrusted(X509Certificate[] chain, String authType) {
            times.incrementAndGet();
        }

        @Override
        public X509Certificate[] getAcceptedIssuers() {
            return new X509Certificate[0];
        }
    }

    /** What the chain is refused for, by post-handshake authentication. */
    enum Fault {
        TOO_MANY("exceeds the maximum allowed length (8)"),
        TOO_LARGE("exceeds the maximum allowed size"),
        NOT_READABLE("Java cannot read this certificate: X.509 Certificate is incomplete");

        private final String words;

        Fault(String words) {
            this.words = words;
        }

        private SSLContext client() {
            return switch (this) {
                case TOO_MANY -> ChainLimitsTest.client(Engines.OPENSSL, Pki.CLIENT, filling(7));
                case TOO_LARGE ->
                    ChainLimitsTest.client(
                            Engines.OPENSSL,
                            Pki.CLIENT,
                            LARGE.stream().map(HeldCertificate::certificate).toList());
                case NOT_READABLE -> Pki.context(Engines.OPENSSL, unreadable(), Pki.trustManagers(Pki.ROOT));
            };
        }
    }

    private static KeyManager[] unreadable() {
        HeldCertificate client =
                HeldCertificate.selfSigned("client").key(KeyAlgorithm.EC_P256).make();
        X509Certificate odd = OddCertificates.withoutSubject(client.keys());
        return new KeyManager[] {
            new FixedKey(client) {
                @Override
                public X509Certificate[] getCertificateChain(String alias) {
                    return new X509Certificate[] {odd};
                }
            }
        };
    }

    @ParameterizedTest
    @org.junit.jupiter.params.provider.EnumSource(Fault.class)
    void afterTheHandshakeTheConnectionLivesAndTheTrustManagerIsNotAsked(Fault fault) throws Exception {
        Asked trust = new Asked();
        EnginePair pair = new EnginePair(
                        fault.client(),
                        Pki.context(Engines.OPENSSL, new TrustManager[] {trust}, Pki.SERVER_EC),
                        e -> {
                            e.setEnabledProtocols(new String[] {"TLSv1.3"});
                            ((OpenSslEngine) e).offerPostHandshakeAuthentication(true);
                        },
                        e -> {})
                .handshake();
        OpenSslEngine server = pair.server.openSsl();
        server.requestCertificate(null);
        pair.settle();

        assertThat(server.certificateRequestState()).isEqualTo(State.FINISHED);
        assertThat(server.receivedCertificates()).isEmpty();
        assertThat(server.untrustedReason())
                .get()
                .isInstanceOf(CertificateException.class)
                .extracting(Throwable::getMessage)
                .asString()
                .contains(fault.words);
        assertThat(trust.times).hasValue(0);
        assertThatThrownBy(() -> server.getSession().getPeerCertificates())
                .isInstanceOf(javax.net.ssl.SSLPeerUnverifiedException.class);
        pair.exchange();
    }

    @ParameterizedTest
    @CsvSource({"TLSv1.2", "TLSv1.3"})
    void inTheFirstHandshakeACertificateThatJavaCannotReadIsRefusedByName(String protocol) {
        Asked trust = new Asked();
        EnginePair pair = asking(
                Pki.context(Engines.OPENSSL, unreadable(), Pki.trustManagers(Pki.ROOT)),
                Pki.context(Engines.OPENSSL, new TrustManager[] {trust}, Pki.SERVER_EC),
                protocol);
        assertThatThrownBy(pair::handshake)
                .isInstanceOf(SSLHandshakeException.class)
                .hasMessageContaining(Fault.NOT_READABLE.words);
        assertThat(trust.times).hasValue(0);
    }

    /** As JSSE reads them: the one for the side first, then the common one; negative is not set. */
    @Test
    void theJdksPropertiesCount() {
        assertThat(ChainLimits.ofClients()).isEqualTo(new ChainLimits(8, 32_768));
        assertThat(ChainLimits.ofServers()).isEqualTo(new ChainLimits(10, 32_768));
        System.setProperty("jdk.tls.maxCertificateChainLength", "5");
        assertThat(ChainLimits.ofClients().certificates()).isEqualTo(5);
        assertThat(ChainLimits.ofServers().certificates()).isEqualTo(5);
        System.setProperty("jdk.tls.server.maxInboundCertificateChainLength", "0");
        System.setProperty("jdk.tls.client.maxInboundCertificateChainLength", "-1");
        System.setProperty("jdk.tls.maxHandshakeMessageSize", "200000");
        assertThat(ChainLimits.ofClients()).isEqualTo(new ChainLimits(0, 200_000));
        assertThat(ChainLimits.ofServers()).isEqualTo(new ChainLimits(5, 200_000));
        System.setProperty("jdk.tls.maxCertificateChainLength", "-1");
        assertThat(ChainLimits.ofServers().certificates()).isEqualTo(10);
    }
}
