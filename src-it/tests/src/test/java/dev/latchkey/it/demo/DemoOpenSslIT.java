package dev.latchkey.it.demo;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.entry;

import dev.latchkey.it.Curl;
import dev.latchkey.it.InstalledJdk;
import dev.latchkey.it.ServerParts;
import dev.latchkey.testkit.HttpAnswer;
import dev.latchkey.testkit.ProgramResult;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The demo with TLS by OpenSSL: what it answers on TLS 1.3, and on TLS 1.2 besides. */
class DemoOpenSslIT {
    private static final int LIMIT = 1000;

    @TempDir
    static Path dir;

    private static Demo demo;

    @BeforeAll
    static void start() throws IOException {
        InstalledJdk.atLeast(22);
        demo = Demo.start(
                dir.resolve("openssl"),
                "--engine",
                "openssl",
                "--port",
                String.valueOf(Demo.freePort()),
                "--property",
                "latchkey.bodyLimit=" + LIMIT);
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

    private static Curl curl(String tls) {
        return demo.curl().tls(tls);
    }

    private static String body(int length) throws IOException {
        return "@" + Files.writeString(dir.resolve("body"), "x".repeat(length));
    }

    @ParameterizedTest
    @CsvSource({
        "1.3,/secure", "1.3,/required", "1.3,/async", "1.3,/fresh", "1.3,/injected",
        "1.2,/secure", "1.2,/required", "1.2,/async", "1.2,/fresh", "1.2,/injected"
    })
    void eachPathAsksByGetAndByPost(String tls, String path) throws Exception {
        Curl curl = curl(tls).certificate("client");
        assertSteppedUp(curl.get("/step-up" + path), tls, 0);
        assertSteppedUp(curl.with("--data-binary", body(LIMIT)).get("/step-up" + path), tls, LIMIT);
    }

    private static void assertSteppedUp(HttpAnswer answer, String tls, int bodyBytes) {
        assertThat(answer.status()).as(answer.toString()).isEqualTo(200);
        assertThat(answer.values())
                .contains(
                        entry("subject", ServerParts.ALICE),
                        entry("trusted", "true"),
                        entry("mechanism", tls.equals("1.3") ? "post-handshake-authentication" : "renegotiation"),
                        entry("protocol", "TLSv" + tls),
                        entry("alreadyPresent", "false"),
                        entry("bodyBytes", String.valueOf(bodyBytes)));
    }

    @ParameterizedTest
    @ValueSource(strings = {"1.2", "1.3"})
    void aStrangerIsRefusedAndTheConnectionGoesOn(String tls) throws Exception {
        ProgramResult result = curl(tls).certificate("stranger").run("/step-up/secure", "/step-up/open");
        assertThat(result.out()).contains("reason=untrusted", "code=LK202", "bodyBytes=0");
    }

    @ParameterizedTest
    @ValueSource(strings = {"1.2", "1.3"})
    void withoutACertificateItIsRefusedWhereOneIsNeeded(String tls) throws Exception {
        assertThat(curl(tls).get("/step-up/secure").values())
                .contains(entry("subject", ""), entry("protocol", "TLSv" + tls));
        HttpAnswer refused = curl(tls).get("/step-up/required");
        assertThat(refused.status()).isEqualTo(403);
        assertThat(refused.values()).contains(entry("reason", "no-certificate"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"1.2", "1.3"})
    void aBodyOverTheLimitIs413AndTheClientSeesIt(String tls) throws Exception {
        HttpAnswer answer = curl(tls)
                .certificate("client")
                .with("-H", "Expect:", "--data-binary", body(3_000_000))
                .get("/step-up/secure");
        assertThat(answer.status()).isEqualTo(413);
        assertThat(answer.values()).contains(entry("reason", "body-too-large"), entry("protocol", "TLSv" + tls));
    }

    @Test
    void itSaysWhatItUses() {
        assertThat(demo.output())
                .filteredOn(line -> line.startsWith("TLS by "))
                .singleElement()
                .asString()
                .startsWith("TLS by OpenSSL 3.")
                .contains("on Java " + InstalledJdk.atLeast(22).feature());
    }
}
