package dev.latchkey.jetty;

import static org.assertj.core.api.Assertions.assertThat;

import dev.latchkey.ClientCertificate;
import dev.latchkey.ClientCertificates;
import dev.latchkey.NegotiationException;
import dev.latchkey.testkit.HeldCertificate;
import dev.latchkey.testkit.KeyStores;
import dev.latchkey.testkit.TestPrograms;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.eclipse.jetty.http.HttpHeader;
import org.eclipse.jetty.io.Content;
import org.eclipse.jetty.server.Handler;
import org.eclipse.jetty.server.HttpConfiguration;
import org.eclipse.jetty.server.HttpConnectionFactory;
import org.eclipse.jetty.server.Request;
import org.eclipse.jetty.server.Response;
import org.eclipse.jetty.server.Server;
import org.eclipse.jetty.server.ServerConnector;
import org.eclipse.jetty.util.Callback;
import org.eclipse.jetty.util.ssl.SslContextFactory;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The main job, embedded and with a real client: the shortest way from a request to a certificate. */
class EmbeddedStepUpTest {
    @TempDir
    Path dir;

    private final HeldCertificate authority = HeldCertificate.authority("Latchkey Test CA");
    private final HeldCertificate client = authority.issue("alice").client().make();
    private final Server server = new Server();
    private ServerConnector connector;

    @BeforeEach
    void start() throws Exception {
        SslContextFactory.Server tls = new SslContextFactory.Server();
        tls.setKeyStore(KeyStores.holding(
                authority.issue("localhost").server("localhost", "127.0.0.1").make(), "secret"));
        tls.setKeyStorePassword("secret");
        tls.setTrustStore(KeyStores.trusting(authority));
        connector = new ServerConnector(server, tls, new HttpConnectionFactory(new HttpConfiguration()));
        connector.setHost("127.0.0.1");
        LatchkeySslConnectionFactory.install(connector);
        server.addConnector(connector);
        server.setHandler(new StepUpHandler());
        server.start();
        Files.writeString(dir.resolve("ca.pem"), authority.chainPem());
        Files.writeString(dir.resolve("client.pem"), client.chainPem());
        Files.writeString(dir.resolve("client.key"), client.keyPem());
    }

    @AfterEach
    void stop() throws Exception {
        server.stop();
    }

    private static final class StepUpHandler extends Handler.Abstract {
        @Override
        public boolean handle(Request request, Response response, Callback callback) throws Exception {
            String answer;
            try {
                ClientCertificate c = ClientCertificates.of(request).negotiateClientCertificate();
                answer = "subject="
                        + c.certificate()
                                .map(x -> x.getSubjectX500Principal().getName())
                                .orElse("") + " present=" + c.wasAlreadyPresent();
            } catch (NegotiationException x) {
                response.setStatus(x.status());
                answer = "reason=" + x.reason().token();
            }
            String body = Content.Source.asString(request);
            response.getHeaders().put(HttpHeader.CONTENT_TYPE, "text/plain");
            Content.Sink.write(response, true, answer + " body=" + body.length() + "\n", callback);
            return true;
        }
    }

    private String curl(String... arguments) throws Exception {
        List<String> command = new ArrayList<>(List.of(
                TestPrograms.require("curl").toString(),
                "-sS",
                "--cacert",
                dir.resolve("ca.pem").toString()));
        command.addAll(List.of(arguments));
        command.replaceAll(a -> a.replace("HERE", "https://localhost:" + connector.getLocalPort()));
        Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
        try {
            assertThat(process.waitFor(30, TimeUnit.SECONDS)).isTrue();
            return new String(process.getInputStream().readAllBytes());
        } finally {
            process.destroyForcibly();
        }
    }

    private String[] withClient(String... arguments) {
        List<String> all = new ArrayList<>(List.of(
                "--cert",
                dir.resolve("client.pem").toString(),
                "--key",
                dir.resolve("client.key").toString()));
        all.addAll(List.of(arguments));
        return all.toArray(String[]::new);
    }

    @Test
    void curlStepsUpOnTls12AndTheConnectionKeepsItsIdentity() throws Exception {
        assertThat(curl(withClient("--tls-max", "1.2", "HERE/a", "HERE/b")))
                .contains("subject=CN=alice present=false body=0")
                .contains("subject=CN=alice present=true body=0");
    }

    @Test
    void curlPostsABodyThatIsReadAfterTheStepUp() throws Exception {
        assertThat(curl(withClient("--tls-max", "1.2", "-d", "x".repeat(100_000), "-H", "Expect:", "HERE/")))
                .contains("subject=CN=alice present=false body=100000");
        assertThat(curl(withClient(
                        "--tls-max", "1.2", "-d", "x".repeat(100_000), "-H", "Expect: 100-continue", "HERE/")))
                .contains("subject=CN=alice present=false body=100000");
    }

    @Test
    void aClientWithoutACertificateGetsAnAnswer() throws Exception {
        assertThat(curl("--tls-max", "1.2", "HERE/")).contains("subject= present=false");
    }

    @Test
    void onTls13ThisEngineCannotAskAndTheConnectionLives() throws Exception {
        assertThat(curl(withClient("--tlsv1.3", "HERE/a", "HERE/b")))
                .contains("reason=engine-cannot body=0\nreason=engine-cannot body=0");
    }
}
