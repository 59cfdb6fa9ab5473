package dev.latchkey.it.tls;

import static org.assertj.core.api.Assertions.assertThat;

import dev.latchkey.it.Lane;
import dev.latchkey.it.embedded.StepUpServer;
import dev.latchkey.it.embedded.TestPki;
import dev.latchkey.testkit.HttpAnswer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import org.eclipse.jetty.server.ForwardedRequestCustomizer;
import org.eclipse.jetty.server.HttpConfiguration;
import org.eclipse.jetty.server.HttpConnectionFactory;
import org.eclipse.jetty.server.ProxyConnectionFactory;
import org.eclipse.jetty.server.ServerConnector;
import org.junit.jupiter.api.Test;

/** R29: secure means TLS on this very connection; what a header says is never an identity. */
class SecureIT {
    @Test
    void theProxyProtocolInFrontOfTlsWorks() throws Exception {
        String[] remote = new String[1];
        byte[] body = "x".repeat(50_000).getBytes(StandardCharsets.US_ASCII);
        AtomicInteger largest = new AtomicInteger();
        try (StepUpServer server = new StepUpServer()
                        .connector(c -> {
                            c.addFirstConnectionFactory(new ProxyConnectionFactory("SSL"));
                            c.setDefaultProtocol("[proxy]");
                        })
                        .on("/secure", (request, response) -> {
                            remote[0] = request.getRemoteAddr();
                            Report.asks().handle(request, response);
                            int length = request.getInputStream().readAllBytes().length;
                            largest.accumulateAndGet(length, Math::max);
                        })
                        .start();
                CraftedClient client = CraftedClient.recipe()
                        .preface("PROXY TCP4 192.0.2.7 127.0.0.1 4711 443\r\n")
                        .certificate(TestPki.ALICE)
                        .connect(server.port())) {
            assertThat(client.protocolVersion()).isEqualTo(Lane.current().protocol());
            client.send("POST /secure HTTP/1.1\r\nHost: localhost\r\nContent-Length: " + body.length + "\r\n\r\n"
                    + new String(body, StandardCharsets.US_ASCII));
            assertThat(client.read().values())
                    .containsEntry("subject", "CN=alice")
                    .containsEntry("mechanism", Lane.current().mechanism())
                    .containsEntry("tls", Lane.current().protocol());
            assertThat(remote[0]).isEqualTo("192.0.2.7");
            assertThat(client.get("/secure").values()).containsEntry("present", "true");
            assertThat(largest).hasValue(body.length);
            server.awaitNothingKept();
        }
    }

    private static HttpAnswer plain(int port, String path, Map<String, String> headers) throws IOException {
        try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), port)) {
            socket.setSoTimeout(20_000);
            StringBuilder request = new StringBuilder("GET " + path + " HTTP/1.1\r\nHost: localhost\r\n");
            headers.forEach((name, value) -> request.append(name + ": " + value + "\r\n"));
            socket.getOutputStream().write((request + "\r\n").getBytes(StandardCharsets.US_ASCII));
            return HttpAnswer.readFinal(socket.getInputStream());
        }
    }

    private static ServerConnector plainConnector(StepUpServer server, boolean forwarded) {
        HttpConfiguration configuration = new HttpConfiguration();
        if (forwarded) {
            configuration.addCustomizer(new ForwardedRequestCustomizer());
        }
        ServerConnector connector =
                new ServerConnector(server.server(), 0, 1, new HttpConnectionFactory(configuration));
        connector.setHost("127.0.0.1");
        server.server().addConnector(connector);
        return connector;
    }

    /** What proxies call a certificate that they pass on, with a real one in it. */
    private static Map<String, String> certificateHeaders() throws Exception {
        String der =
                Base64.getEncoder().encodeToString(TestPki.ALICE.certificate().getEncoded());
        return Map.of(
                "Client-Cert", ":" + der + ":",
                "X-Forwarded-Client-Cert", "Subject=\"CN=alice\"",
                "X-Client-Cert", der,
                "SSL-Client-Cert", der,
                "X-SSL-Client-S-DN", "CN=alice",
                "Proxy-Ssl-Id", "0123456789abcdef",
                "Proxy-auth-cert", "TLS_RSA_WITH_AES_128_CBC_SHA");
    }

    private static void assertNobody(HttpAnswer answer) {
        assertThat(answer.values())
                .containsEntry("attribute", "")
                .containsEntry("current", "")
                .containsEntry("session", "");
    }

    @Test
    void plainHttpIsNotSecureWhateverTheHeadersSay() throws Exception {
        StepUpServer setUp = new StepUpServer().on("/secure", Report.asks());
        ServerConnector plain = plainConnector(setUp, false);
        try (StepUpServer server = setUp.start()) {
            HttpAnswer answer = plain(plain.getLocalPort(), "/secure", certificateHeaders());
            assertThat(answer.values())
                    .containsEntry("reason", "not-secure")
                    .containsEntry("usable", "true")
                    .containsEntry("secure", "false");
            assertNobody(answer);
            assertThat(plain(plain.getLocalPort(), "/secure", Map.of("X-Forwarded-Proto", "https"))
                            .values())
                    .containsEntry("reason", "not-secure");
            assertThat(server.statistics().getStarted()).isZero();
        }
    }

    @Test
    void tlsThatEndsAtAProxyIsAReasonOfItsOwn() throws Exception {
        StepUpServer setUp = new StepUpServer().on("/secure", Report.asks());
        ServerConnector plain = plainConnector(setUp, true);
        try (StepUpServer server = setUp.start()) {
            assertThat(plain(plain.getLocalPort(), "/secure", Map.of()).values())
                    .containsEntry("reason", "not-secure");
            Map<String, String> headers = new HashMap<>(certificateHeaders());
            headers.put("X-Forwarded-Proto", "https");
            HttpAnswer answer = plain(plain.getLocalPort(), "/secure", headers);
            assertThat(answer.values())
                    .containsEntry("reason", "tls-ends-elsewhere")
                    .containsEntry("usable", "true")
                    .containsEntry("secure", "true");
            assertNobody(answer);
            assertThat(server.statistics().getStarted()).isZero();
        }
    }

    @Test
    void aConnectorWithTlsButWithoutLatchkeySaysSo() throws Exception {
        try (StepUpServer server = new StepUpServer()
                .withStockConnector()
                .on("/secure", Report.asks())
                .start()) {
            try (CraftedClient client =
                    CraftedClient.recipe().certificate(TestPki.ALICE).connect(server.stockPort())) {
                assertThat(client.protocolVersion()).isEqualTo(Lane.current().protocol());
                HttpAnswer answer = client.get("/secure");
                assertThat(answer.values()).containsEntry("reason", "tls-ends-elsewhere");
                assertNobody(answer);
                assertThat(client.timesAsked()).isZero();
            }
        }
    }

    @Test
    void forwardedHeadersOnOurOwnTlsNeitherGiveNorTakeAnIdentity() throws Exception {
        try (StepUpServer server = new StepUpServer()
                        .http(h -> h.addCustomizer(new ForwardedRequestCustomizer()))
                        .on("/secure", Report.asks())
                        .on("/open", Report.shows())
                        .start();
                CraftedClient client =
                        CraftedClient.recipe().certificate(TestPki.ALICE).connect(server.port())) {
            assertThat(client.protocolVersion()).isEqualTo(Lane.current().protocol());
            StringBuilder fields = new StringBuilder();
            certificateHeaders().forEach((name, value) -> fields.append(name + ": " + value + "\r\n"));
            client.send("GET /open HTTP/1.1\r\nHost: localhost\r\n" + fields + "\r\n");
            assertNobody(client.read());
            client.send("GET /secure HTTP/1.1\r\nHost: localhost\r\n" + fields + "\r\n");
            assertThat(client.read().values())
                    .containsEntry("subject", "CN=alice")
                    .containsEntry("attribute", "CN=alice")
                    .containsEntry("session", "CN=alice");
        }
    }
}
