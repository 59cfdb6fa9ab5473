package dev.latchkey.it.hosts;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.entry;

import dev.latchkey.NegotiationOptions.Presence;
import dev.latchkey.it.Curl;
import dev.latchkey.it.embedded.StepUpServer;
import dev.latchkey.it.embedded.TestPki;
import dev.latchkey.jetty.ModuleProperties;
import dev.latchkey.testkit.HttpAnswer;
import dev.latchkey.testkit.TlsClient;
import dev.latchkey.testkit.TlsConnection;
import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Some hosts ask in the first handshake; all others are as if these were not there. */
class AskingHostIT {
    @TempDir
    Path dir;

    @ParameterizedTest
    @CsvSource({"1.2,--http1.1", "1.2,--http2", "1.3,--http1.1", "1.3,--http2"})
    void theseHostsAskInTheFirstHandshakeAndOthersDoNot(String tls, String http) throws Exception {
        try (StepUpServer server = Hosts.asking().start()) {
            Curl curl = Hosts.curl(dir, server.port()).tls(tls).with(http).certificate("alice");
            String version = http.equals("--http2") ? "HTTP/2.0" : "HTTP/1.1";
            for (String host : new String[] {Hosts.CERT, Hosts.PKI}) {
                assertThat(curl.get(Hosts.url(host, server.port(), "/ask")).values())
                        .contains(
                                entry("subject", "CN=alice"),
                                entry("mechanism", "first-handshake"),
                                entry("tls", "TLSv" + tls),
                                entry("http", version));
            }
            assertThat(curl.get(Hosts.url(Hosts.WWW, server.port(), "/open")).values())
                    .contains(
                            entry("subject", ""),
                            entry("session", ""),
                            entry("tls", "TLSv" + tls),
                            entry("http", version));
        }
    }

    /** Its hello is read before TLS begins, and the buffer for that is taken when it comes. */
    @Test
    void aClientThatHasSaidNothingCostsNoBuffer() throws Exception {
        try (StepUpServer server = Hosts.asking().start()) {
            List<Socket> silent = new ArrayList<>();
            for (int i = 0; i < 20; i++) {
                silent.add(new Socket(InetAddress.getLoopbackAddress(), server.port()));
            }
            server.awaitConnections(20);
            assertThat(server.buffersOut()).isZero();
            silent.get(0).getOutputStream().write(new byte[] {22, 3, 1}); // a record begins
            Awaitility.await().until(() -> server.buffersOut() == 1);
            for (Socket each : silent) {
                each.close();
            }
            server.awaitConnections(0);
        }
    }

    @Test
    void wantedTheyServeWithoutAndNeededTheyDoNot() throws Exception {
        try (StepUpServer server = Hosts.asking().start()) {
            Curl curl = Hosts.curl(dir, server.port());
            assertThat(curl.get(Hosts.url(Hosts.CERT, server.port(), "/open")).values())
                    .contains(entry("subject", ""));
        }
        try (StepUpServer server = Hosts.asking()
                .settings(f -> f.getAlternatives().setHostsPresence(Presence.NEED))
                .start()) {
            Curl curl = Hosts.curl(dir, server.port());
            assertThatThrownBy(() -> curl.get(Hosts.url(Hosts.CERT, server.port(), "/open")))
                    .isInstanceOf(IOException.class);
            assertThat(curl.certificate("alice")
                            .get(Hosts.url(Hosts.CERT, server.port(), "/open"))
                            .values())
                    .contains(entry("subject", "CN=alice"));
            assertThat(curl.get(Hosts.url(Hosts.WWW, server.port(), "/open")).status())
                    .isEqualTo(200);
        }
    }

    /** It was asked and has answered; another connection, of HTTP/1.1, would not change that. */
    @ParameterizedTest
    @CsvSource({"1.2,--http2", "1.3,--http2"})
    void whoShowedNoneInTheFirstHandshakeIsNotSentAway(String tls, String http) throws Exception {
        try (StepUpServer server = Hosts.asking()
                .settings(f -> f.getAlternatives().setRedirectHost(Hosts.CERT))
                .start()) {
            Curl curl = Hosts.curl(dir, server.port()).tls(tls).with(http);
            assertThat(curl.get(Hosts.url(Hosts.CERT, server.port(), "/ask")).values())
                    .contains(entry("subject", ""), entry("mechanism", "first-handshake"), entry("http", "HTTP/2.0"));
            HttpAnswer needed = curl.get(Hosts.url(Hosts.CERT, server.port(), "/need"));
            assertThat(needed.status()).isEqualTo(403);
            assertThat(needed.values()).contains(entry("reason", "no-certificate"));
        }
    }

    @Test
    void onTls13ItIsToldThatItShowedNoneAndNotThatItCannotBeAsked() throws Exception {
        try (StepUpServer server = Hosts.asking().start();
                TlsConnection connection = TlsClient.trusting(TestPki.AUTHORITY)
                        .protocols("TLSv1.3")
                        .serverName(Hosts.CERT)
                        .connect(server.port())) {
            assertThat(Hosts.get(connection, Hosts.CERT, "/need").values()).contains(entry("reason", "no-certificate"));
            HttpAnswer wanted = Hosts.get(connection, Hosts.CERT, "/ask");
            assertThat(wanted.status()).isEqualTo(200);
            assertThat(wanted.values()).contains(entry("subject", ""), entry("mechanism", "first-handshake"));
            assertThat(Hosts.get(connection, Hosts.CERT, "/fresh").values().get("reason"))
                    .as("a fresh proof cannot be had in this way")
                    .isIn("engine-cannot", "client-cannot");
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"--http1.1", "--http2"})
    void aRequestForSuchAHostOnAConnectionOfAnotherIsMisdirected(String http) throws Exception {
        try (StepUpServer server = Hosts.asking().start()) {
            Curl curl = Hosts.curl(dir, server.port()).with(http).certificate("alice");
            String www = Hosts.url(Hosts.WWW, server.port(), "/open");
            assertThat(curl.with("-H", "Host: " + Hosts.CERT).get(www).status()).isEqualTo(421);
            assertThat(curl.with("-H", "Host: " + Hosts.CERT.toUpperCase(Locale.ROOT))
                            .get(www)
                            .status())
                    .isEqualTo(421);
            String cert = Hosts.url(Hosts.CERT, server.port(), "/open");
            assertThat(curl.with("-H", "Host: " + Hosts.PKI).get(cert).status()).isEqualTo(421);
            HttpAnswer other = curl.with("-H", "Host: " + Hosts.WWW).get(cert);
            assertThat(other.status()).isEqualTo(421);
            assertThat(other.text()).doesNotContain("alice");
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"TLSv1.2", "TLSv1.3"})
    void r27SitesWithoutAPolicyAreNeverRefusedForAMissingName(String tls) throws Exception {
        try (StepUpServer server = Hosts.asking().start();
                TlsConnection nameless = Hosts.java(tls).connect(server.port())) {
            for (String host : new String[] {"localhost", Hosts.WWW, "127.0.0.1"}) {
                assertThat(Hosts.get(nameless, host, "/open").status()).as(host).isEqualTo(200);
            }
            assertThat(nameless.timesAsked()).isZero();
            assertThat(Hosts.get(nameless, Hosts.CERT, "/open").status()).isEqualTo(421);
            assertThat(Hosts.get(nameless, Hosts.WWW, "/open").status()).isEqualTo(200);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"TLSv1_2", "TLSv1_3"})
    void aSessionOfAnotherHostDoesNotSkipTheQuestion(String tls) throws Exception {
        try (StepUpServer server =
                Hosts.askingWithoutMatchers().protocols(tls.replace("_", ".")).start()) {
            List<String> answers =
                    new SessionKeepingClient(dir, server.port(), tls).get(Hosts.WWW, Hosts.CERT, Hosts.CERT);
            assertThat(answers.get(0)).contains("reused=False\n").contains("\nsubject=\n");
            assertThat(answers.get(1)).contains("reused=False\n").contains("\nsubject=CN=alice\n");
            assertThat(answers.get(2))
                    .as("of the same host")
                    .contains(tls.equals("TLSv1_3") ? "reused=True\n" : "reused=")
                    .contains("\nsubject=CN=alice\n");
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"TLSv1_2", "TLSv1_3"})
    void aSessionOfSuchAHostBringsNobodyToAnother(String tls) throws Exception {
        try (StepUpServer server =
                Hosts.askingWithoutMatchers().protocols(tls.replace("_", ".")).start()) {
            List<String> answers =
                    new SessionKeepingClient(dir, server.port(), tls).get(Hosts.CERT, Hosts.WWW, Hosts.WWW, Hosts.CERT);
            assertThat(answers.get(0)).contains("\nsubject=CN=alice\n");
            for (int i = 1; i <= 2; i++) {
                assertThat(answers.get(i))
                        .as("JSSE resumes it on TLS 1.3, which is why we look")
                        .contains(Hosts.isJsse(server) && tls.equals("TLSv1_3") ? "reused=True\n" : "reused=")
                        .contains("\nsubject=\n")
                        .contains("\nsession=\n");
            }
            assertThat(answers.get(3)).contains("\nsubject=CN=alice\n");
        }
    }

    @Test
    void aCertificateThatIsNotTrustedIsNoneHereEither() throws Exception {
        try (StepUpServer server = Hosts.asking().start()) {
            TlsClient client = TlsClient.trusting(TestPki.AUTHORITY)
                    .protocols("TLSv1.3")
                    .certificate(TestPki.STRANGER)
                    .serverName(Hosts.CERT);
            assertThatThrownBy(() -> {
                        try (TlsConnection connection = client.connect(server.port())) {
                            Hosts.get(connection, Hosts.CERT, "/open");
                        }
                    })
                    .isInstanceOf(IOException.class);
        }
    }

    @Test
    void unknownValuesAreRefusedByName() {
        assertThatThrownBy(() -> Hosts.server()
                        .settings(f -> f.getAlternatives().setHosts("a_b,https://x"))
                        .start())
                .hasMessageContaining("latchkey.hosts has https://x");
        assertThatThrownBy(() -> Hosts.server()
                        .settings(f -> ModuleProperties.set(f, "latchkey.hostsPresence", "maybe"))
                        .start())
                .hasMessage("latchkey.hostsPresence=maybe: it must be need or want");
    }
}
