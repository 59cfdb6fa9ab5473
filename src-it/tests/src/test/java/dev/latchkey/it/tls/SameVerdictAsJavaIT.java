package dev.latchkey.it.tls;

import static org.assertj.core.api.Assertions.assertThat;

import dev.latchkey.NegotiationOptions;
import dev.latchkey.it.Clients;
import dev.latchkey.it.embedded.StepUpServer;
import dev.latchkey.it.embedded.TestPki;
import dev.latchkey.testkit.HeldCertificate;
import dev.latchkey.testkit.HttpAnswer;
import dev.latchkey.testkit.KeyAlgorithm;
import dev.latchkey.testkit.KeyStores;
import dev.latchkey.testkit.TlsConnection;
import java.io.IOException;
import java.security.cert.CertificateException;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import javax.net.ssl.TrustManagerFactory;
import javax.net.ssl.X509TrustManager;
import javax.security.auth.x500.X500Principal;
import org.junit.jupiter.api.Test;

/**
 * Only the path that is verified counts, from the leaf on: of each odd chain the server says what Java's own trust
 * manager says of it, and no certificate that a client sends besides gives it anything or costs it anything.
 */
class SameVerdictAsJavaIT {
    private static StepUpServer server() {
        return new StepUpServer()
                .trusting(OddChains.trusted().toArray(HeldCertificate[]::new))
                .on("/secure", Report.asks())
                .on("/lab", Report.asks(leadingTo(OddChains.ROOT.subject())))
                .on("/other", Report.asks(leadingTo(OddChains.OTHER_ROOT.subject())))
                .on("/issuing", Report.asks(leadingTo(OddChains.ISSUING.subject())))
                .on("/open", Report.shows());
    }

    private static NegotiationOptions leadingTo(String authority) {
        return NegotiationOptions.builder()
                .need()
                .acceptedIssuers(List.of(new X500Principal(authority)))
                .build();
    }

    private static boolean javaAccepts(X509TrustManager java, HeldCertificate client) {
        try {
            java.checkClientTrusted(
                    client.chain().toArray(X509Certificate[]::new),
                    client.keys().getPublic().getAlgorithm());
            return true;
        } catch (CertificateException refused) {
            return false;
        }
    }

    @Test
    void eachOddChainIsJudgedAsByJavasOwnTrustManager() throws Exception {
        TrustManagerFactory factory = TrustManagerFactory.getInstance("PKIX");
        factory.init(KeyStores.trusting(OddChains.trusted()));
        X509TrustManager java = (X509TrustManager) factory.getTrustManagers()[0];
        Map<String, HeldCertificate> all = OddChains.all();
        List<String> accepted = new ArrayList<>();
        Map<String, String> other = new TreeMap<>();
        try (StepUpServer server = server().start()) {
            for (Map.Entry<String, HeldCertificate> each : all.entrySet()) {
                boolean expected = javaAccepts(java, each.getValue());
                if (expected) {
                    accepted.add(each.getKey());
                }
                String answer = ask(server, each.getValue());
                if (!answer.equals(expected ? "CN=alice" : "refused")) {
                    other.put(each.getKey(), answer + ", Java: " + (expected ? "accepted" : "refused"));
                }
            }
        }
        assertThat(other).isEmpty();
        assertThat(all).hasSizeGreaterThanOrEqualTo(60);
        assertThat(accepted).hasSizeBetween(20, all.size() - 20);
    }

    /** The one difference: Java takes a certificate that is trusted by itself at any time. */
    @Test
    void aLeafThatHasExpiredIsNobodysAlsoWhereItIsTrustedByItself() throws Exception {
        HeldCertificate late = HeldCertificate.selfSigned("late")
                .client()
                .key(KeyAlgorithm.EC_P256)
                .validFor(Duration.ofDays(-1))
                .make();
        TrustManagerFactory factory = TrustManagerFactory.getInstance("PKIX");
        factory.init(KeyStores.trusting(late));
        assertThat(javaAccepts((X509TrustManager) factory.getTrustManagers()[0], late))
                .isTrue();
        try (StepUpServer server = server().trusting(late, TestPki.AUTHORITY).start()) {
            assertThat(reason(server, late, "/secure")).isEqualTo("expired");
        }
    }

    /** {@return who was accepted, as far as CN; or that nobody was; or what else came} */
    private static String ask(StepUpServer server, HeldCertificate client) throws IOException {
        try (TlsConnection connection = Clients.connect(server.port(), client)) {
            HttpAnswer answer = connection.get("/secure");
            String shown = connection.get("/open").values().get("current");
            String subject = answer.values().getOrDefault("subject", "");
            if (!subject.equals(shown)) {
                return "told " + subject + ", then shown " + shown;
            }
            return answer.status() == 200 ? subject.replaceFirst(",.*", "") : "refused";
        } catch (IOException x) {
            return x.toString();
        }
    }

    private static String reason(StepUpServer server, HeldCertificate client, String path) throws IOException {
        try (TlsConnection connection = Clients.connect(server.port(), client)) {
            return connection.get(path).values().getOrDefault("reason", "accepted");
        }
    }

    @Test
    void acceptedIssuersAreThoseOfTheVerifiedPathAndNotOfWhatWasSentBesides() throws Exception {
        HeldCertificate leaf = OddChains.LEAF;
        HeldCertificate ownMaking = HeldCertificate.selfSigned("X")
                .issuerName(OddChains.OTHER_ROOT.certificate().getSubjectX500Principal())
                .keys(TestPki.STRANGER.keys())
                .make();
        HeldCertificate genuine =
                OddChains.OTHER_ROOT.issue("somebody").client().make();
        try (StepUpServer server = server().start()) {
            assertThat(reason(server, leaf.sending(OddChains.ISSUING), "/lab")).isEqualTo("accepted");
            assertThat(reason(server, leaf.sending(OddChains.ISSUING), "/issuing"))
                    .isEqualTo("accepted");
            assertThat(reason(server, leaf.sending(OddChains.ISSUING), "/other"))
                    .isEqualTo("untrusted");
            assertThat(reason(server, leaf.sending(OddChains.ISSUING, ownMaking), "/other"))
                    .as("a certificate that the client made itself")
                    .isEqualTo("untrusted");
            assertThat(reason(server, leaf.sending(OddChains.ISSUING, genuine), "/other"))
                    .as("a genuine certificate of somebody else")
                    .isEqualTo("untrusted");
            assertThat(reason(server, leaf.sending(OddChains.ISSUING, OddChains.OTHER_ROOT), "/other"))
                    .as("the other root itself")
                    .isEqualTo("untrusted");
            assertThat(reason(server, leaf.sending(OddChains.ISSUING, OddChains.ISSUING_BY_OTHER), "/other"))
                    .as("its issuer is the other root's too")
                    .isEqualTo("accepted");
            assertThat(reason(server, leaf.sending(OddChains.ISSUING_BY_OTHER, OddChains.ISSUING), "/lab"))
                    .isEqualTo("accepted");
            HeldCertificate forbidden = OddChains.all().get("forbidden by one root, not by the other");
            assertThat(reason(server, forbidden, "/other")).isEqualTo("accepted");
            assertThat(reason(server, forbidden, "/lab"))
                    .as("by signatures it leads there too, but the trust manager takes no such path")
                    .isEqualTo("untrusted");
        }
    }
}
