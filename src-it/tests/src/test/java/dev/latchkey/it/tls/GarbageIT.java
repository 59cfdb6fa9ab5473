package dev.latchkey.it.tls;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.latchkey.it.Lane;
import dev.latchkey.it.embedded.StepUpServer;
import dev.latchkey.it.embedded.TestPki;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.lang.management.ThreadMXBean;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.bouncycastle.tls.ContentType;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * R37: while the server waits for its client's answer, garbage ends in a reason within a second or at the deadline, and
 * never spins. That the buffers come back is checked when the server closes.
 */
class GarbageIT {
    private static final long DEADLINE = 3_000;

    /** What a client sends in place of an answer. */
    private interface Rubbish {
        void send(CraftedClient client) throws IOException;
    }

    private record Garbage(String what, Rubbish rubbish) {
        @Override
        public String toString() {
            return what;
        }
    }

    private static byte[] header(int type, int length, int follow) {
        byte[] record = new byte[5 + follow];
        record[0] = (byte) type;
        record[1] = 3;
        record[2] = 3;
        record[3] = (byte) (length >> 8);
        record[4] = (byte) length;
        return record;
    }

    static List<Garbage> endsAtOnce() {
        long seed = new Random().nextLong();
        byte[] random = new byte[500];
        new Random(seed).nextBytes(random);
        random[0] = (byte) 0x80; // no content type of TLS, so that it is never the beginning of a record
        return List.of(
                new Garbage("a record that is too long", c -> c.sendBare(header(22, 0xFFFF, 200))),
                new Garbage("a whole record that is too long", c -> c.sendBare(header(22, 20_000, 20_000))),
                new Garbage("random bytes, seed " + seed, c -> c.sendBare(random)),
                // JSSE waits for all of a record before it looks at the type, whatever the type is.
                new Garbage("the beginning of a record of no type", c -> c.sendBare(header(0x80, 12_000, 495))),
                new Garbage("a record of no version", c -> c.sendBare(new byte[] {22, 9, 9, 1, 0, 7})),
                new Garbage("a record that is not encrypted", c -> c.sendBare(header(22, 40, 40))),
                new Garbage("a fatal alert", c -> c.record(ContentType.alert, new byte[] {2, 80})),
                new Garbage(
                        "an unknown handshake message",
                        c -> c.record(ContentType.handshake, new byte[] {99, 0, 0, 1, 0})),
                new Garbage("a close_notify", c -> c.record(ContentType.alert, new byte[] {1, 0})));
    }

    static List<Garbage> mayLastToTheDeadline() {
        return List.of(
                new Garbage("nothing", c -> {}),
                new Garbage("half a record", c -> c.sendBare(header(22, 40, 10))),
                new Garbage("half a header", c -> c.sendBare(new byte[] {22, 3})),
                new Garbage("empty records", c -> {
                    for (int i = 0; i < 2_000; i++) {
                        c.record(ContentType.application_data, new byte[0]);
                    }
                }),
                new Garbage("warnings", c -> {
                    for (int i = 0; i < 2_000; i++) {
                        c.record(ContentType.alert, new byte[] {1, 90});
                    }
                }),
                new Garbage("half a ClientHello", c -> {
                    byte[] hello = c.lastClientHello();
                    c.record(ContentType.handshake, Arrays.copyOf(hello, hello.length / 2));
                }));
    }

    private static StepUpServer server(long deadline) {
        return new StepUpServer().settings(s -> s.setDeadline(deadline)).on("/secure", Report.asks());
    }

    /** {@return a client that was asked, and has not read the question yet} */
    private static CraftedClient asked(StepUpServer server) throws IOException {
        CraftedClient client = CraftedClient.recipe().certificate(TestPki.ALICE).connect(server.port());
        assertThat(client.protocolVersion()).isEqualTo(Lane.current().protocol());
        client.send("GET /secure HTTP/1.1\r\nHost: localhost\r\n\r\n");
        server.awaitInFlight(1);
        return client;
    }

    /** Sends; a server that has had enough may close in the midst of it. */
    private static void send(Garbage garbage, CraftedClient client) {
        try {
            garbage.rubbish().send(client);
        } catch (IOException closed) {
            // The outcome tells.
        }
    }

    private static Duration awaitOutcome(StepUpServer server, long startedNanos) {
        await().pollInterval(Duration.ofMillis(10))
                .atMost(Duration.ofSeconds(30))
                .until(() -> server.statistics().getFailed() == 1);
        return Duration.ofNanos(System.nanoTime() - startedNanos);
    }

    private static Duration serverCpu() {
        ThreadMXBean threads = ManagementFactory.getThreadMXBean();
        long nanos = Arrays.stream(threads.getThreadInfo(threads.getAllThreadIds()))
                .filter(t -> t != null && t.getThreadName().startsWith("step-up-server-"))
                .mapToLong(t -> Math.max(0, threads.getThreadCpuTime(t.getThreadId())))
                .sum();
        return Duration.ofNanos(nanos);
    }

    @ParameterizedTest
    @MethodSource("endsAtOnce")
    void garbageEndsInAReasonAtOnce(Garbage garbage) throws Exception {
        try (StepUpServer server = server(60_000).start();
                CraftedClient client = asked(server)) {
            long start = System.nanoTime();
            send(garbage, client);
            // A second, and patience for a machine that is busy with other things.
            assertThat(awaitOutcome(server, start)).isLessThan(Duration.ofSeconds(5));
            assertThat(server.statistics().getFailures("handshake-failed")
                            + server.statistics().getFailures("connection-lost"))
                    .as(Arrays.toString(server.statistics().getFailures()))
                    .isEqualTo(1);
            server.awaitNothingKept();
        }
    }

    @ParameterizedTest
    @MethodSource("mayLastToTheDeadline")
    void garbageNeverSpins(Garbage garbage) throws Exception {
        try (StepUpServer server = server(DEADLINE).start();
                CraftedClient client = asked(server)) {
            long start = System.nanoTime();
            Duration before = serverCpu();
            send(garbage, client);
            Duration waited = awaitOutcome(server, start);
            Duration worked = serverCpu().minus(before);
            assertThat(waited).isLessThan(Duration.ofMillis(DEADLINE + 5_000));
            assertThat(worked).isLessThan(Duration.ofMillis(DEADLINE / 2));
            assertThat(server.statistics().getFailures("timeout")
                            + server.statistics().getFailures("handshake-failed"))
                    .as(Arrays.toString(server.statistics().getFailures()))
                    .isEqualTo(1);
            server.awaitNothingKept();
        }
    }

    @Test
    void aFloodOfRecordsEndsBeforeTheDeadline() throws Exception {
        try (StepUpServer server = server(60_000).start();
                CraftedClient client = asked(server)) {
            long start = System.nanoTime();
            send(
                    new Garbage("70,000 empty records", c -> {
                        for (int i = 0; i < 70_000; i++) {
                            c.record(ContentType.application_data, new byte[0]);
                        }
                    }),
                    client);
            assertThat(awaitOutcome(server, start)).isLessThan(Duration.ofSeconds(30));
            assertThat(server.statistics().getFailures("handshake-failed")).isEqualTo(1);
            server.awaitNothingKept();
        }
    }
}
