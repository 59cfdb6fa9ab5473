package dev.latchkey.it.hosts;

import static org.assertj.core.api.Assertions.assertThat;

import dev.latchkey.it.embedded.StepUpServer;
import dev.latchkey.it.embedded.TestPki;
import dev.latchkey.testkit.HeldCertificate;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * A host that asks in the first handshake asks again, whatever TLS session the client resumes: one without a
 * certificate, or with one that does not count any more, skips the question once at most. On TLS 1.3 without
 * post-handshake authentication, where nothing but another handshake can ask.
 */
class ComeAgainIT {
    @TempDir
    Path dir;

    private ReturningClient client(StepUpServer server) throws Exception {
        return new ReturningClient(dir, server.port(), "TLSv1_3").card("alice", TestPki.ALICE);
    }

    private static void assertAlice(String answer) {
        assertThat(answer).contains(" 200 ").contains("\nsubject=CN=alice\n").contains("\ntls=TLSv1.3\n");
    }

    /** OpenSSL ends the session at once; of JSSE's first ticket that cannot be said, and then it is refused once. */
    @Test
    void whoShowedNoneWhereOneWasNeededIsAskedByANextConnection() throws Exception {
        try (StepUpServer server = Hosts.asking().start()) {
            List<String> answers =
                    client(server).visit(Hosts.CERT, "none:/need", "alice:/need", "alice:/need", "alice:/need");
            assertThat(answers.get(0)).contains(" 403 ").contains("reason=no-certificate");
            if (Hosts.isJsse(server)) {
                assertThat(answers.get(1)).containsAnyOf("reason=resumed", "\nsubject=CN=alice\n");
            } else {
                assertAlice(answers.get(1));
            }
            assertAlice(answers.get(2));
            assertAlice(answers.get(3));
        }
    }

    /** The session without a certificate was good enough for a page that asks for none; then the card is put in. */
    @Test
    void aSessionWithoutACertificateSkipsTheQuestionOnceAtMost() throws Exception {
        try (StepUpServer server = Hosts.asking().start()) {
            List<String> answers =
                    client(server).visit(Hosts.CERT, "none:/open", "alice:/need", "alice:/need", "alice:/need");
            assertThat(answers.get(1))
                    .contains("reused=True\n")
                    .contains(" 421 ")
                    .contains("reason=resumed")
                    .contains("Connection: close");
            assertThat(answers.get(2)).contains("reused=False\n");
            assertAlice(answers.get(2));
            assertAlice(answers.get(3));
            assertThat(server.statistics().getFailures("resumed")).isEqualTo(1);
        }
    }

    @Test
    void aCertificateThatHasExpiredIsReplacedByANewOne() throws Exception {
        HeldCertificate old = TestPki.issue(TestPki.AUTHORITY, "alice")
                .client()
                .validFor(Duration.ofSeconds(6))
                .make();
        try (StepUpServer server = Hosts.asking().start()) {
            List<String> answers = client(server)
                    .card("old", old)
                    .visit(Hosts.CERT, "old:/open", "wait:7", "alice:/need", "alice:/need");
            assertAlice(answers.get(0));
            assertThat(answers.get(1))
                    .contains("reused=True\n")
                    .contains(" 421 ")
                    .contains("reason=resumed");
            assertThat(answers.get(2)).contains("reused=False\n");
            assertAlice(answers.get(2));
        }
    }

    @Test
    void aCertificateThatWasForgottenIsAskedForAgain() throws Exception {
        try (StepUpServer server = Hosts.asking()
                .on("/forget", (request, response) -> dev.latchkey.ClientCertificates.of(request)
                        .forget())
                .start()) {
            List<String> answers =
                    client(server).visit(Hosts.CERT, "alice:/open", "alice:/forget", "alice:/need", "alice:/need");
            assertAlice(answers.get(0));
            assertThat(answers.get(2) + answers.get(3)).contains("\nsubject=CN=alice\n");
            assertAlice(answers.get(3));
        }
    }
}
