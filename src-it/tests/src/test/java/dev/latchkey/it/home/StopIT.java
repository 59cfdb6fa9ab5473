package dev.latchkey.it.home;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.latchkey.container.JettyBase;
import dev.latchkey.container.JettyHomeRun;
import dev.latchkey.it.ServerParts;
import dev.latchkey.testkit.LogProblems;
import dev.latchkey.testkit.ProgramResult;
import dev.latchkey.testkit.TestPrograms;
import dev.latchkey.testkit.TlsConnection;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A server that is told to stop while a client has not answered yet: it stops in order, and soon. */
class StopIT {
    private static final Duration SOON = Duration.ofSeconds(12);

    @TempDir
    Path dir;

    @Test
    void aSignalStopsItWhileAStepUpWaits() throws Exception {
        try (JettyHomeRun server = base().start()) {
            stopsWhileAStepUpWaits(
                    server, () -> ProcessHandle.of(server.pid()).orElseThrow().destroy());
        }
    }

    @Test
    void startJarStopsItWhileAStepUpWaits() throws Exception {
        JettyBase base = base().jvmArguments("-DSTOP.PORT=0", "-DSTOP.KEY=secret");
        try (JettyHomeRun server = base.start()) {
            String line = server.log().await(0, each -> each.startsWith("STOP.PORT="), Duration.ofSeconds(10));
            stopsWhileAStepUpWaits(server, () -> {
                ProgramResult stop = TestPrograms.run(
                        Duration.ofSeconds(60),
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-jar",
                        ServerParts.home("12.1")
                                .directory()
                                .resolve("start.jar")
                                .toString(),
                        "jetty.base=" + base.directory(),
                        "--stop",
                        line.strip(),
                        "STOP.KEY=secret");
                assertThat(stop.isSuccess()).as(stop.toString()).isTrue();
            });
        }
    }

    private JettyBase base() throws IOException {
        return ServerParts.base("12.1", dir.resolve("base"))
                .modules("jmx")
                .logFile(ServerParts.target().resolve("home-stop.log"));
    }

    private interface Stopping {
        void stop() throws IOException;
    }

    private static void stopsWhileAStepUpWaits(JettyHomeRun server, Stopping stopping) throws Exception {
        server.deploy("step-up", ServerParts.part("step-up.war"));
        List<String> paths = List.of("/step-up/secure", "/step-up/async");
        TlsConnection[] waiting = new TlsConnection[paths.size()];
        try {
            for (int i = 0; i < waiting.length; i++) {
                waiting[i] = ServerParts.tls12WithAlice().connect(server.httpsPort());
                assertThat(waiting[i].protocol()).isEqualTo("TLSv1.2");
                // Sent and not read on: this client does not answer.
                waiting[i].send("GET " + paths.get(i) + " HTTP/1.1\r\nHost: localhost\r\n\r\n");
            }
            try (StatisticsBean statistics = StatisticsBean.of(server.pid())) {
                await().untilAsserted(
                                () -> assertThat(statistics.number("inFlight")).isEqualTo(waiting.length));
            }
            int position = server.log().position();
            long before = System.nanoTime();
            stopping.stop();
            await().atMost(SOON).until(() -> !server.isAlive());
            assertThat(Duration.ofNanos(System.nanoTime() - before)).isLessThan(SOON);
            for (TlsConnection connection : waiting) {
                assertThatThrownBy(connection::read).isInstanceOf(IOException.class);
            }
            assertThat(LogProblems.in(server.log().from(position))).isEmpty();
        } finally {
            for (TlsConnection connection : waiting) {
                if (connection != null) {
                    connection.closeBare();
                }
            }
        }
    }
}
