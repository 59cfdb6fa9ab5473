package dev.latchkey.it.home;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.entry;
import static org.awaitility.Awaitility.await;

import dev.latchkey.container.JettyHomeRun;
import dev.latchkey.it.Curl;
import dev.latchkey.it.InstalledJdk;
import dev.latchkey.it.ServerParts;
import dev.latchkey.testkit.DemoPki;
import dev.latchkey.testkit.HeldCertificate;
import dev.latchkey.testkit.HttpAnswer;
import dev.latchkey.testkit.KeyStores;
import dev.latchkey.testkit.LogProblems;
import dev.latchkey.testkit.ProgramResult;
import dev.latchkey.testkit.TlsClient;
import dev.latchkey.testkit.TlsConnection;
import java.io.IOException;
import java.math.BigInteger;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What the module latchkey-openssl gives on a real jetty-home with all that people enable besides, on Java 22 or later. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
abstract class OpenSslEachJetty {
    private static final String BODY = "a body of the client's ".repeat(1000);

    private final String line;
    private Path keyStore;
    private Path body;
    private JettyHomeRun server;

    OpenSslEachJetty(String line) {
        this.line = line;
    }

    @BeforeAll
    void start(@TempDir Path dir) throws IOException {
        keyStore = Files.copy(ServerParts.pki().resolve("keystore.p12"), dir.resolve("keystore.p12"));
        body = Files.writeString(dir.resolve("body"), BODY);
        server = ServerParts.openSslBase(line, dir.resolve("base"))
                .modules("ee10-cdi", "http2", "jmx", "ssl-reload")
                .keyStore(keyStore, DemoPki.PASSWORD)
                .logFile(ServerParts.target().resolve("home-openssl-" + line + ".log"))
                .start();
        server.deploy("step-up", ServerParts.part("step-up.war"));
        server.deploy("small", SmallWar.in(dir));
    }

    @AfterAll
    void theLogNamesTheEngineAndNoProblem() {
        if (server != null) {
            server.close();
            List<String> log = server.log().from(0);
            assertThat(log)
                    .filteredOn(each -> each.contains("TLS by OpenSSL 3."))
                    .hasSize(1);
            assertThat(log).noneMatch(each -> each.contains("restricted method"));
            assertThat(LogProblems.in(log, "Weak cipher suite")).isEmpty();
        }
    }

    private Curl curl(String tls) {
        return Curl.to(server.httpsPort(), ServerParts.pki()).tls(tls);
    }

    private static TlsClient jsse(String tls) {
        return TlsClient.trusting(ServerParts.authority())
                .protocols("TLSv" + tls)
                .serverName("localhost")
                .certificate(ServerParts.alice());
    }

    private static void assertSteppedUp(HttpAnswer answer, String tls, int bodyBytes) {
        assertThat(answer.status()).as(answer.toString()).isEqualTo(200);
        assertThat(answer.values())
                .contains(
                        entry("subject", ServerParts.ALICE),
                        entry("trusted", "true"),
                        entry("mechanism", tls.equals("1.3") ? "post-handshake-authentication" : "renegotiation"),
                        entry("protocol", "TLSv" + tls),
                        entry("httpVersion", "HTTP/1.1"),
                        entry("alreadyPresent", "false"),
                        entry("bodyBytes", String.valueOf(bodyBytes)));
    }

    @ParameterizedTest
    @CsvSource({
        "1.3,/secure", "1.3,/required", "1.3,/async", "1.3,/fresh", "1.3,/injected",
        "1.2,/secure", "1.2,/required", "1.2,/async", "1.2,/fresh", "1.2,/injected"
    })
    void curlIsAskedByGetAndPost(String tls, String path) throws Exception {
        Curl curl = curl(tls).certificate("client").with("--http1.1");
        assertSteppedUp(curl.get("/step-up" + path), tls, 0);
        assertSteppedUp(curl.with("--data-binary", "@" + body).get("/step-up" + path), tls, BODY.length());
    }

    @ParameterizedTest
    @ValueSource(strings = {"1.2", "1.3"})
    void theCertificateStaysWithItsConnection(String tls) throws Exception {
        ProgramResult result = curl(tls)
                .certificate("client")
                .with("--http1.1")
                .run("/step-up/open", "/step-up/secure", "/step-up/open", "/step-up/fresh", "/step-up/open");
        List<String> seen = new ArrayList<>();
        result.out().lines().filter(each -> each.startsWith("subject=")).forEach(seen::add);
        String alice = "subject=" + ServerParts.ALICE;
        assertThat(seen).as(result.toString()).containsExactly("subject=", alice, alice, alice, alice);
    }

    @ParameterizedTest
    @ValueSource(strings = {"1.2", "1.3"})
    void noCertificateAndAnUntrustedOneAreTwoAnswersAndTheConnectionLives(String tls) throws Exception {
        ProgramResult none = curl(tls).with("--http1.1").run("/step-up/required", "/step-up/open");
        assertThat(none.out()).contains("reason=no-certificate").contains("mechanism=\nprotocol=TLSv" + tls);
        ProgramResult stranger =
                curl(tls).certificate("stranger").with("--http1.1").run("/step-up/required", "/step-up/open");
        assertThat(stranger.out()).contains("reason=untrusted").contains("mechanism=\nprotocol=TLSv" + tls);
    }

    /** Java's own TLS does not offer it. */
    @Test
    void aClientWithoutPostHandshakeAuthenticationIsToldAtOnceAndTheConnectionLives() throws Exception {
        try (TlsConnection connection = jsse("1.3").connect(server.httpsPort())) {
            HttpAnswer refused = connection.get("/step-up/secure");
            assertThat(refused.status()).isEqualTo(403);
            assertThat(refused.values()).contains(entry("reason", "client-cannot"), entry("protocol", "TLSv1.3"));
            assertThat(connection.get("/step-up/open").status()).isEqualTo(200);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"1.2", "1.3"})
    void http2IsServedBesidesAndAStepUpComesBackByHttp11(String tls) throws Exception {
        Curl curl = curl(tls).certificate("client").with("--http2");
        assertThat(curl.with("--data-binary", "@" + body).get("/step-up/open").values())
                .contains(
                        entry("httpVersion", "HTTP/2.0"),
                        entry("protocol", "TLSv" + tls),
                        entry("bodyBytes", String.valueOf(BODY.length())));
        assertSteppedUp(curl.get("/step-up/secure"), tls, 0);
    }

    @ParameterizedTest
    @ValueSource(strings = {"1.2", "1.3"})
    void theStatisticsCountIt(String tls) throws Exception {
        try (StatisticsBean statistics = StatisticsBean.of(server.pid())) {
            assertThat(statistics.javaVersion().feature())
                    .isEqualTo(InstalledJdk.atLeast(22).feature());
            long before = statistics.number("certificates");
            assertSteppedUp(curl(tls).certificate("client").with("--http1.1").get("/step-up/secure"), tls, 0);
            await().untilAsserted(
                            () -> assertThat(statistics.number("certificates")).isEqualTo(before + 1));
            assertThat(statistics.number("inFlight")).isZero();
        }
    }

    @Test
    void applicationsSeeNothingOfTheModule() throws Exception {
        assertThat(curl("1.3").get("/small/look").values())
                .contains(entry("apiIsTheServers", "true"), entry("server", "hidden"), entry("openssl", "hidden"));
    }

    @Test
    void afterTheKeyStoreIsReloadedOldAndNewConnectionsAreServedUnderTheirOwnCertificate() throws Exception {
        HeldCertificate renewed =
                ServerParts.authority().issue("localhost").server("localhost").make();
        BigInteger serial = renewed.certificate().getSerialNumber();
        try (TlsConnection old12 = jsse("1.2").connect(server.httpsPort());
                TlsConnection old13 = jsse("1.3").connect(server.httpsPort())) {
            BigInteger before = old12.serverCertificate().getSerialNumber();
            assertThat(before).isNotEqualTo(serial);
            Path aside = keyStore.resolveSibling("aside.p12");
            KeyStores.write(KeyStores.holding(renewed, DemoPki.PASSWORD), aside, DemoPki.PASSWORD);
            Files.move(aside, keyStore, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
            await().atMost(Duration.ofSeconds(20)).untilAsserted(() -> {
                for (String tls : List.of("1.2", "1.3")) {
                    try (TlsConnection next = jsse(tls).forgetful().connect(server.httpsPort())) {
                        assertThat(next.serverCertificate().getSerialNumber()).isEqualTo(serial);
                    }
                }
            });
            assertSteppedUp(old12.get("/step-up/secure"), "1.2", 0);
            assertThat(old12.serverCertificate().getSerialNumber()).isEqualTo(before);
            assertThat(old13.get("/step-up/open").status()).isEqualTo(200);
        }
        assertSteppedUp(curl("1.3").certificate("client").with("--http1.1").get("/step-up/secure"), "1.3", 0);
    }
}
