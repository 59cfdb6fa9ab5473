package dev.latchkey.it.tls;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.latchkey.it.CapturedLog;
import dev.latchkey.it.Lane;
import dev.latchkey.it.OnlyOn;
import dev.latchkey.it.embedded.StepUpServer;
import dev.latchkey.it.embedded.TestPki;
import dev.latchkey.testkit.HttpAnswer;
import dev.latchkey.testkit.KeyStores;
import dev.latchkey.testkit.ProgramResult;
import dev.latchkey.testkit.TestPrograms;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.Map;
import java.util.Objects;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLSocket;
import javax.net.ssl.TrustManagerFactory;
import org.bouncycastle.jsse.provider.BouncyCastleJsseProvider;
import org.bouncycastle.tls.RenegotiationPolicy;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * R21: a client that refuses to renegotiate is found out at once where TLS tells (warning no_renegotiation, RFC 5246
 * section 7.2.2), and at the deadline where it does not.
 */
@OnlyOn(
        value = {Lane.JSSE_TLS12, Lane.OPENSSL_TLS12},
        because = "on TLS 1.3 a client says in its ClientHello whether it can be asked: PostHandshakeIT")
class RefusingClientsIT {
    @TempDir
    Path dir;

    private static StepUpServer server(long deadlineMillis) {
        return new StepUpServer()
                .settings(s -> s.setDeadline(deadlineMillis))
                .on("/secure", Report.asks())
                .on("/open", Report.shows());
    }

    /** The reason, long before the deadline, and a line in the log that tells what to do. */
    private static void assertCannot(StepUpServer server, CapturedLog log, long startedNanos) {
        await().atMost(Duration.ofSeconds(20)).until(() -> server.statistics().getFailed() == 1);
        assertThat(Duration.ofNanos(System.nanoTime() - startedNanos)).isLessThan(Duration.ofSeconds(30));
        assertThat(server.statistics().getFailures("client-cannot")).isEqualTo(1);
        assertThat(log.lines("LK104"))
                .singleElement()
                .asString()
                .contains("client-cannot")
                .contains("127.0.0.1")
                .contains("let its owner allow renegotiation");
        assertThat(log.lines("\tat ")).isEmpty();
        server.awaitNothingKept();
    }

    @Test
    void bouncyCastleRefusesByDefault() throws Exception {
        TrustManagerFactory trust = TrustManagerFactory.getInstance("PKIX");
        trust.init(KeyStores.trusting(TestPki.AUTHORITY));
        SSLContext context = SSLContext.getInstance("TLS", new BouncyCastleJsseProvider());
        context.init(null, trust.getTrustManagers(), new SecureRandom());
        try (CapturedLog log = new CapturedLog();
                StepUpServer server = server(60_000).start();
                SSLSocket socket = (SSLSocket) context.getSocketFactory().createSocket("127.0.0.1", server.port())) {
            socket.setEnabledProtocols(new String[] {"TLSv1.2"});
            socket.setSoTimeout(30_000);
            socket.startHandshake();
            assertThat(socket.getSession().getProtocol())
                    .isEqualTo(Lane.current().protocol());
            long start = System.nanoTime();
            OutputStream out = socket.getOutputStream();
            out.write("GET /secure HTTP/1.1\r\nHost: localhost\r\n\r\n".getBytes(StandardCharsets.US_ASCII));
            out.flush();
            InputStream in = socket.getInputStream();
            assertThatThrownBy(() -> HttpAnswer.read(in)).isInstanceOf(IOException.class);
            assertCannot(server, log, start);
        }
    }

    @Test
    void aRefusalIsToldByAnAlertAndNotByAReset() throws Exception {
        try (CapturedLog log = new CapturedLog();
                StepUpServer server = server(60_000).start();
                CraftedClient client = CraftedClient.recipe()
                        .whenAsked(RenegotiationPolicy.DENY)
                        .connect(server.port())) {
            assertThat(client.protocolVersion()).isEqualTo(Lane.current().protocol());
            assertThat(client.get("/open").status()).isEqualTo(200);
            long start = System.nanoTime();
            assertThatThrownBy(() -> client.get("/secure"))
                    .isInstanceOf(org.bouncycastle.tls.TlsFatalAlertReceived.class)
                    .hasMessageContaining("handshake_failure");
            assertCannot(server, log, start);
        }
    }

    @Test
    void opensslThatMayNotRenegotiate() throws Exception {
        Path ca = Files.writeString(dir.resolve("ca.pem"), TestPki.AUTHORITY.chainPem());
        try (CapturedLog log = new CapturedLog();
                StepUpServer server = server(60_000).start();
                LiveProgram openssl = new LiveProgram(
                        "openssl",
                        "s_client",
                        "-connect",
                        "127.0.0.1:" + server.port(),
                        "-CAfile",
                        ca.toString(),
                        "-tls1_2",
                        "-no_renegotiation",
                        "-ign_eof")) {
            openssl.awaitSaid("Verify return code: 0 (ok)");
            assertThat(openssl.said()).contains("TLSv1.2");
            long start = System.nanoTime();
            openssl.get("/secure");
            assertCannot(server, log, start);
            openssl.awaitEnd();
            assertThat(openssl.said()).doesNotContain("HTTP/1.1 ");
        }
    }

    @Test
    void pythonThatMayNotRenegotiate() throws Exception {
        try (CapturedLog log = new CapturedLog();
                StepUpServer server = server(60_000).start();
                PythonClient python = new PythonClient(dir, server.port(), TestPki.AUTHORITY, "no-renegotiation")) {
            assertThat(python.open("first")).containsEntry("protocol", "TLSv1.2");
            long start = System.nanoTime();
            Map<String, String> answer = python.get("first", "/secure");
            assertThat(answer).containsKey("ended");
            assertThat(answer.get("ended")).doesNotContain("reset");
            assertCannot(server, log, start);
        }
    }

    @Test
    void goRefusesByDefault() throws Exception {
        Path go = TestPrograms.requireOptional("go");
        Path ca = Files.writeString(dir.resolve("ca.pem"), TestPki.AUTHORITY.chainPem());
        Path source = dir.resolve("client.go");
        try (InputStream in = Objects.requireNonNull(getClass().getResourceAsStream("client.go.txt"))) {
            Files.copy(in, source);
        }
        try (CapturedLog log = new CapturedLog();
                StepUpServer server = server(60_000).start()) {
            ProcessBuilder builder = new ProcessBuilder(
                    go.toString(), "run", source.toString(), "127.0.0.1:" + server.port(), ca.toString(), "/secure");
            builder.directory(dir.toFile());
            // Nothing is fetched: the program needs the standard library alone.
            builder.environment()
                    .putAll(Map.of(
                            "GO111MODULE",
                            "off",
                            "GOFLAGS",
                            "",
                            "GOPROXY",
                            "off",
                            "GOTOOLCHAIN",
                            "local",
                            "CGO_ENABLED",
                            "0"));
            ProgramResult result = TestPrograms.run(builder, Duration.ofMinutes(3), new byte[0]);
            assertThat(result.out())
                    .as(result.toString())
                    .contains("protocol=TLSv1.2")
                    .contains("no renegotiation")
                    .doesNotContain("status=")
                    .doesNotContain("reset");
            assertCannot(server, log, System.nanoTime());
        }
    }

    @Test
    void aClientThatIgnoresTheQuestionEndsAtTheDeadline() throws Exception {
        try (CapturedLog log = new CapturedLog();
                StepUpServer server = server(1_500).start();
                CraftedClient client = CraftedClient.recipe()
                        .whenAsked(RenegotiationPolicy.IGNORE)
                        .connect(server.port())) {
            assertThat(client.protocolVersion()).isEqualTo(Lane.current().protocol());
            long start = System.nanoTime();
            assertThatThrownBy(() -> client.get("/secure")).isInstanceOf(IOException.class);
            assertThat(Duration.ofNanos(System.nanoTime() - start))
                    .isBetween(Duration.ofMillis(1_500), Duration.ofSeconds(10));
            server.awaitNothingKept();
            assertThat(server.statistics().getFailures("timeout")).isEqualTo(1);
            assertThat(server.statistics().getFailed()).isEqualTo(1);
            assertThat(log.lines("LK401 timeout")).hasSize(1);
        }
    }
}
