package dev.latchkey.openssl;

import static org.assertj.core.api.Assertions.assertThat;

import dev.latchkey.ClientCertificate;
import dev.latchkey.ClientCertificates;
import dev.latchkey.Mechanism;
import dev.latchkey.NegotiationException;
import dev.latchkey.jetty.LatchkeySslConnectionFactory;
import dev.latchkey.testkit.HeldCertificate;
import dev.latchkey.testkit.KeyStores;
import dev.latchkey.testkit.TestPrograms;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
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

/** The server room's step-up on this engine, with a real client, in both TLS versions. */
class StepUpInJettyTest {
    @TempDir
    Path dir;

    private final HeldCertificate authority = HeldCertificate.authority("Latchkey Test CA");
    private final Server server = new Server();
    private ServerConnector connector;

    @BeforeEach
    void start() throws Exception {
        OpenSsl.register();
        SslContextFactory.Server tls = new SslContextFactory.Server();
        tls.setProvider(OpenSsl.PROVIDER_NAME);
        tls.setKeyStore(KeyStores.holding(
                authority.issue("localhost").server("localhost").make(), "secret"));
        tls.setKeyStorePassword("secret");
        tls.setTrustStore(KeyStores.trusting(authority));
        connector = new ServerConnector(server, tls, new HttpConnectionFactory(new HttpConfiguration()));
        connector.setHost("127.0.0.1");
        LatchkeySslConnectionFactory.install(connector);
        server.addConnector(connector);
        server.setHandler(new AskingHandler());
        server.start();
        write("client", authority.issue("alice").client().make());
        write(
                "stranger",
                HeldCertificate.authority("Other").issue("mallory").client().make());
        Files.writeString(dir.resolve("ca.pem"), authority.chainPem());
    }

    private void write(String name, HeldCertificate held) throws Exception {
        Files.writeString(dir.resolve(name + ".pem"), held.chainPem());
        Files.writeString(dir.resolve(name + ".key"), held.keyPem());
    }

    @AfterEach
    void stop() throws Exception {
        server.stop();
    }

    private static final class AskingHandler extends Handler.Abstract {
        @Override
        public boolean handle(Request request, Response response, Callback callback) throws Exception {
            String answer;
            try {
                ClientCertificate c = ClientCertificates.of(request).negotiateClientCertificate();
                String subject = c.certificate()
                        .map(x -> x.getSubjectX500Principal().getName())
                        .orElse("");
                answer = subject + " " + c.mechanism().map(Mechanism::token).orElse("") + " " + c.wasAlreadyPresent();
            } catch (NegotiationException x) {
                response.setStatus(x.status());
                answer = x.reason().token();
            }
            String body = Content.Source.asString(request);
            Content.Sink.write(response, true, answer + " " + body.length() + "\n", callback);
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
        command.replaceAll(a -> a.replace("HERE", "https://localhost:" + connector.getLocalPort())
                .replace("DIR", dir.toString()));
        Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
        try {
            assertThat(process.waitFor(30, TimeUnit.SECONDS)).isTrue();
            return new String(process.getInputStream().readAllBytes());
        } finally {
            process.destroyForcibly();
        }
    }

    @Test
    void onTls13CurlIsAskedAfterTheHandshakeAndTheConnectionKeepsItsIdentity() throws Exception {
        assertThat(curl("--tlsv1.3", "--cert", "DIR/client.pem", "--key", "DIR/client.key", "HERE/a", "HERE/b"))
                .isEqualTo("CN=alice post-handshake-authentication false 0\n"
                        + "CN=alice post-handshake-authentication true 0\n");
    }

    @Test
    void onTls13ABodyIsReadAfterTheStepUp() throws Exception {
        String body = "x".repeat(100_000);
        assertThat(curl(
                        "--tlsv1.3",
                        "--cert",
                        "DIR/client.pem",
                        "--key",
                        "DIR/client.key",
                        "-H",
                        "Expect:",
                        "-d",
                        body,
                        "HERE/"))
                .isEqualTo("CN=alice post-handshake-authentication false 100000\n");
    }

    @Test
    void onTls13AnUntrustedCertificateGetsAnAnswerAndTheConnectionLives() throws Exception {
        assertThat(curl("--tlsv1.3", "--cert", "DIR/stranger.pem", "--key", "DIR/stranger.key", "HERE/a", "HERE/b"))
                .isEqualTo("untrusted 0\nuntrusted 0\n");
    }

    @Test
    void onTls13NoCertificateIsAResult() throws Exception {
        assertThat(curl("--tlsv1.3", "HERE/")).isEqualTo(" post-handshake-authentication false 0\n");
    }

    @Test
    void onTls12TheEngineRenegotiates() throws Exception {
        assertThat(curl("--tls-max", "1.2", "--cert", "DIR/client.pem", "--key", "DIR/client.key", "HERE/a", "HERE/b"))
                .isEqualTo("CN=alice renegotiation false 0\nCN=alice renegotiation true 0\n");
    }
}
