package dev.latchkey.it.tls;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.latchkey.NegotiationOptions;
import dev.latchkey.it.CapturedLog;
import dev.latchkey.it.Clients;
import dev.latchkey.it.Lane;
import dev.latchkey.it.embedded.StepUpServer;
import dev.latchkey.it.embedded.TestPki;
import dev.latchkey.jetty.LatchkeySslConnectionFactory;
import dev.latchkey.testkit.HeldCertificate;
import dev.latchkey.testkit.KeyAlgorithm;
import dev.latchkey.testkit.KeyStores;
import dev.latchkey.testkit.ProgramResult;
import dev.latchkey.testkit.TestPrograms;
import dev.latchkey.testkit.TlsClient;
import dev.latchkey.testkit.TlsConnection;
import java.io.IOException;
import java.net.SocketTimeoutException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.TrustManagerFactory;
import org.eclipse.jetty.alpn.server.ALPNServerConnectionFactory;
import org.eclipse.jetty.http2.server.HTTP2ServerConnectionFactory;
import org.eclipse.jetty.server.HttpConfiguration;
import org.eclipse.jetty.server.HttpConnectionFactory;
import org.eclipse.jetty.server.NetworkConnectionLimit;
import org.eclipse.jetty.server.ServerConnector;
import org.eclipse.jetty.server.SslConnectionFactory;
import org.eclipse.jetty.util.ssl.KeyStoreScanner;
import org.eclipse.jetty.util.ssl.SslContextFactory;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What Jetty does with TLS by itself goes on working with Latchkey on the connector; R6: also HTTP/2. */
class StockFeaturesIT {
    @TempDir
    Path dir;

    private static StepUpServer server(SslContextFactory.Server tls) {
        return new StepUpServer(tls)
                .on("/secure", Report.asks())
                .on("/fresh", Report.asks(NegotiationOptions.builder().fresh().build()))
                .on("/open", Report.shows());
    }

    private static TlsClient client() {
        return Clients.with(TestPki.ALICE);
    }

    @ParameterizedTest
    @ValueSource(strings = {"want", "need"})
    void aCertificateOfTheFirstHandshakeIsThereAlready(String auth) throws Exception {
        SslContextFactory.Server tls = new SslContextFactory.Server();
        tls.setWantClientAuth(auth.equals("want"));
        tls.setNeedClientAuth(auth.equals("need"));
        try (StepUpServer server = server(tls).start()) {
            try (TlsConnection connection = client().connect(server.port())) {
                assertThat(connection.protocol()).isEqualTo(Lane.current().protocol());
                assertThat(connection.get("/open").values())
                        .containsEntry("attribute", "CN=alice")
                        .containsEntry("current", "CN=alice")
                        .containsEntry("session", "CN=alice");
                assertThat(connection.get("/secure").values())
                        .containsEntry("subject", "CN=alice")
                        .containsEntry("present", "true")
                        .containsEntry("mechanism", "first-handshake");
                assertThat(server.statistics().getStarted()).isZero();
                assertThat(connection.get("/fresh").values())
                        .containsEntry("present", "false")
                        .containsEntry("mechanism", Lane.current().mechanism());
            }
            TlsClient without = Clients.with(null);
            if (auth.equals("want")) {
                try (TlsConnection connection = without.connect(server.port())) {
                    assertThat(connection.get("/secure").values()).containsEntry("subject", "");
                }
            } else {
                assertThatThrownBy(() -> {
                            try (TlsConnection connection = without.connect(server.port())) {
                                connection.get("/open");
                            }
                        })
                        .isInstanceOf(IOException.class);
            }
        }
    }

    @Test
    void onTls13TheFirstHandshakesCertificateIsThereToo() throws Exception {
        SslContextFactory.Server tls = new SslContextFactory.Server();
        tls.setWantClientAuth(true);
        try (StepUpServer server = server(tls).protocols("TLSv1.3").start();
                TlsConnection connection = client().protocols("TLSv1.3").connect(server.port())) {
            assertThat(connection.protocol()).isEqualTo("TLSv1.3");
            assertThat(connection.get("/secure").values())
                    .containsEntry("subject", "CN=alice")
                    .containsEntry("present", "true")
                    .containsEntry("attribute", "CN=alice");
        }
    }

    @Test
    void anSslContextOfTheUsersOwnCannotAskButServes() throws Exception {
        KeyManagerFactory keys = KeyManagerFactory.getInstance("PKIX");
        keys.init(KeyStores.holding(TestPki.SERVER, "secret"), "secret".toCharArray());
        TrustManagerFactory trust = TrustManagerFactory.getInstance("PKIX");
        trust.init(KeyStores.trusting(TestPki.AUTHORITY));
        SSLContext context = SSLContext.getInstance("TLS");
        context.init(keys.getKeyManagers(), trust.getTrustManagers(), null);
        SslContextFactory.Server tls = new SslContextFactory.Server();
        tls.setSslContext(context);
        tls.setWantClientAuth(true);
        try (CapturedLog log = new CapturedLog();
                StepUpServer server = server(tls).start()) {
            assertThat(log.lines("LK105 engine-cannot"))
                    .singleElement()
                    .asString()
                    .contains("WARN")
                    .contains("was given an SSLContext");
            try (TlsConnection connection = client().connect(server.port())) {
                assertThat(connection.protocol()).isEqualTo(Lane.current().protocol());
                assertThat(connection.get("/open").values())
                        .containsEntry("attribute", "CN=alice")
                        .containsEntry("session", "CN=alice");
                assertThat(connection.get("/fresh").values())
                        .containsEntry("reason", "engine-cannot")
                        .containsEntry("usable", "true");
                assertThat(connection.get("/open").status()).isEqualTo(200);
                assertThat(server.statistics().getStarted()).isZero();
            }
        }
    }

    @Test
    void aKeyStoreFileThatIsScannedIsTakenUp() throws Exception {
        Path file = KeyStores.write(KeyStores.holding(TestPki.SERVER, "secret"), dir.resolve("keys.p12"), "secret");
        HeldCertificate renewed = TestPki.AUTHORITY
                .issue("localhost")
                .server("localhost")
                .key(KeyAlgorithm.EC_P256)
                .make();
        SslContextFactory.Server tls = new SslContextFactory.Server();
        try (StepUpServer server = server(tls)
                .tls(t -> {
                    t.setKeyStore(null);
                    t.setKeyStorePath(file.toString());
                })
                .start()) {
            KeyStoreScanner scanner = new KeyStoreScanner(tls);
            server.server().addManaged(scanner);
            try (TlsConnection connection = client().connect(server.port())) {
                assertThat(connection.serverCertificate()).isEqualTo(TestPki.SERVER.certificate());
                KeyStores.write(KeyStores.holding(renewed, "secret"), file, "secret");
                Files.setLastModifiedTime(file, FileTime.fromMillis(System.currentTimeMillis() + 10_000));
                assertThat(scanner.scan(10_000)).isTrue();
                scanner.reload();
                assertThat(connection.get("/secure").values())
                        .containsEntry("mechanism", Lane.current().mechanism());
                assertThat(connection.serverCertificate()).isEqualTo(TestPki.SERVER.certificate());
            }
            try (TlsConnection connection = client().connect(server.port())) {
                assertThat(connection.protocol()).isEqualTo(Lane.current().protocol());
                assertThat(connection.serverCertificate()).isEqualTo(renewed.certificate());
                assertThat(connection.get("/secure").values())
                        .containsEntry("mechanism", Lane.current().mechanism());
            }
        }
    }

    @Test
    void aLimitOfConnectionsHolds() throws Exception {
        StepUpServer setUp = server(new SslContextFactory.Server());
        setUp.connector(c -> c.getServer().addBean(new NetworkConnectionLimit(1, c)));
        try (StepUpServer server = setUp.start()) {
            TlsConnection first = client().connect(server.port());
            try (first) {
                assertThat(first.get("/secure").values())
                        .containsEntry("mechanism", Lane.current().mechanism());
                TlsClient impatient = client().readTimeout(Duration.ofSeconds(1));
                assertThatThrownBy(() -> impatient.connect(server.port())).isInstanceOf(SocketTimeoutException.class);
                assertThat(first.get("/open").values()).containsEntry("current", "CN=alice");
            }
            // The impatient one stood in the queue before: Jetty may take it first, and refuse another meanwhile.
            try (TlsConnection second = await().atMost(Duration.ofSeconds(20))
                    .ignoreExceptionsInstanceOf(IOException.class)
                    .until(() -> client().connect(server.port()), c -> true)) {
                assertThat(second.protocol()).isEqualTo(Lane.current().protocol());
                assertThat(second.get("/secure").values())
                        .containsEntry("mechanism", Lane.current().mechanism());
            }
        }
    }

    private static ServerConnector withHttp2(StepUpServer server) {
        SslContextFactory.Server tls = new SslContextFactory.Server();
        StepUpServer.setLane(tls);
        tls.setKeyStorePassword("secret");
        tls.setKeyStore(KeyStores.holding(TestPki.SERVER, "secret"));
        tls.setTrustStore(KeyStores.trusting(TestPki.AUTHORITY));
        HttpConfiguration http = new HttpConfiguration();
        ALPNServerConnectionFactory alpn = new ALPNServerConnectionFactory();
        alpn.setDefaultProtocol("http/1.1");
        ServerConnector connector = new ServerConnector(
                server.server(),
                0,
                1,
                new SslConnectionFactory(tls, "alpn"),
                alpn,
                new HTTP2ServerConnectionFactory(http),
                new HttpConnectionFactory(http));
        connector.setHost("127.0.0.1");
        LatchkeySslConnectionFactory.install(connector);
        server.server().addConnector(connector);
        return connector;
    }

    @Test
    void http11StepsUpWhileHttp2IsEnabled() throws Exception {
        StepUpServer setUp = server(new SslContextFactory.Server());
        ServerConnector connector = withHttp2(setUp);
        Path pem = Files.writeString(dir.resolve("alice.pem"), TestPki.ALICE.chainPem());
        Path key = Files.writeString(dir.resolve("alice.key"), TestPki.ALICE.keyPem());
        Path ca = Files.writeString(dir.resolve("ca.pem"), TestPki.AUTHORITY.chainPem());
        try (StepUpServer server = setUp.start()) {
            ProgramResult curl = TestPrograms.run(
                    Duration.ofSeconds(30),
                    TestPrograms.require("curl").toString(),
                    "-sS",
                    "--http1.1",
                    Lane.current().isPostHandshake() ? "--tlsv1.3" : "--tlsv1.2",
                    "--tls-max",
                    Lane.current().isPostHandshake() ? "1.3" : "1.2",
                    "--cacert",
                    ca.toString(),
                    "--cert",
                    pem.toString(),
                    "--key",
                    key.toString(),
                    "https://localhost:" + connector.getLocalPort() + "/secure");
            assertThat(curl.out())
                    .as(curl + " to " + server.port())
                    .contains("subject=CN=alice")
                    .contains("http=HTTP/1.1")
                    .contains("tls=" + Lane.current().protocol());
            // And without ALPN at all.
            try (TlsConnection connection = client().connect(connector.getLocalPort())) {
                assertThat(connection.get("/secure").values())
                        .containsEntry("subject", "CN=alice")
                        .containsEntry("tls", Lane.current().protocol());
            }
        }
    }

    @Test
    void onHttp2AStatusCanTellTheReasonAndOtherStreamsLive() throws Exception {
        StepUpServer setUp = server(new SslContextFactory.Server());
        ServerConnector connector = withHttp2(setUp);
        connector.getConnectionFactory(LatchkeySslConnectionFactory.class).setHttp2("403");
        CompletableFuture<Void> go = new CompletableFuture<>();
        setUp.on("/slow", (request, response) -> {
            go.get(20, TimeUnit.SECONDS);
            Report.shows().handle(request, response);
        });
        TrustManagerFactory trust = TrustManagerFactory.getInstance("PKIX");
        trust.init(KeyStores.trusting(TestPki.AUTHORITY));
        SSLContext context = SSLContext.getInstance("TLS");
        context.init(null, trust.getTrustManagers(), null);
        SSLParameters parameters = new SSLParameters();
        parameters.setProtocols(new String[] {Lane.current().protocol()});
        try (StepUpServer server = setUp.start()) {
            HttpClient client = HttpClient.newBuilder()
                    .sslContext(context)
                    .sslParameters(parameters)
                    .version(HttpClient.Version.HTTP_2)
                    .build();
            String base = "https://localhost:" + connector.getLocalPort();
            HttpResponse<String> warm = client.send(get(base + "/open"), HttpResponse.BodyHandlers.ofString());
            assertThat(warm.version()).isEqualTo(HttpClient.Version.HTTP_2);
            List<CompletableFuture<HttpResponse<String>>> slow = new ArrayList<>();
            for (int i = 0; i < 3; i++) {
                slow.add(client.sendAsync(get(base + "/slow"), HttpResponse.BodyHandlers.ofString()));
            }
            HttpResponse<String> asked = client.send(get(base + "/secure"), HttpResponse.BodyHandlers.ofString());
            go.complete(null);
            assertThat(asked.version()).isEqualTo(HttpClient.Version.HTTP_2);
            assertThat(asked.statusCode()).isEqualTo(403);
            assertThat(asked.body())
                    .contains("reason=http-version\n")
                    .contains("usable=true\n")
                    .contains("http=HTTP/2.0\n")
                    .contains("tls=" + Lane.current().protocol() + "\n");
            for (CompletableFuture<HttpResponse<String>> other : slow) {
                assertThat(other.get(20, TimeUnit.SECONDS).statusCode()).isEqualTo(200);
            }
            assertThat(connector.getConnectedEndPoints())
                    .as("one connection for all, beside %s", server.port())
                    .hasSize(1);
            LatchkeySslConnectionFactory factory = connector.getConnectionFactory(LatchkeySslConnectionFactory.class);
            assertThat(factory.getStatistics().getFailures("http-version")).isEqualTo(1);
            assertThat(factory.getStatistics().getStarted()).isZero();
        }
    }

    private static HttpRequest get(String uri) {
        return HttpRequest.newBuilder(URI.create(uri))
                .timeout(Duration.ofSeconds(30))
                .build();
    }
}
