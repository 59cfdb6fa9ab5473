package dev.latchkey.it.tls;

import static org.assertj.core.api.Assertions.assertThat;

import dev.latchkey.NegotiationOptions;
import dev.latchkey.it.Clients;
import dev.latchkey.it.Lane;
import dev.latchkey.it.embedded.StepUpServer;
import dev.latchkey.it.embedded.TestPki;
import dev.latchkey.testkit.HeldCertificate;
import dev.latchkey.testkit.HttpAnswer;
import dev.latchkey.testkit.KeyAlgorithm;
import dev.latchkey.testkit.KeyStores;
import dev.latchkey.testkit.TlsConnection;
import java.io.IOException;
import java.util.Map;
import javax.net.ssl.TrustManagerFactory;
import javax.net.ssl.X509TrustManager;
import org.eclipse.jetty.server.SecureRequestCustomizer;
import org.junit.jupiter.api.Test;

/** R27: a certificate is trusted under the rule that accepted it, and no other. */
class RulesIT {
    private static final HeldCertificate CA_A = HeldCertificate.authority("CA of host a");
    private static final HeldCertificate CA_B = HeldCertificate.authority("CA of host b");
    private static final HeldCertificate ANNA =
            CA_A.issue("anna").client().key(KeyAlgorithm.EC_P256).make();

    private static X509TrustManager trusting(HeldCertificate authority) throws Exception {
        TrustManagerFactory factory = TrustManagerFactory.getInstance("PKIX");
        factory.init(KeyStores.trusting(authority));
        return (X509TrustManager) factory.getTrustManagers()[0];
    }

    private static HttpAnswer get(TlsConnection client, String path, String host) throws IOException {
        client.send("GET " + path + " HTTP/1.1\r\nHost: " + host + "\r\n\r\n");
        return client.readFinal();
    }

    private static void assertNobody(HttpAnswer answer) {
        assertThat(answer.values())
                .containsEntry("attribute", "")
                .containsEntry("current", "")
                .containsEntry("session", "")
                .containsEntry("tls", Lane.current().protocol());
    }

    /** The hosts a, b and c trust CA_A, CA_B and CA_A again; the connector trusts neither. */
    private static StepUpServer server() throws Exception {
        Map<String, X509TrustManager> byHost =
                Map.of("a.test", trusting(CA_A), "b.test", trusting(CA_B), "c.test", trusting(CA_A));
        return new StepUpServer()
                .http(h -> h.addCustomizer(new SecureRequestCustomizer(false)))
                .on("/secure", Report.asks(request -> NegotiationOptions.builder()
                        .trustManager(byHost.get(request.getServerName()))
                        .build()))
                .on("/default", Report.asks())
                .on("/open", Report.shows());
    }

    private static TlsConnection connect(StepUpServer server, HeldCertificate certificate) throws IOException {
        return Clients.with(certificate).connect(server.port());
    }

    @Test
    void aCertificateAcceptedForOneHostIsNotAcceptedForAnother() throws Exception {
        try (StepUpServer server = server().start();
                TlsConnection client = connect(server, ANNA)) {
            HttpAnswer first = get(client, "/secure", "a.test");
            assertThat(first.values())
                    .containsEntry("subject", "CN=anna")
                    .containsEntry("present", "false")
                    .containsEntry("attribute", "CN=anna")
                    .containsEntry("current", "CN=anna")
                    .containsEntry("tls", Lane.current().protocol());
            // The connector's own trust does not accept it: requests that do not ask by that rule see nothing.
            assertNobody(get(client, "/open", "a.test"));
            assertNobody(get(client, "/open", "b.test"));

            assertThat(get(client, "/secure", "a.test").values())
                    .containsEntry("subject", "CN=anna")
                    .containsEntry("present", "true")
                    .containsEntry("attribute", "CN=anna");
            assertThat(client.timesAsked()).isEqualTo(1);

            HttpAnswer other = get(client, "/secure", "b.test");
            assertThat(other.values()).containsEntry("reason", "untrusted");
            assertNobody(other);
            assertThat(client.timesAsked()).isEqualTo(2);

            HttpAnswer own = get(client, "/default", "a.test");
            assertThat(own.values()).containsEntry("reason", "untrusted");
            assertNobody(own);
            assertThat(client.timesAsked()).isEqualTo(3);

            // Host a accepts it as ever, whatever the others said.
            assertThat(get(client, "/secure", "a.test").values()).containsEntry("subject", "CN=anna");
            assertNobody(get(client, "/open", "a.test"));
        }
    }

    @Test
    void anotherRuleThatAcceptsValidatesAgainAndNeedsNotAsk() throws Exception {
        try (StepUpServer server = server().start();
                TlsConnection client = connect(server, ANNA)) {
            assertThat(get(client, "/secure", "a.test").values()).containsEntry("present", "false");
            assertThat(get(client, "/secure", "c.test").values())
                    .containsEntry("subject", "CN=anna")
                    .containsEntry("present", "true")
                    .containsEntry("attribute", "CN=anna");
            assertThat(client.timesAsked()).isEqualTo(1);
            assertNobody(get(client, "/open", "c.test"));
        }
    }

    @Test
    void whatTheConnectorAcceptsIsSeenByAllAndByACallsRuleOnlyIfItAcceptsItToo() throws Exception {
        try (StepUpServer server = server().start();
                TlsConnection client = connect(server, TestPki.ALICE)) {
            assertThat(get(client, "/default", "a.test").values()).containsEntry("subject", "CN=alice");
            assertThat(get(client, "/open", "b.test").values()).containsEntry("current", "CN=alice");
            HttpAnswer strict = get(client, "/secure", "a.test");
            assertThat(strict.values()).containsEntry("reason", "untrusted");
            assertThat(client.timesAsked()).isEqualTo(2);
            // The strict rule's refusal takes nothing from what the connector accepts.
            assertThat(get(client, "/default", "a.test").values())
                    .containsEntry("subject", "CN=alice")
                    .containsEntry("present", "true")
                    .containsEntry("attribute", "CN=alice");
            assertThat(client.timesAsked()).isEqualTo(2);
        }
    }
}
