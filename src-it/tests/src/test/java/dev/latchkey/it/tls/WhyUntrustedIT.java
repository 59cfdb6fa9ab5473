package dev.latchkey.it.tls;

import static org.assertj.core.api.Assertions.assertThat;

import dev.latchkey.it.Clients;
import dev.latchkey.it.embedded.StepUpServer;
import dev.latchkey.it.embedded.TestPki;
import dev.latchkey.testkit.HeldCertificate;
import dev.latchkey.testkit.TlsConnection;
import org.junit.jupiter.api.Test;

/** Whose chain leads to nobody learns where it ends: with the stores of a connector, of which the trust manager is made. */
class WhyUntrustedIT {
    private static final String MISSING = "an intermediate is missing";
    private static final HeldCertificate ISSUING =
            TestPki.issue(TestPki.AUTHORITY, "Issuing").authority().make();
    private static final HeldCertificate BELOW =
            TestPki.issue(ISSUING, "Below").authority().make();

    private static String why(HeldCertificate client) throws Exception {
        try (StepUpServer server =
                        new StepUpServer().on("/secure", Report.asks()).start();
                TlsConnection connection = Clients.connect(server.port(), client)) {
            return connection.get("/secure").values().getOrDefault("message", "accepted");
        }
    }

    @Test
    void aMissingIntermediateIsNamedByItsPlaceAndNobodyElseIs() throws Exception {
        HeldCertificate leaf = TestPki.issue(BELOW, "dora").client().make();
        assertThat(why(leaf.sending(BELOW, ISSUING))).isEqualTo("accepted");
        assertThat(why(leaf.sending()))
                .contains("certificate 1 of its chain", MISSING)
                .doesNotContain("dora", "Below");
        assertThat(why(leaf.sending(BELOW)))
                .contains("certificate 2 of its chain", MISSING)
                .doesNotContain("dora", "Below", "Issuing");
        assertThat(why(leaf.sending(ISSUING))).contains("certificate 1 of its chain", MISSING);
    }

    @Test
    void aRootThatIsNotTrustedIsToldApart() throws Exception {
        HeldCertificate root = TestPki.authority("Elsewhere");
        HeldCertificate leaf = TestPki.issue(root, "dora").client().make();
        assertThat(why(leaf.sending(root)))
                .contains("its chain ends in a root that is not trusted")
                .doesNotContain("Elsewhere", "dora");
    }
}
