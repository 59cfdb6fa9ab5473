package dev.latchkey.it.browsers;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.latchkey.container.JettyHomeRun;
import dev.latchkey.it.ServerParts;
import dev.latchkey.testkit.DemoPki;
import dev.latchkey.testkit.HeldCertificate;
import dev.latchkey.testkit.KeyStores;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;

/**
 * A host that asks in the first handshake, beside one that does not, with one certificate for both: HTTP/2 and TLS 1.3 all
 * the way, and browsers that would put both on one connection.
 */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class HostsInBrowsersIT {
    private static final String WWW = "www.example.org";
    private static final String CERT = "cert.example.org";

    private Path requests;
    private JettyHomeRun server;

    @BeforeAll
    void start(@TempDir Path dir) throws IOException {
        HeldCertificate both = ServerParts.authority()
                .issue("hosts")
                .server("localhost", WWW, CERT)
                .make();
        Path keys =
                KeyStores.write(KeyStores.holding(both, DemoPki.PASSWORD), dir.resolve("hosts.p12"), DemoPki.PASSWORD);
        requests = dir.resolve("base/logs");
        server = ServerParts.base("12.1", dir.resolve("base"))
                .keyStore(keys, DemoPki.PASSWORD)
                .modules("http2", "requestlog")
                .property("latchkey.hosts", CERT)
                .property("latchkey.redirectHost", CERT)
                .logFile(ServerParts.target().resolve("home-browsers-hosts.log"))
                .start();
        server.deploy("step-up", ServerParts.part("step-up.war"));
    }

    @AfterAll
    void stop() {
        if (server != null) {
            server.close();
        }
    }

    private String page(String host) {
        return "https://" + host + ":" + server.httpsPort() + "/step-up/";
    }

    private void getsToTheAskingHost(Browser browser, String name) throws IOException {
        long before = misdirected();
        assertThat(browser.open("one", page(WWW))).contains("HTTP/2.0", "TLSv1.3", "None is known");
        assertThat(browser.open("two", page(CERT)))
                .contains("HTTP/2.0", "TLSv1.3", ServerParts.ALICE, "first-handshake");
        browser.picture("two", name + "-asking-host", 1000);
        // Redirected, by GET.
        assertThat(browser.click("one", "a[href=required]"))
                .contains("subject=" + ServerParts.ALICE, "mechanism=first-handshake", "httpVersion=HTTP/2.0");
        assertThat(browser.open("one", page(WWW))).contains("HTTP/2.0", "None is known");
        await("a request on the other host's connection")
                .untilAsserted(() -> assertThat(misdirected()).isGreaterThan(before));
    }

    /** {@return how many requests were answered 421 so far} */
    private long misdirected() throws IOException {
        try (Stream<Path> files = Files.list(requests)) {
            Path log = files.filter(file -> file.toString().endsWith("request.log"))
                    .findFirst()
                    .orElseThrow();
            return Files.readAllLines(log).stream()
                    .filter(line -> line.contains("\" 421 "))
                    .count();
        }
    }

    private BrowserHome alice(Path dir) throws IOException {
        return BrowserHome.in(dir).importing(ServerParts.pki().resolve("client.p12"));
    }

    @Test
    void chromiumComesBackOnAConnectionOfItsOwn(@TempDir Path dir) throws IOException {
        try (ChromiumPolicy selecting = ChromiumPolicy.selectFor(CERT, server.httpsPort());
                Browser browser =
                        Browser.chromium(alice(dir), "[\"--host-resolver-rules=MAP *.example.org 127.0.0.1\"]")) {
            getsToTheAskingHost(browser, "chromium");
        }
    }

    @Test
    void firefoxComesBackOnAConnectionOfItsOwn(@TempDir Path dir) throws IOException {
        try (Browser browser = Browser.firefox(
                alice(dir),
                "{\"security.default_personal_cert\":\"Select Automatically\",\"network.dns.localDomains\":\"" + WWW
                        + "," + CERT + "\"}")) {
            getsToTheAskingHost(browser, "firefox");
        }
    }
}
