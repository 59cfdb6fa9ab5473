package dev.latchkey.it.browsers;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.latchkey.container.JettyHomeRun;
import dev.latchkey.it.ServerParts;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;

/**
 * What a person sees in a browser that arrives by HTTP/2: the example's page, its buttons and its links.
 *
 * <p>TLS is the JDK's own, which can ask on TLS 1.2 only: {@code latchkey.browserStepUp} sees to it that a browser comes back
 * on that. Its first connection is HTTP/2 on TLS 1.3.
 */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class BrowsersIT {
    private static final String WANT = "button[value=want]";
    private static final String NEED = "button[value=need]";
    private static final String FRESH = "button[value=fresh]";
    private static final String FORGET = "button[value=forget]";
    private static final String SHOWN = "The client was asked and showed a certificate.";
    private static final String NONE = "The client was asked and showed no certificate.";

    private static final String TLS_1_2_AUTOMATIC = "{\"security.default_personal_cert\":\"Select Automatically\","
            + "\"security.tls.enable_post_handshake_auth\":false}";

    /** As a desktop's window and as a phone's. */
    private static final int WIDE = 1000;

    private static final int NARROW = 375;

    private JettyHomeRun server;
    private String page;

    @BeforeAll
    void start(@TempDir Path dir) throws IOException {
        server = ServerParts.base("12.1", dir.resolve("base"))
                .modules("http2")
                .property("latchkey.browserStepUp", "true")
                .logFile(ServerParts.target().resolve("home-browsers.log"))
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

    private static Path aliceKeys() {
        return ServerParts.pki().resolve("client.p12");
    }

    /** What both browsers do alike: by POST and by GET, in two tabs, again, and after the server has forgotten. */
    private void showsItsCertificate(Browser browser, String name) throws IOException {
        assertThat(browser.open("one", page)).contains("HTTP/2.0", "TLSv1.3", "None is known");
        browser.picture("one", name + "-before", WIDE);

        assertThat(browser.click("one", WANT))
                .contains(SHOWN, ServerParts.ALICE, "HTTP/1.1", "TLSv1.2", "renegotiation");
        browser.picture("one", name + "-stepped-up", WIDE);
        browser.picture("one", name + "-stepped-up-phone", NARROW);

        assertThat(browser.open("two", page + "secure")).contains("subject=" + ServerParts.ALICE);
        assertThat(browser.open("two", page)).contains("A certificate when it is needed");
        assertThat(browser.click("two", NEED)).contains(ServerParts.ALICE, "HTTP/1.1");
        assertThat(browser.click("one", FRESH)).contains(SHOWN, ServerParts.ALICE);

        assertThat(browser.click("one", FORGET)).contains("None is known");
        assertThat(browser.open("one", page)).contains("None is known");
        assertThat(browser.click("one", WANT)).contains(ServerParts.ALICE);
    }

    private void tellsThatThereIsNone(Browser browser, String name) throws IOException {
        browser.open("one", page);
        assertThat(browser.click("one", WANT)).contains(NONE, "None is known");
        assertThat(browser.click("one", NEED)).contains("Refused", "LK201");
        browser.picture("one", name + "-without", NARROW);
    }

    @Test
    void chromiumComesBackFromHttp2WithItsCertificate(@TempDir Path dir) throws IOException {
        BrowserHome home = BrowserHome.in(dir).importing(aliceKeys());
        try (ChromiumPolicy selecting = ChromiumPolicy.selectFor(server.httpsPort())) {
            try (Browser browser = Browser.chromium(home)) {
                showsItsCertificate(browser, "chromium");
            }
            // The second visit, of a browser that was closed: nothing that it remembers stands in the way.
            try (Browser browser = Browser.chromium(home)) {
                assertThat(browser.open("one", page)).contains("None is known");
                assertThat(browser.click("one", WANT)).contains(ServerParts.ALICE);
            }
        }
    }

    @Test
    void chromiumWithoutACertificateTellsAndRemembersUntilItIsClosed(@TempDir Path dir) throws IOException {
        BrowserHome home = BrowserHome.in(dir);
        try (ChromiumPolicy selecting = ChromiumPolicy.selectFor(server.httpsPort())) {
            try (Browser browser = Browser.chromium(home)) {
                tellsThatThereIsNone(browser, "chromium");
                home.importing(aliceKeys());
                browser.open("two", page);
                assertThat(browser.click("two", WANT)).contains(NONE);
            }
            try (Browser browser = Browser.chromium(home)) {
                browser.open("one", page);
                assertThat(browser.click("one", WANT)).contains(ServerParts.ALICE);
            }
        }
    }

    @Test
    void firefoxComesBackFromHttp2WithItsCertificate(@TempDir Path dir) throws IOException {
        BrowserHome home = BrowserHome.in(dir).importing(aliceKeys());
        try (Browser browser = Browser.firefox(home, TLS_1_2_AUTOMATIC)) {
            showsItsCertificate(browser, "firefox");
        }
        try (Browser browser = Browser.firefox(home, TLS_1_2_AUTOMATIC)) {
            assertThat(browser.open("one", page)).contains("None is known");
            assertThat(browser.click("one", WANT)).contains(ServerParts.ALICE);
        }
    }

    @Test
    void firefoxWithoutACertificateTellsAndTakesOneThatComesLater(@TempDir Path dir) throws IOException {
        BrowserHome home = BrowserHome.in(dir);
        try (Browser browser = Browser.firefox(home, TLS_1_2_AUTOMATIC)) {
            tellsThatThereIsNone(browser, "firefox");
            home.importing(aliceKeys());
            browser.open("two", page);
            assertThat(browser.click("two", WANT)).contains(SHOWN, ServerParts.ALICE);
        }
        try (Browser browser = Browser.firefox(home, TLS_1_2_AUTOMATIC)) {
            browser.open("one", page);
            assertThat(browser.click("one", WANT)).contains(ServerParts.ALICE);
        }
    }

    // What a person chooses in the browser's own dialog, by the keyboard.

    @Test
    void chromiumAsksItsUserAndRemembersTheAnswerUntilItIsClosed(@TempDir Path dir) throws IOException {
        remembersItsUsersAnswer(dir, Browser::chromium);
    }

    @Test
    void firefoxAsksItsUserAndRemembersTheAnswerUntilItIsClosed(@TempDir Path dir) throws IOException {
        remembersItsUsersAnswer(
                dir, home -> Browser.firefox(home, "{\"security.default_personal_cert\":\"Ask Every Time\"}"));
    }

    private interface Starting {
        Browser start(BrowserHome home) throws IOException;
    }

    private void remembersItsUsersAnswer(Path dir, Starting browsers) throws IOException {
        try (XDisplay display = XDisplay.start()) {
            BrowserHome home = BrowserHome.in(dir).importing(aliceKeys()).on(display.name());
            try (Browser browser = browsers.start(home)) {
                answer(browser, display, "Escape", NONE);
                assertThat(browser.click("one", WANT)).contains(NONE); // no dialog any more
            }
            try (Browser browser = browsers.start(home)) {
                answer(browser, display, "Return", SHOWN);
                browser.click("one", FORGET);
                // No dialog any more. Afresh, because another of the browser's connections may have the certificate.
                assertThat(browser.click("one", FRESH)).contains(SHOWN, ServerParts.ALICE);
            }
        }
    }

    /** Presses a key of the dialog until the page shows what came of it: a key that comes too early is lost. */
    private void answer(Browser browser, XDisplay display, String key, String outcome) throws IOException {
        browser.open("one", page);
        browser.press("one", WANT);
        await().atMost(Duration.ofSeconds(60))
                .pollInterval(Duration.ofSeconds(1))
                .until(() -> {
                    display.key(key);
                    return browser.text("one").contains(outcome);
                });
    }
}
