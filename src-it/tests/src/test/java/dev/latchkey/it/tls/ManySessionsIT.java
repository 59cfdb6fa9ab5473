package dev.latchkey.it.tls;

import static org.assertj.core.api.Assertions.assertThat;

import dev.latchkey.NegotiationOptions;
import dev.latchkey.it.Clients;
import dev.latchkey.it.embedded.StepUpServer;
import dev.latchkey.it.embedded.TestPki;
import dev.latchkey.testkit.HeldCertificate;
import dev.latchkey.testkit.HttpAnswer;
import dev.latchkey.testkit.TlsConnection;
import java.io.IOException;
import org.junit.jupiter.api.Test;

/**
 * Kind S9 of the review: what a connection remembers is bounded. Each TLS session with an identity can be resumed, so
 * none may be left out, and the connection ends instead.
 */
class ManySessionsIT {
    private static final int MOST = 64;

    private static StepUpServer server() {
        return new StepUpServer()
                .on("/fresh", Report.asks(NegotiationOptions.builder().fresh().build()))
                .on("/open", Report.shows());
    }

    /** {@return how many questions were answered when the server closed, or 100 if it did not} */
    private static int questions(StepUpServer server, HeldCertificate client, String told) throws IOException {
        try (TlsConnection connection = Clients.connect(server.port(), client)) {
            for (int i = 1; i < 100; i++) {
                HttpAnswer answer = connection.get("/fresh");
                assertThat(answer.text()).contains(told);
                if (answer.saysClose()) {
                    return i;
                }
            }
            return 100;
        }
    }

    @Test
    void aConnectionThatHadAsManySessionsWithAnIdentityEnds() throws Exception {
        try (StepUpServer server = server().start()) {
            assertThat(questions(server, TestPki.ALICE, "subject=CN=alice")).isEqualTo(MOST);
        }
    }

    /** These can bring nobody back, so there is nothing to remember. */
    @Test
    void sessionsThatNobodyAcceptsDoNotCount() throws Exception {
        try (StepUpServer server = server().start()) {
            assertThat(questions(server, TestPki.STRANGER, "reason=untrusted")).isEqualTo(100);
        }
    }
}
