package dev.latchkey.it.tls;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.latchkey.it.Lane;
import dev.latchkey.it.OnlyOn;
import dev.latchkey.it.embedded.StepUpServer;
import dev.latchkey.it.embedded.TestPki;
import dev.latchkey.testkit.KeyStores;
import dev.latchkey.testkit.TlsClient;
import dev.latchkey.testkit.TlsConnection;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.security.GeneralSecurityException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.stream.IntStream;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManagerFactory;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/**
 * A hundred requests on one connection of HTTP/2, whose resumed TLS session brings a certificate that is still to be judged:
 * one judgement serves them all, and while it hangs they leave threads for others.
 */
@OnlyOn(
        value = Lane.OPENSSL_TLS13,
        because =
                "with Jetty's SNI matchers JSSE resumes no session of TLS 1.2, and the herd is the same on each engine")
class HerdIT {
    private static final int HERD = 100;
    private static final int MOST = 20;
    private static final Duration SOON = Duration.ofSeconds(60);

    private final SlowTrust trust = new SlowTrust();

    @AfterEach
    void release() {
        trust.release();
    }

    private static SSLContext alice() throws GeneralSecurityException {
        KeyManagerFactory keys = KeyManagerFactory.getInstance("PKIX");
        keys.init(KeyStores.holding(TestPki.ALICE, "secret"), "secret".toCharArray());
        TrustManagerFactory trusted = TrustManagerFactory.getInstance("PKIX");
        trusted.init(KeyStores.trusting(TestPki.AUTHORITY));
        SSLContext context = SSLContext.getInstance("TLS");
        context.init(keys.getKeyManagers(), trusted.getTrustManagers(), null);
        return context;
    }

    private static HttpRequest get(StepUpServer server, String path) {
        return HttpRequest.newBuilder(URI.create("https://localhost:" + server.port() + path))
                .build();
    }

    private static String body(HttpClient client, HttpRequest request) throws Exception {
        HttpResponse<String> response = client.send(request, BodyHandlers.ofString());
        assertThat(response.version()).isEqualTo(HttpClient.Version.HTTP_2);
        return response.body();
    }

    @Test
    void oneJudgementServesThemAllAndOthersAreServedMeanwhile() throws Exception {
        SSLContext alice = alice();
        try (StepUpServer server = new StepUpServer(trust)
                .threads(60)
                .settings(f -> f.setMaxBlockedThreads(2 * MOST - 1)) // of which one address leaves as many as it has
                .http2()
                .wantClientAuth()
                .on("/open", Report.shows())
                .on("/plain", (request, response) -> response.getWriter().print("plain=yes\n"))
                .start()) {
            HttpClient first = HttpClient.newBuilder().sslContext(alice).build();
            assertThat(body(first, get(server, "/open"))).contains("current=CN=alice\n");
            HttpClient second = HttpClient.newBuilder().sslContext(alice).build();
            assertThat(body(second, get(server, "/plain"))).isEqualTo("plain=yes\n");
            assertThat(trust.timesJudged())
                    .as("the TLS session was resumed, and nobody has looked")
                    .isEqualTo(1);
            trust.hold();
            List<CompletableFuture<HttpResponse<String>>> herd = IntStream.range(0, HERD)
                    .mapToObj(i -> second.sendAsync(get(server, "/open"), BodyHandlers.ofString()))
                    .toList();
            trust.awaitJudging(1);
            await("those that may wait do, and the others see nobody")
                    .atMost(SOON)
                    .until(() -> herd.stream().filter(CompletableFuture::isDone).count() >= HERD - MOST);
            assertThat(server.factory().getBlockedThreads()).isEqualTo(MOST);
            try (TlsConnection other = TlsClient.trusting(TestPki.AUTHORITY)
                    .protocols(Lane.current().protocol())
                    .connect(server.port())) {
                assertThat(other.get("/plain").text()).isEqualTo("plain=yes\n");
            }
            trust.release();
            CompletableFuture.allOf(herd.toArray(CompletableFuture[]::new)).join();
            assertThat(herd)
                    .filteredOn(answer -> answer.join().body().contains("current=CN=alice\n"))
                    .hasSizeGreaterThanOrEqualTo(MOST);
            assertThat(body(second, get(server, "/open"))).contains("current=CN=alice\n");
            assertThat(trust.timesJudged()).isEqualTo(2);
            assertThat(server.factory().getBlockedThreads()).isZero();
        }
    }
}
