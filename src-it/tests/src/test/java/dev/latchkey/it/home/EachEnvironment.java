package dev.latchkey.it.home;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.entry;
import static org.awaitility.Awaitility.await;

import dev.latchkey.container.JettyHomeRun;
import dev.latchkey.it.Curl;
import dev.latchkey.it.ServerParts;
import dev.latchkey.testkit.DemoPki;
import dev.latchkey.testkit.HeldCertificate;
import dev.latchkey.testkit.HttpAnswer;
import dev.latchkey.testkit.KeyStores;
import dev.latchkey.testkit.LogProblems;
import dev.latchkey.testkit.TlsConnection;
import java.io.IOException;
import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.security.MessageDigest;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * What holds on a real jetty-home with all that people enable besides: one server, with the step-up example and a small
 * web application in each of its environments.
 */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
abstract class EachEnvironment {
    private static final byte[] BODY = "ünïcode & a body".repeat(1000).getBytes(StandardCharsets.UTF_8);

    private final String line;
    private final List<String> environments;
    private Path keyStore;
    private JettyHomeRun server;

    EachEnvironment(String line, String... environments) {
        this.line = line;
        this.environments = List.of(environments);
    }

    Stream<String> environments() {
        return environments.stream();
    }

    @BeforeAll
    void start(@TempDir Path dir) throws IOException {
        keyStore = Files.copy(ServerParts.pki().resolve("keystore.p12"), dir.resolve("keystore.p12"));
        server = ServerParts.base(line, dir.resolve("base"))
                .environments(environments.toArray(String[]::new))
                // CDI of one environment: another's cannot be enabled besides.
                .modules("ee10-cdi", "http2", "jmx", "ssl-reload")
                .keyStore(keyStore, DemoPki.PASSWORD)
                .logFile(ServerParts.target().resolve("home-" + line + ".log"))
                .start();
        Path small = SmallWar.in(dir);
        for (String environment : environments) {
            server.deploy("step-up-" + environment, ServerParts.part("step-up.war"), environment);
            server.deploy("small-" + environment, small, environment);
        }
    }

    @AfterAll
    void stop() {
        if (server != null) {
            server.close();
        }
    }

    private TlsConnection connect() throws IOException {
        return ServerParts.tls12WithAlice().connect(server.httpsPort());
    }

    private static void assertSteppedUp(HttpAnswer answer, byte[] body) throws Exception {
        assertThat(answer.status()).as(answer.toString()).isEqualTo(200);
        assertThat(answer.values())
                .contains(
                        entry("subject", ServerParts.ALICE),
                        entry("trusted", "true"),
                        entry("mechanism", "renegotiation"),
                        entry("protocol", "TLSv1.2"),
                        entry("httpVersion", "HTTP/1.1"),
                        entry("alreadyPresent", "false"),
                        entry("bodyBytes", String.valueOf(body.length)),
                        entry(
                                "bodySha256",
                                HexFormat.of()
                                        .formatHex(MessageDigest.getInstance("SHA-256")
                                                .digest(body))));
    }

    /** What a person sees who clicks through the example, with a certificate and without. */
    @Test
    void eachLinkOfTheExampleIsAnsweredAndLeavesNothingInTheLog() throws Exception {
        String context = "/step-up-ee10/";
        int position = server.log().position();
        List<String> links = new ArrayList<>(List.of(""));
        try (TlsConnection connection = connect()) {
            Matcher link = Pattern.compile("<a href=\"(\\w+)\"")
                    .matcher(connection.get(context).text());
            while (link.find()) {
                links.add(link.group(1));
            }
            assertThat(links).contains("open", "guarded", "injected").hasSizeGreaterThan(6);
            for (String each : links) {
                assertThat(connection.get(context + each).status()).as(each).isEqualTo(200);
            }
        }
        for (String each : links) {
            try (TlsConnection connection = ServerParts.tls12().connect(server.httpsPort())) {
                assertThat(connection.get(context + each).status()).as(each).isIn(200, 403);
            }
        }
        assertThat(LogProblems.in(server.log().from(position))).isEmpty();
    }

    /** An attribute of another type than its setter takes would be told of at each start, and could not be set. */
    @Test
    void theBeansOfLatchkeyHaveOneTypeAnAttribute() {
        assertThat(server.log().from(0))
                .as("the module jmx is there")
                .anyMatch(line -> line.contains("Started"))
                // Jetty 12.0 has one of its own, of HttpConfiguration.
                .noneMatch(line -> line.contains("mismatch") && line.contains("dev.latchkey."));
    }

    @ParameterizedTest
    @MethodSource("environments")
    void theExampleStepsUpBlockingAndAsyncByGetAndPost(String environment) throws Exception {
        String context = "/step-up-" + environment;
        for (String path : List.of("/secure", "/required", "/fresh", "/async")) {
            try (TlsConnection connection = connect()) {
                assertThat(connection.get(context + "/open").values())
                        .contains(entry("subject", ""), entry("mechanism", ""), entry("protocol", "TLSv1.2"));
                assertSteppedUp(connection.get(context + path), new byte[0]);
                assertThat(connection.timesAsked()).isEqualTo(1);
            }
            try (TlsConnection connection = connect()) {
                assertSteppedUp(connection.post(context + path, BODY), BODY);
                assertThat(connection.get(context + "/open").values())
                        .contains(entry("subject", ServerParts.ALICE), entry("alreadyPresent", "true"));
            }
        }
    }

    @ParameterizedTest
    @MethodSource("environments")
    void theExampleInjectsTheServiceWhereCdiIsEnabledAndRunsWithoutElsewhere(String environment) throws Exception {
        try (TlsConnection connection = connect()) {
            String path = "/step-up-" + environment + "/injected";
            if (environment.equals("ee10")) {
                assertSteppedUp(connection.post(path, BODY), BODY);
            } else {
                HttpAnswer answer = connection.get(path);
                assertThat(answer.status()).isEqualTo(404);
                assertThat(answer.values()).contains(entry("reason", "no-cdi"));
            }
        }
    }

    @ParameterizedTest
    @MethodSource("environments")
    void aClientWithoutACertificateIsRefusedWhereOneIsNeededAndTheConnectionLives(String environment) throws Exception {
        String context = "/step-up-" + environment;
        try (TlsConnection connection = ServerParts.tls12().connect(server.httpsPort())) {
            HttpAnswer refused = connection.get(context + "/required");
            assertThat(refused.status()).isEqualTo(403);
            assertThat(refused.values())
                    .contains(entry("reason", "no-certificate"), entry("code", "LK201"), entry("protocol", "TLSv1.2"));
            HttpAnswer guarded = connection.get(context + "/guarded");
            assertThat(guarded.status()).isEqualTo(403);
            assertThat(guarded.text()).contains("LK201");
            HttpAnswer wanted = connection.get(context + "/secure");
            assertThat(wanted.status()).isEqualTo(200);
            assertThat(wanted.values()).contains(entry("subject", ""));
        }
    }

    @ParameterizedTest
    @MethodSource("environments")
    void theBodyIsReadAfterwardsByEachWayOfServlets(String environment) throws Exception {
        String text = "a body, kept".repeat(500);
        String form = "field=" + text.replace(",", "%2C").replace(' ', '+');
        String parts = "--b\r\nContent-Disposition: form-data; name=\"field\"\r\n\r\n" + text + "\r\n--b--\r\n";
        for (String wait : List.of("blocking", "async")) {
            assertThat(ask(environment, wait, "stream", "text/plain", text)).isEqualTo(text);
            assertThat(ask(environment, wait, "parameter", "application/x-www-form-urlencoded", form))
                    .isEqualTo(text);
            assertThat(ask(environment, wait, "part", "multipart/form-data; boundary=b", parts))
                    .isEqualTo(text);
        }
    }

    private String ask(String environment, String wait, String read, String type, String body) throws Exception {
        try (TlsConnection connection = connect()) {
            connection.send("POST /small-" + environment + "/ask HTTP/1.1\r\nHost: localhost\r\nWait: " + wait
                    + "\r\nRead: " + read + "\r\nContent-Type: " + type + "\r\nContent-Length: " + body.length()
                    + "\r\n\r\n" + body);
            HttpAnswer answer = connection.readFinal();
            Map<String, String> values = answer.values();
            assertThat(answer.status()).as(answer.toString()).isEqualTo(200);
            assertThat(values)
                    .contains(
                            entry("subject", ServerParts.ALICE),
                            entry("attribute", ServerParts.ALICE),
                            entry("mechanism", "renegotiation"),
                            entry("protocol", "TLSv1.2"));
            return values.get("body");
        }
    }

    @ParameterizedTest
    @MethodSource("environments")
    void theStandardAttributeIsThereForThisRequestAndLaterOnesOfTheConnectionAlone(String environment)
            throws Exception {
        String context = "/small-" + environment;
        try (TlsConnection connection = connect()) {
            assertThat(connection.get(context + "/look").values()).contains(entry("attribute", ""));
            assertThat(connection.get(context + "/ask").values()).contains(entry("attribute", ServerParts.ALICE));
            assertThat(connection.get(context + "/look").values()).contains(entry("attribute", ServerParts.ALICE));
            assertThat(connection.get(context + "/ask").values())
                    .contains(entry("attribute", ServerParts.ALICE), entry("alreadyPresent", "true"));
            assertThat(connection.timesAsked()).isEqualTo(1);
        }
        try (TlsConnection other = connect()) {
            assertThat(other.get(context + "/look").values()).contains(entry("attribute", ""));
        }
    }

    @ParameterizedTest
    @MethodSource("environments")
    void aFailureThatLeavesTheServletIsAnsweredWithItsStatusAndWithoutAStackTrace(String environment) throws Exception {
        int position = server.log().position();
        String context = "/small-" + environment;
        try (TlsConnection connection = ServerParts.tls12().connect(server.httpsPort())) {
            HttpAnswer refused = connection.get(context + "/uncaught");
            assertThat(refused.status()).isEqualTo(403);
            assertThat(refused.text()).contains("LK201").doesNotContain("NegotiationException.java");
            // The connection lives, and what was to be logged is.
            assertThat(connection.get(context + "/look").status()).isEqualTo(200);
        }
        assertThat(LogProblems.in(server.log().from(position))).isEmpty();
    }

    @ParameterizedTest
    @MethodSource("environments")
    void theApiIsTheServersThoughTheApplicationBringsACopyAndTheServersClassesAreHidden(String environment)
            throws Exception {
        try (TlsConnection connection = connect()) {
            assertThat(connection.get("/small-" + environment + "/look").values())
                    .contains(
                            entry("ownCopyOfTheApi", "true"),
                            entry("apiIsTheServers", "true"),
                            entry("server", "hidden"),
                            entry("service", "true"));
        }
    }

    @Test
    void twoApplicationsWithACopyOfTheApiEachShareTheConnectionsCertificate() throws Exception {
        try (TlsConnection connection = connect()) {
            for (String environment : environments) {
                boolean first = environment.equals(environments.get(0));
                assertThat(connection.get("/small-" + environment + "/ask").values())
                        .contains(entry("subject", ServerParts.ALICE), entry("alreadyPresent", String.valueOf(!first)));
            }
            assertThat(connection.timesAsked()).isEqualTo(1);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"GET", "POST"})
    void overHttp2CurlComesBackOnHttp11ByItselfAndIsAskedThere(String method) throws Exception {
        Curl curl = Curl.to(server.httpsPort(), ServerParts.pki())
                .certificate("client")
                .tls("1.2")
                .with("--http2");
        Path upload = Files.write(keyStore.resolveSibling("upload"), BODY);
        for (String environment : environments) {
            assertThat(curl.get("/step-up-" + environment + "/open").values())
                    .contains(entry("httpVersion", "HTTP/2.0"), entry("protocol", "TLSv1.2"));
            HttpAnswer answer = method.equals("GET")
                    ? curl.get("/step-up-" + environment + "/secure")
                    : curl.with("--data-binary", "@" + upload).get("/step-up-" + environment + "/secure");
            assertSteppedUp(answer, method.equals("GET") ? new byte[0] : BODY);
            assertThat(answer.values()).contains(entry("httpVersion", "HTTP/1.1"), entry("protocol", "TLSv1.2"));
        }
    }

    @Test
    void overHttp2AndTls13CurlComesBackOnHttp11AndLearnsThatThisEngineCannot() throws Exception {
        Curl curl = Curl.to(server.httpsPort(), ServerParts.pki())
                .certificate("client")
                .tls("1.3")
                .with("--http2");
        for (String environment : environments) {
            HttpAnswer answer = curl.get("/step-up-" + environment + "/secure");
            assertThat(answer.status()).isEqualTo(403);
            assertThat(answer.values())
                    .contains(
                            entry("reason", "engine-cannot"),
                            entry("httpVersion", "HTTP/1.1"),
                            entry("protocol", "TLSv1.3"));
        }
    }

    @Test
    void overHttp1CurlStepsUpWithHttp2EnabledAndIsToldThatTls13Cannot() throws Exception {
        Curl curl = Curl.to(server.httpsPort(), ServerParts.pki())
                .certificate("client")
                .with("--http1.1");
        String path = "/step-up-" + environments.get(0) + "/secure";
        assertSteppedUp(curl.tls("1.2").get(path), new byte[0]);
        HttpAnswer refused = curl.tls("1.3").get(path);
        assertThat(refused.status()).isEqualTo(403);
        assertThat(refused.values()).contains(entry("reason", "engine-cannot"), entry("protocol", "TLSv1.3"));
    }

    @Test
    void theStatisticsAreAnMBean() throws Exception {
        try (TlsConnection connection = connect();
                StatisticsBean statistics = StatisticsBean.of(server.pid())) {
            long before = statistics.number("certificates");
            assertThat(connection.get("/small-" + environments.get(0) + "/ask").status())
                    .isEqualTo(200);
            await().untilAsserted(
                            () -> assertThat(statistics.number("certificates")).isEqualTo(before + 1));
            assertThat(statistics.number("started")).isPositive();
            assertThat(statistics.number("inFlight")).isZero();
        }
    }

    @Test
    void afterTheKeyStoreIsReloadedOldAndNewConnectionsStepUpUnderTheCertificateTheyBeganWith() throws Exception {
        HeldCertificate renewed =
                ServerParts.authority().issue("localhost").server("localhost").make();
        BigInteger serial = renewed.certificate().getSerialNumber();
        try (TlsConnection old = connect()) {
            BigInteger before = old.serverCertificate().getSerialNumber();
            assertThat(before).isNotEqualTo(serial);
            Path aside = keyStore.resolveSibling("aside.p12");
            KeyStores.write(KeyStores.holding(renewed, DemoPki.PASSWORD), aside, DemoPki.PASSWORD);
            Files.move(aside, keyStore, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
            await().atMost(Duration.ofSeconds(20)).untilAsserted(() -> {
                try (TlsConnection next = connect()) {
                    assertThat(next.serverCertificate().getSerialNumber()).isEqualTo(serial);
                }
            });
            String path = "/step-up-" + environments.get(0) + "/secure";
            assertSteppedUp(old.get(path), new byte[0]);
            assertThat(old.serverCertificate().getSerialNumber()).isEqualTo(before);
            try (TlsConnection next = connect()) {
                assertSteppedUp(next.post(path, BODY), BODY);
                assertThat(next.serverCertificate().getSerialNumber()).isEqualTo(serial);
            }
        }
    }
}
