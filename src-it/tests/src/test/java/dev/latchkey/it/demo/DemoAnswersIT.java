package dev.latchkey.it.demo;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.latchkey.it.Curl;
import dev.latchkey.testkit.HeldCertificate;
import dev.latchkey.testkit.HttpAnswer;
import dev.latchkey.testkit.RecordPipe;
import dev.latchkey.testkit.TestPrograms;
import dev.latchkey.testkit.TlsClient;
import dev.latchkey.testkit.TlsConnection;
import dev.latchkey.testkit.TlsRecord;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.time.Duration;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Each path of the demo, each line of its answers, each refusal; with the JDK's TLS, on a server with short deadlines
 * and a small limit.
 */
class DemoAnswersIT {
    private static final int LIMIT = 1000;
    private static final String ALICE = "CN=alice,O=Latchkey demo";

    @TempDir
    static Path dir;

    private static Demo demo;

    @BeforeAll
    static void start() throws IOException {
        demo = Demo.start(
                dir.resolve("answers"),
                "--engine",
                "jdk",
                "--port",
                String.valueOf(Demo.freePort()),
                "--login",
                "password",
                "--deadline",
                "1.5",
                "--property",
                "latchkey.bodyLimit=" + LIMIT,
                "--property",
                "latchkey.bodyTimeout=1000");
    }

    @AfterAll
    static void stop() throws Exception {
        if (demo != null) {
            try {
                demo.terminate();
            } finally {
                demo.close();
            }
        }
    }

    private static String file(String name, String content) throws IOException {
        return Files.writeString(dir.resolve(name), content).toString();
    }

    private static String sha256(String text) throws Exception {
        return HexFormat.of()
                .formatHex(MessageDigest.getInstance("SHA-256").digest(text.getBytes(StandardCharsets.UTF_8)));
    }

    private static void assertAnswer(HttpAnswer answer, String subject, boolean alreadyPresent, String body)
            throws Exception {
        assertThat(answer.status()).as(answer.toString()).isEqualTo(200);
        assertThat(answer.header("content-type"))
                .hasValueSatisfying(type -> assertThat(type).startsWith("text/plain"));
        assertThat(answer.values())
                .containsExactlyInAnyOrderEntriesOf(Map.of(
                        "subject",
                        subject,
                        "trusted",
                        subject.isEmpty() ? "" : "true",
                        "mechanism",
                        answer.values().get("mechanism"),
                        "protocol",
                        "TLSv1.2",
                        "httpVersion",
                        "HTTP/1.1",
                        "alreadyPresent",
                        String.valueOf(alreadyPresent),
                        "bodyBytes",
                        String.valueOf(body.length()),
                        "bodySha256",
                        sha256(body)));
        assertThat(answer.saysClose()).isFalse();
    }

    private static void assertRefused(HttpAnswer answer, int status, String reason, String code) {
        assertThat(answer.status()).as(answer.toString()).isEqualTo(status);
        assertThat(answer.values()).containsEntry("reason", reason).containsEntry("code", code);
    }

    @ParameterizedTest
    @CsvSource({"alice,bob", "bob,alice"})
    void eachUserReadsItsOwnFilesAndNobodyElses(String user, String other) throws Exception {
        TestPrograms.requireRoot("the demo's example impersonation");
        Curl curl = demo.curl().tls("1.2").with("-u", user + ":latchkey");
        HttpAnswer own = curl.get("/impersonation/" + user + "/notes.txt");
        assertThat(own.status()).as(own.toString()).isEqualTo(200);
        assertThat(own.text()).contains("a file of " + user);
        assertThat(curl.get("/impersonation/").text()).contains(user + "/notes.txt", "read as " + user);
        assertThat(curl.get("/impersonation/" + other + "/notes.txt").status()).isEqualTo(403);
        assertThat(demo.curl().tls("1.2").get("/impersonation/").status()).isEqualTo(401);
    }

    @Test
    void thePageIsHtml() throws Exception {
        HttpAnswer answer = demo.curl().tls("1.2").get("/step-up/");
        assertThat(answer.status()).isEqualTo(200);
        assertThat(answer.header("content-type"))
                .hasValueSatisfying(type -> assertThat(type).startsWith("text/html"));
        assertThat(answer.text()).contains("<!DOCTYPE html>", "TLSv1.2");
    }

    @Test
    void openNeverAsksAndShowsWhatIsKnown() throws Exception {
        HttpAnswer open = demo.withClient().get("/step-up/open");
        assertAnswer(open, "", false, "");
        assertThat(open.values()).containsEntry("mechanism", "");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"/step-up/secure", "/step-up/required", "/step-up/fresh", "/step-up/async", "/step-up/injected"})
    void aTrustedClientStepsUpByGetAndPost(String path) throws Exception {
        HttpAnswer got = demo.withClient().get(path);
        assertAnswer(got, ALICE, false, "");
        assertThat(got.values()).containsEntry("mechanism", "renegotiation");
        String body = "x".repeat(LIMIT);
        HttpAnswer posted =
                demo.withClient().with("--data", "@" + file("limit", body)).get(path);
        assertAnswer(posted, ALICE, false, body);
        assertThat(posted.values()).containsEntry("mechanism", "renegotiation");
    }

    @Test
    void aCertificateGotByOnePathServesTheOthersWithoutAskingAgain() throws Exception {
        try (TlsConnection connection = client("client").connect(demo.port())) {
            assertAnswer(connection.get("/step-up/required"), ALICE, false, "");
            assertAnswer(connection.get("/step-up/secure"), ALICE, true, "");
            assertAnswer(connection.get("/step-up/required"), ALICE, true, "");
            assertAnswer(connection.get("/step-up/open"), ALICE, true, "");
            String large = "x".repeat(20 * LIMIT);
            // The limit counts only where something has to be negotiated.
            assertAnswer(
                    connection.post("/step-up/secure", large.getBytes(StandardCharsets.US_ASCII)), ALICE, true, large);
            assertThat(connection.timesAsked()).isEqualTo(1);
        }
    }

    private static TlsClient client(String name) throws Exception {
        Path files = dir.resolve("answers");
        return TlsClient.trusting(HeldCertificate.read(files.resolve("ca.pem"), files.resolve("ca.key")))
                .protocols("TLSv1.2")
                .serverName("localhost")
                .certificate(HeldCertificate.read(files.resolve(name + ".pem"), files.resolve(name + ".key")));
    }

    @Test
    void withoutACertificateItIsAskedAndRefusedWhereOneIsNeeded() throws Exception {
        Curl curl = demo.curl().tls("1.2");
        HttpAnswer secure = curl.get("/step-up/secure");
        assertAnswer(secure, "", false, "");
        assertThat(secure.values()).containsEntry("mechanism", "renegotiation");
        HttpAnswer required = curl.get("/step-up/required");
        assertRefused(required, 403, "no-certificate", "LK201");
        assertThat(required.saysClose()).isFalse();
    }

    @ParameterizedTest
    @ValueSource(strings = {"/step-up/secure", "/step-up/required"})
    void aStrangerIsRefusedWithAnEmptySubject(String path) throws Exception {
        Curl curl = demo.curl().tls("1.2").certificate("stranger");
        for (HttpAnswer answer :
                List.of(curl.get(path), curl.with("-d", "a body").get(path))) {
            assertRefused(answer, 403, "untrusted", "LK202");
            assertThat(answer.values()).containsEntry("subject", "").containsEntry("protocol", "TLSv1.2");
        }
    }

    @ParameterizedTest
    @CsvSource({"client", "stranger"})
    void onTls13TheReasonIsTheEngine(String certificate) throws Exception {
        Curl curl = demo.curl().tls("1.3").certificate(certificate);
        for (HttpAnswer answer :
                List.of(curl.get("/step-up/secure"), curl.with("-d", "a").get("/step-up/secure"))) {
            assertRefused(answer, 403, "engine-cannot", "LK105");
            assertThat(answer.values()).containsEntry("protocol", "TLSv1.3").containsEntry("subject", "");
        }
        assertThat(curl.run("/step-up/secure", "/step-up/open").out())
                .as("the same connection goes on")
                .contains("reason=engine-cannot", "bodyBytes=0");
    }

    @Test
    void anExpiredCertificateIsItsOwnReason() throws Exception {
        Path files = dir.resolve("answers");
        HeldCertificate late = HeldCertificate.read(files.resolve("ca.pem"), files.resolve("ca.key"))
                .issue("late")
                .client()
                .validFor(Duration.ofMinutes(-5))
                .make();
        file("answers/late.pem", late.chainPem());
        file("answers/late.key", late.keyPem());
        HttpAnswer answer = demo.curl().tls("1.2").certificate("late").get("/step-up/secure");
        assertRefused(answer, 403, "expired", "LK203");
        assertThat(answer.values()).containsEntry("subject", "");
    }

    @ParameterizedTest
    @ValueSource(strings = {"Expect:", "Expect: 100-continue", "Expect:|Transfer-Encoding: chunked"})
    void aBodyOverTheLimitIs413AndTheClientSeesIt(String headers) throws Exception {
        Curl curl = demo.withClient().with("--data-binary", "@" + file("large", "x".repeat(3_000_000)));
        for (String header : headers.split("\\|")) {
            curl = curl.with("-H", header);
        }
        HttpAnswer answer = curl.get("/step-up/secure");
        assertRefused(answer, 413, "body-too-large", "LK301");
        assertThat(answer.saysClose()).isTrue();
    }

    @Test
    void oneByteOverTheLimitIs413AlreadyByItsContentLength() throws Exception {
        try (TlsConnection connection = client("client").connect(demo.port())) {
            connection.send(
                    "POST /step-up/secure HTTP/1.1\r\nHost: localhost\r\nContent-Length: " + (LIMIT + 1) + "\r\n\r\n");
            // Not a byte of the body has been sent.
            HttpAnswer answer = connection.readFinal();
            assertRefused(answer, 413, "body-too-large", "LK301");
            assertThat(answer.saysClose()).isTrue();
        }
        try (TlsConnection connection = client("client").connect(demo.port())) {
            connection.send("POST /step-up/secure HTTP/1.1\r\nHost: localhost\r\nExpect: 100-continue\r\n"
                    + "Content-Length: " + (LIMIT + 1) + "\r\n\r\n");
            assertThat(connection.read().status()).as("not 100").isEqualTo(413);
        }
    }

    @Test
    void aBodyThatIsExpectedIsAskedForOnlyAfterTheStepUp() throws Exception {
        try (TlsConnection connection = client("client").connect(demo.port())) {
            connection.send("POST /step-up/secure HTTP/1.1\r\nHost: localhost\r\nExpect: 100-continue\r\n"
                    + "Content-Length: 6\r\n\r\n");
            assertThat(connection.read().status()).isEqualTo(100);
            assertThat(connection.timesAsked()).isEqualTo(1);
            connection.send("a body");
            assertAnswer(connection.readFinal(), ALICE, false, "a body");
        }
    }

    @Test
    void aBodyThatDoesNotComeIs408() throws Exception {
        try (TlsConnection connection = client("client").connect(demo.port())) {
            connection.send("POST /step-up/secure HTTP/1.1\r\nHost: localhost\r\nContent-Length: 6\r\n\r\na b");
            HttpAnswer answer = connection.readFinal();
            assertRefused(answer, 408, "body-timeout", "LK303");
            assertThat(answer.saysClose()).isTrue();
            assertThat(connection.timesAsked()).isZero();
        }
    }

    @Test
    void aClientThatDoesNotAnswerLosesItsConnectionAtTheDeadline() throws Exception {
        try (RecordPipe pipe = RecordPipe.to(demo.port());
                TlsConnection connection = client("client").connect(pipe.port())) {
            assertThat(connection.get("/step-up/open").values()).containsEntry("protocol", "TLSv1.2");
            // The server may answer before the pipe has counted: one too few would stall the next request as well.
            await().until(() -> pipe.toServer().records(TlsRecord.APPLICATION_DATA) == 1);
            // The request goes through, the answer to the HelloRequest does not.
            pipe.toServer().stallAfterRecords(pipe.toServer().records() + 1L);
            long before = System.nanoTime();
            assertThatThrownBy(() -> connection.get("/step-up/secure")).isInstanceOf(IOException.class);
            assertThat(Duration.ofNanos(System.nanoTime() - before))
                    .isBetween(Duration.ofMillis(1400), Duration.ofSeconds(10));
        }
    }

    @Test
    void aRequestThatIsThereWhenTheRenegotiationStartsIsNeverServed() throws Exception {
        try (TlsConnection connection = client("client").connect(demo.port())) {
            String one = "GET /step-up/secure HTTP/1.1\r\nHost: localhost\r\n\r\n";
            connection.send(one + one.replace("secure", "open"));
            HttpAnswer answer = connection.readFinal();
            assertThat(answer.status()).isEqualTo(200);
            assertThat(answer.values()).containsEntry("subject", ALICE);
            assertThat(answer.saysClose()).isTrue();
            assertThat(connection.readByte()).as("the connection ends").isEqualTo(-1);
        }
    }
}
