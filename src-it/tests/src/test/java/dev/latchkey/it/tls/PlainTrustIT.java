package dev.latchkey.it.tls;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.latchkey.NegotiationOptions;
import dev.latchkey.it.Clients;
import dev.latchkey.it.Lane;
import dev.latchkey.it.embedded.StepUpServer;
import dev.latchkey.it.embedded.TestPki;
import dev.latchkey.testkit.HeldCertificate;
import dev.latchkey.testkit.KeyAlgorithm;
import dev.latchkey.testkit.TlsClient;
import dev.latchkey.testkit.TlsConnection;
import java.io.IOException;
import java.security.KeyPairGenerator;
import java.security.KeyStore;
import java.security.NoSuchAlgorithmException;
import java.security.cert.CRL;
import java.security.cert.X509Certificate;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.Map;
import javax.net.ssl.TrustManager;
import javax.net.ssl.X509TrustManager;
import org.eclipse.jetty.util.ssl.SslContextFactory;
import org.junit.jupiter.api.Test;

/**
 * Java's policy on algorithms and keys ({@code jdk.certpath.disabledAlgorithms}) holds behind a plain trust manager too,
 * which does not know of it: JSSE adds that check, and would not see the need where ours stands in front.
 */
class PlainTrustIT {
    private static final HeldCertificate ROOT = HeldCertificate.authority("RSA root");

    /** Not extended, and content with anybody. */
    private static final class AcceptsAll implements X509TrustManager {
        @Override
        public void checkClientTrusted(X509Certificate[] chain, String authType) {}

        @Override
        public void checkServerTrusted(X509Certificate[] chain, String authType) {}

        @Override
        public X509Certificate[] getAcceptedIssuers() {
            return new X509Certificate[] {ROOT.certificate()};
        }
    }

    /** A connector with such a trust manager. */
    private static final class PlainTrust extends SslContextFactory.Server {
        @Override
        protected TrustManager[] getTrustManagers(KeyStore trustStore, Collection<? extends CRL> crls) {
            return new TrustManager[] {new AcceptsAll()};
        }
    }

    private static HeldCertificate leaf(HeldCertificate issuer, String signature) {
        return issuer.issue("alice")
                .client()
                .key(KeyAlgorithm.EC_P256)
                .signature(signature)
                .make();
    }

    /** {@return who comes, and whether the policy lets them} */
    private static Map<HeldCertificate, Boolean> clients() throws NoSuchAlgorithmException {
        KeyPairGenerator small = KeyPairGenerator.getInstance("RSA");
        small.initialize(512);
        HeldCertificate weak =
                ROOT.issue("weak").authority().keys(small.generateKeyPair()).make();
        HeldCertificate old =
                ROOT.issue("old").authority().signature("MD5withRSA").make();
        Map<HeldCertificate, Boolean> clients = new LinkedHashMap<>();
        clients.put(leaf(ROOT, "SHA256withRSA"), true);
        clients.put(leaf(ROOT, "MD5withRSA"), false);
        clients.put(leaf(weak, "SHA256withRSA").sending(weak), false);
        clients.put(leaf(old, "SHA256withRSA").sending(old), false);
        return clients;
    }

    private static StepUpServer server(SslContextFactory.Server trust) {
        return new StepUpServer(trust)
                .on("/secure", Report.asks())
                .on(
                        "/own",
                        Report.asks(NegotiationOptions.builder()
                                .trustManager(new AcceptsAll())
                                .build()))
                .on("/open", Report.shows());
    }

    private static String reason(StepUpServer server, HeldCertificate client, String path) throws IOException {
        try (TlsConnection connection = Clients.connect(server.port(), client)) {
            String reason = connection.get(path).values().getOrDefault("reason", "accepted");
            String shown = connection.get("/open").values().get("current");
            assertThat(shown.isEmpty()).isEqualTo(!reason.equals("accepted") || path.equals("/own"));
            return reason;
        }
    }

    @Test
    void whatThePolicyForbidsIsUntrustedToTheConnector() throws Exception {
        try (StepUpServer server = server(new PlainTrust()).start()) {
            for (Map.Entry<HeldCertificate, Boolean> client : clients().entrySet()) {
                assertThat(reason(server, client.getKey(), "/secure"))
                        .isEqualTo(client.getValue() ? "accepted" : "untrusted");
            }
        }
    }

    @Test
    void whatThePolicyForbidsIsUntrustedToACallsOwnTrustManager() throws Exception {
        try (StepUpServer server = server(new SslContextFactory.Server()).start()) {
            for (Map.Entry<HeldCertificate, Boolean> client : clients().entrySet()) {
                assertThat(reason(server, client.getKey(), "/own"))
                        .isEqualTo(client.getValue() ? "accepted" : "untrusted");
            }
        }
    }

    /** The first handshake is refused by the engine itself; on each TLS version. */
    @Test
    void whatThePolicyForbidsEndsTheFirstHandshakeThatAsks() throws Exception {
        for (String protocol : new String[] {"TLSv1.2", "TLSv1.3"}) {
            try (StepUpServer server = server(new PlainTrust())
                    .protocols(protocol)
                    .wantClientAuth()
                    .start()) {
                for (Map.Entry<HeldCertificate, Boolean> client : clients().entrySet()) {
                    TlsClient asked = TlsClient.trusting(TestPki.AUTHORITY)
                            .protocols(protocol)
                            .certificate(client.getKey());
                    if (client.getValue()) {
                        assertThat(current(asked, server)).isEqualTo("CN=alice");
                    } else {
                        assertThatThrownBy(() -> current(asked, server))
                                .as("%s on %s", client.getKey().subject(), Lane.current())
                                .isInstanceOf(IOException.class);
                    }
                }
            }
        }
    }

    private static String current(TlsClient client, StepUpServer server) throws IOException {
        try (TlsConnection connection = client.connect(server.port())) {
            return connection.get("/open").values().get("current");
        }
    }
}
