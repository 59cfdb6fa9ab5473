package dev.latchkey.it.browsers;

import static org.assertj.core.api.Assertions.assertThat;

import dev.latchkey.container.JettyHomeRun;
import dev.latchkey.it.ServerParts;
import java.io.IOException;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;

/**
 * TLS by OpenSSL, with {@code latchkey.browserStepUp}: browsers as they come are asked on TLS 1.2, and Firefox with
 * post-handshake authentication switched on keeps TLS 1.3 and is asked there.
 */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class BrowsersOnOpenSslIT {
    private static final String WANT = "button[value=want]";

    private JettyHomeRun server;
    private String page;

    @BeforeAll
    void start(@TempDir Path dir) throws IOException {
        server = ServerParts.openSslBase("12.1", dir.resolve("base"))
                .modules("http2")
                .property("latchkey.browserStepUp", "true")
                .logFile(ServerParts.target().resolve("home-browsers-openssl.log"))
                .start();
        server.deploy("step-up", ServerParts.part("step-up.war"));
        page = "https://localhost:" + server.httpsPort() + "/step-up/";
    }

    @AfterAll
    void stop() {
        if (server != null) {
            server.close();
        }
    }

    private static BrowserHome alice(Path dir) throws IOException {
        return BrowserHome.in(dir).importing(ServerParts.pki().resolve("client.p12"));
    }

    private static String firefox(boolean postHandshake) {
        return "{\"security.default_personal_cert\":\"Select Automatically\","
                + "\"security.tls.enable_post_handshake_auth\":" + postHandshake + "}";
    }

    /** By POST, by GET in another tab, and again. */
    private void showsItsCertificate(Browser browser, String tls, String mechanism) throws IOException {
        assertThat(browser.open("one", page)).contains("HTTP/2.0", "TLSv1.3", "None is known");
        assertThat(browser.click("one", WANT)).contains(ServerParts.ALICE, "HTTP/1.1", tls, mechanism);
        assertThat(browser.open("two", page + "required")).contains("subject=" + ServerParts.ALICE, "protocol=" + tls);
        assertThat(browser.click("one", "button[value=fresh]"))
                .contains("The client was asked and showed a certificate.", ServerParts.ALICE);
    }

    @Test
    void firefoxWithPostHandshakeAuthenticationIsAskedOnTls13(@TempDir Path dir) throws IOException {
        try (Browser browser = Browser.firefox(alice(dir), firefox(true))) {
            showsItsCertificate(browser, "TLSv1.3", "post-handshake-authentication");
            browser.picture("one", "firefox-tls13", 1000);
        }
    }

    @Test
    void firefoxAsItComesIsAskedOnTls12(@TempDir Path dir) throws IOException {
        try (Browser browser = Browser.firefox(alice(dir), firefox(false))) {
            showsItsCertificate(browser, "TLSv1.2", "renegotiation");
        }
    }

    @Test
    void chromiumIsAskedOnTls12(@TempDir Path dir) throws IOException {
        try (ChromiumPolicy selecting = ChromiumPolicy.selectFor(server.httpsPort());
                Browser browser = Browser.chromium(alice(dir))) {
            showsItsCertificate(browser, "TLSv1.2", "renegotiation");
        }
    }
}
