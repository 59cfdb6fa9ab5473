package dev.latchkey.it.hosts;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.entry;

import dev.latchkey.container.JettyBase;
import dev.latchkey.container.JettyHomeRun;
import dev.latchkey.it.Curl;
import dev.latchkey.it.ServerParts;
import dev.latchkey.testkit.HttpAnswer;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The properties of a real jetty-home, with curl. Its certificate is for localhost, which is the host that asks. */
class PropertiesIT {
    @TempDir
    Path dir;

    private JettyBase base(String line) throws IOException {
        return ServerParts.base(line, dir.resolve(line))
                .modules("http2")
                // Two names of one server, and a certificate for one of them.
                .property("jetty.ssl.sniHostCheck", "false")
                .logFile(ServerParts.target().resolve("home-hosts-" + line + ".log"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"12.0", "12.1"})
    void aHostAsksAndAnotherRedirectsThere(String line) throws Exception {
        try (JettyHomeRun server = base(line)
                .property("latchkey.hosts", "localhost")
                .property("latchkey.redirectHost", "localhost")
                .start()) {
            server.deploy("step-up", ServerParts.part("step-up.war"));
            Curl curl = Curl.to(server.httpsPort(), ServerParts.pki())
                    .certificate("client")
                    .with("-k", "--http2", "--tlsv1.3");
            assertThat(curl.get("/step-up/secure").values())
                    .contains(
                            entry("subject", ServerParts.ALICE),
                            entry("mechanism", "first-handshake"),
                            entry("protocol", "TLSv1.3"),
                            entry("httpVersion", "HTTP/2.0"));
            String other = "https://127.0.0.1:" + server.httpsPort() + "/step-up/";
            assertThat(curl.get(other + "open").values()).contains(entry("subject", ""));
            HttpAnswer redirected = curl.get(other + "secure?x=1");
            assertThat(redirected.status()).isEqualTo(307);
            assertThat(redirected.header("Location"))
                    .contains("https://localhost:" + server.httpsPort() + "/step-up/secure?x=1");
            assertThat(curl.with("-H", "Host: localhost").get(other + "open").status())
                    .isEqualTo(421);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"12.0", "12.1"})
    void aBrowsersWayToItsCertificate(String line) throws Exception {
        try (JettyHomeRun server =
                base(line).property("latchkey.browserStepUp", "true").start()) {
            server.deploy("step-up", ServerParts.part("step-up.war"));
            Curl curl = Curl.to(server.httpsPort(), ServerParts.pki())
                    .certificate("client")
                    .with("--http2");
            assertThat(curl.get("/step-up/open").values())
                    .contains(entry("protocol", "TLSv1.3"), entry("httpVersion", "HTTP/2.0"));
            assertThat(curl.get("/step-up/secure").values())
                    .contains(
                            entry("subject", ServerParts.ALICE),
                            entry("mechanism", "renegotiation"),
                            entry("protocol", "TLSv1.2"),
                            entry("httpVersion", "HTTP/1.1"));
            assertThat(server.log().from(0)).anyMatch(l -> l.contains("offers HTTP/2"));
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"12.0", "12.1"})
    void onHttp2AStatusCanTellTheReason(String line) throws Exception {
        try (JettyHomeRun server = base(line).property("latchkey.http2", "421").start()) {
            server.deploy("step-up", ServerParts.part("step-up.war"));
            HttpAnswer answer = Curl.to(server.httpsPort(), ServerParts.pki())
                    .certificate("client")
                    .with("--http2")
                    .get("/step-up/secure");
            assertThat(answer.status()).isEqualTo(421);
            assertThat(answer.values()).contains(entry("reason", "http-version"), entry("httpVersion", "HTTP/2.0"));
        }
    }

    @ParameterizedTest
    @CsvSource({
        "http2, sometimes, it must be reset or a status from 400 to 499",
        "http3, reset, it must be a status from 400 to 499",
        "browserStepUp, yes, it must be true or false",
        "hosts, https://a, it takes host names separated by commas",
        "hostsPresence, maybe, it must be want or need",
        "redirectHost, https://a, it must be a host name",
        "redirectStatus, 301, it must be 307 or 303",
    })
    void anUnknownValueStopsTheStartAndIsNamed(String property, String value, String told) throws Exception {
        assertThatThrownBy(() -> base("12.1")
                        .property("latchkey." + property, value)
                        .startTimeout(Duration.ofSeconds(60))
                        .start()
                        .close())
                .hasMessageContaining("latchkey." + property)
                .hasMessageContaining(value)
                .hasMessageContaining(told);
    }
}
