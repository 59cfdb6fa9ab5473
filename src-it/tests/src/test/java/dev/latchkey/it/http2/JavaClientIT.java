package dev.latchkey.it.http2;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.latchkey.ClientCertificates;
import dev.latchkey.it.embedded.StepUpServer;
import dev.latchkey.it.embedded.TestPki;
import dev.latchkey.testkit.KeyStores;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManagerFactory;
import org.junit.jupiter.api.Test;

/** Java's own client does not follow HTTP_1_1_REQUIRED; one line of its settings helps. */
class JavaClientIT {
    @Test
    void itFailsUponTheResetAndIsAskedOnHttp11() throws Exception {
        StepUpServer setUp = new StepUpServer().http2().on("/ask", (request, response) -> response.getWriter()
                .print(ClientCertificates.of(request)
                                .negotiateClientCertificate()
                                .certificate()
                                .orElseThrow()
                                .getSubjectX500Principal()
                                .getName()
                        + " by " + request.getProtocol()));
        try (StepUpServer server = setUp.start()) {
            HttpClient client = HttpClient.newBuilder().sslContext(alice()).build();
            HttpRequest.Builder request = HttpRequest.newBuilder(
                            URI.create("https://localhost:" + server.port() + "/ask"))
                    .timeout(Duration.ofSeconds(30));
            assertThatThrownBy(() -> client.send(request.build(), HttpResponse.BodyHandlers.ofString()))
                    .isInstanceOf(IOException.class);
            HttpResponse<String> answer = client.send(
                    request.version(HttpClient.Version.HTTP_1_1).build(), HttpResponse.BodyHandlers.ofString());
            assertThat(answer.body()).isEqualTo("CN=alice by HTTP/1.1");
        }
    }

    private static SSLContext alice() throws Exception {
        KeyManagerFactory own = KeyManagerFactory.getInstance("PKIX");
        own.init(KeyStores.holding(TestPki.ALICE, "secret"), "secret".toCharArray());
        TrustManagerFactory trust = TrustManagerFactory.getInstance("PKIX");
        trust.init(KeyStores.trusting(TestPki.AUTHORITY));
        SSLContext context = SSLContext.getInstance("TLS");
        context.init(own.getKeyManagers(), trust.getTrustManagers(), null);
        return context;
    }
}
