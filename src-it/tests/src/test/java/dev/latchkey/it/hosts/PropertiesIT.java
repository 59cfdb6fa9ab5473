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
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
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
            assertThat(server.log().from(0))
                    .anyMatch(l -> l.contains("ServerConnector")
                            && l.contains("offers HTTP/2")
                            && l.endsWith("latchkey.http2=reset"));
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

    /** One of each kind; what each property takes is checked where the module is built. */
    @Test
    void anUnknownValueStopsTheStartAndIsNamed() throws Exception {
        Map<String, String> told = Map.of(
                "deadline=2min", "it must be a whole number of milliseconds",
                "paths=admin/*", "it takes patterns of servlets",
                "userName=dn", "it must be one of subject, email, upn, pattern",
                "http2=sometimes", "it must be reset or a status from 400 to 499",
                "redirectHost=https://a", "it must be a host name");
        JettyBase base = base("12.1").startTimeout(Duration.ofSeconds(60));
        for (Map.Entry<String, String> each : told.entrySet()) {
            String[] words = each.getKey().split("=");
            assertThatThrownBy(() ->
                            base.start(List.of("latchkey." + each.getKey())).close())
                    .hasMessageContaining("latchkey." + words[0])
                    .hasMessageContaining(words[1])
                    .hasMessageContaining(each.getValue());
        }
    }
}
