package dev.latchkey.it.tls;

import static org.assertj.core.api.Assertions.assertThat;

import dev.latchkey.it.Clients;
import dev.latchkey.it.Lane;
import dev.latchkey.it.embedded.StepUpServer;
import dev.latchkey.it.embedded.TestPki;
import dev.latchkey.jetty.NegotiationStatistics;
import dev.latchkey.testkit.HttpAnswer;
import dev.latchkey.testkit.PipeDirection;
import dev.latchkey.testkit.RecordPipe;
import dev.latchkey.testkit.TlsClient;
import dev.latchkey.testkit.TlsConnection;
import java.io.IOException;
import java.time.Duration;
import java.util.Arrays;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Function;
import org.junit.jupiter.api.Test;

/**
 * A connection that closes at any byte of a step-up: each time a reason, nothing kept, no thread left. In steps that
 * share no factor with the sizes of records.
 */
class CutIT {
    private static final int STEP = 17;

    private final AtomicInteger told = new AtomicInteger();

    private StepUpServer server() {
        return new StepUpServer().settings(s -> s.setDeadline(60_000)).on("/secure", (request, response) -> {
            try {
                Report.asks().handle(request, response);
            } finally {
                told.incrementAndGet();
            }
        });
    }

    private static TlsClient client() {
        return Clients.with(TestPki.ALICE).readTimeout(Duration.ofSeconds(20)).forgetful();
    }

    private void cutEverywhere(Function<RecordPipe, PipeDirection> direction) throws Exception {
        try (StepUpServer server = server().start()) {
            TlsClient client = client();
            long length;
            try (RecordPipe pipe = RecordPipe.to(server.port());
                    TlsConnection connection = client.connect(pipe.port())) {
                assertThat(connection.protocol()).isEqualTo(Lane.current().protocol());
                long before = direction.apply(pipe).bytes();
                assertThat(connection.get("/secure").values()).containsEntry("subject", "CN=alice");
                length = direction.apply(pipe).bytes() - before;
            }
            int cuts = 0;
            int broken = 0;
            for (long at = 0; at < length; at += STEP) {
                cuts++;
                try (RecordPipe pipe = RecordPipe.to(server.port());
                        TlsConnection connection = client.connect(pipe.port())) {
                    direction.apply(pipe).cutAfterMoreBytes(at);
                    try {
                        HttpAnswer answer = connection.get("/secure");
                        assertThat(answer.values()).containsEntry("subject", "CN=alice");
                    } catch (IOException cut) {
                        broken++;
                    }
                }
                server.awaitInFlight(0);
            }
            server.awaitNothingKept();
            NegotiationStatistics figures = server.statistics();
            // But for a few bytes of slack: signatures are not always of one length.
            assertThat(broken).isGreaterThan(cuts - 5);
            assertThat(figures.getStarted()).isGreaterThan(cuts / 2);
            assertThat(figures.getFailures("connection-lost") + figures.getFailures("handshake-failed"))
                    .as(Arrays.toString(figures.getFailures()))
                    .isEqualTo(figures.getFailed())
                    // On TLS 1.3 most of what the server sends is tickets, before and after the question.
                    .isGreaterThan(cuts / (Lane.current().isPostHandshake() ? 8 : 4));
            assertThat(figures.getCertificates() + figures.getFailed()).isEqualTo(figures.getStarted());
            assertThat(figures.getStarted()).isEqualTo(told.get());
        }
    }

    @Test
    void cutFromTheClient() throws Exception {
        cutEverywhere(RecordPipe::toServer);
    }

    @Test
    void cutFromTheServer() throws Exception {
        cutEverywhere(RecordPipe::toClient);
    }
}
