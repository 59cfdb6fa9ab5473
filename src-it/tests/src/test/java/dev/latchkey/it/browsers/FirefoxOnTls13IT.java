package dev.latchkey.it.browsers;

import static org.assertj.core.api.Assertions.assertThat;

import dev.latchkey.container.JettyHomeRun;
import dev.latchkey.it.ServerParts;
import java.io.IOException;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Firefox with post-handshake authentication switched on, which it is not as it comes; TLS by OpenSSL. */
class FirefoxOnTls13IT {
    private static final String PREFERENCES = "{\"security.default_personal_cert\":\"Select Automatically\","
            + "\"security.tls.enable_post_handshake_auth\":true}";

    @Test
    void itIsAskedOnTls13ByPostAndByGet(@TempDir Path dir) throws IOException {
        try (JettyHomeRun server = ServerParts.openSslBase("12.1", dir.resolve("base"))
                .modules("http2")
                .logFile(ServerParts.target().resolve("home-firefox-tls13.log"))
                .start()) {
            server.deploy("step-up", ServerParts.part("step-up.war"));
            String page = "https://localhost:" + server.httpsPort() + "/step-up/";
            BrowserHome home = BrowserHome.in(dir.resolve("home"))
                    .importing(ServerParts.pki().resolve("client.p12"));
            try (Browser browser = Browser.firefox(home, PREFERENCES)) {
                assertThat(browser.open("one", page)).contains("HTTP/2.0", "TLSv1.3", "None is known");
                assertThat(browser.click("one", "button[value=want]"))
                        .contains(ServerParts.ALICE, "HTTP/1.1", "TLSv1.3", "post-handshake-authentication");
                browser.picture("one", "firefox-tls13", 1000);
                assertThat(browser.open("two", page + "required"))
                        .contains("subject=" + ServerParts.ALICE, "protocol=TLSv1.3");
            }
        }
    }
}
