package dev.latchkey.openssl;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.latchkey.openssl.NativeHandle.Kind;
import dev.latchkey.testkit.HeldCertificate;
import dev.latchkey.testkit.KeyStores;
import java.io.OutputStream;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyStore;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLSocket;
import org.eclipse.jetty.alpn.server.ALPNServerConnectionFactory;
import org.eclipse.jetty.http2.server.HTTP2ServerConnectionFactory;
import org.eclipse.jetty.io.Connection;
import org.eclipse.jetty.io.Content;
import org.eclipse.jetty.io.EndPoint;
import org.eclipse.jetty.io.ssl.SslConnection;
import org.eclipse.jetty.server.Handler;
import org.eclipse.jetty.server.HttpConfiguration;
import org.eclipse.jetty.server.HttpConnectionFactory;
import org.eclipse.jetty.server.Request;
import org.eclipse.jetty.server.Response;
import org.eclipse.jetty.server.SecureRequestCustomizer;
import org.eclipse.jetty.server.Server;
import org.eclipse.jetty.server.ServerConnector;
import org.eclipse.jetty.server.SslConnectionFactory;
import org.eclipse.jetty.util.Callback;
import org.eclipse.jetty.util.ssl.SslContextFactory;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Jetty's own SslContextFactory and SslConnection on this provider, with curl as the client. */
class JettyTest {
    @TempDir
    Path directory;

    /** Held, so that the garbage collector cannot free what nobody else does. */
    private final List<SSLEngine> engines = new CopyOnWriteArrayList<>();

    private final Server server = new Server();
    private SslContextFactory.Server factory;
    private ServerConnector connector;

    @BeforeEach
    void describe() throws Exception {
        OpenSsl.register();
        Files.writeString(directory.resolve("ca.pem"), Pki.ROOT.chainPem());
        Files.writeString(directory.resolve("client.pem"), Pki.CLIENT.chainPem());
        Files.writeString(directory.resolve("client.key"), Pki.CLIENT.keyPem());
        factory = new SslContextFactory.Server();
        factory.setProvider(OpenSsl.PROVIDER_NAME);
        factory.setKeyStorePassword(Pki.PASSWORD);
        factory.setKeyStore(KeyStores.holding(Map.of("rsa", Pki.SERVER_RSA, "ec", Pki.SERVER_EC), Pki.PASSWORD));
        factory.setTrustStore(KeyStores.trusting(Pki.ROOT));
    }

    @AfterEach
    void stop() throws Exception {
        server.stop();
    }

    private void start(boolean direct) throws Exception {
        HttpConfiguration configuration = new HttpConfiguration();
        configuration.addCustomizer(new SecureRequestCustomizer());
        ALPNServerConnectionFactory alpn = new ALPNServerConnectionFactory();
        alpn.setDefaultProtocol("http/1.1");
        SslConnectionFactory ssl = new SslConnectionFactory(factory, alpn.getProtocol());
        ssl.setDirectBuffersForEncryption(direct);
        ssl.setDirectBuffersForDecryption(direct);
        connector = new ServerConnector(
                server,
                1,
                1,
                ssl,
                alpn,
                new HTTP2ServerConnectionFactory(configuration),
                new HttpConnectionFactory(configuration));
        connector.addBean(new OpenSslConnectionListener());
        connector.addBean(new Connection.Listener() {
            @Override
            public void onOpened(Connection connection) {
                if (connection instanceof SslConnection ssl) {
                    engines.add(ssl.getSSLEngine());
                }
            }
        });
        connector.setHost("127.0.0.1");
        server.addConnector(connector);
        server.setHandler(new Description());
        server.start();
    }

    /** Answers with what the server knows of the connection, then with the request's body. */
    private static final class Description extends Handler.Abstract {
        @Override
        public boolean handle(Request request, Response response, Callback callback) throws Exception {
            EndPoint.SslSessionData data =
                    (EndPoint.SslSessionData) request.getAttribute(EndPoint.SslSessionData.ATTRIBUTE);
            SSLEngine engine = engine(request);
            String peer = data.peerCertificates() == null
                    ? "none"
                    : data.peerCertificates()[0].getSubjectX500Principal().getName();
            String body = Content.Source.asString(request, StandardCharsets.ISO_8859_1);
            String text = "version="
                    + request.getConnectionMetaData().getHttpVersion().asString() + "\nprotocol="
                    + engine.getSession().getProtocol() + "\nsuite=" + data.cipherSuite() + "\npeer=" + peer
                    + "\nengine=" + engine.getClass().getSimpleName() + "\nbody=" + body.length() + "\n";
            Content.Sink.write(response, true, text + "x".repeat(100_000), callback);
            return true;
        }

        private static SSLEngine engine(Request request) {
            EndPoint endPoint = request.getConnectionMetaData().getConnection().getEndPoint();
            while (!(endPoint instanceof SslConnection.SslEndPoint)) {
                endPoint = ((EndPoint.Wrapper) endPoint).unwrap();
            }
            return ((SslConnection.SslEndPoint) endPoint).getSslConnection().getSSLEngine();
        }
    }

    private String curl(String... arguments) throws Exception {
        return curlHost("localhost", arguments);
    }

    private String curlHost(String host, String... arguments) throws Exception {
        List<String> command = new ArrayList<>(List.of(
                "curl",
                "-sS",
                "--max-time",
                "20",
                "--noproxy",
                "*",
                "--cacert",
                directory.resolve("ca.pem") + "",
                "--resolve",
                host + ":" + connector.getLocalPort() + ":127.0.0.1"));
        command.addAll(Arrays.asList(arguments));
        command.add("https://" + host + ":" + connector.getLocalPort() + "/");
        return Programs.run(directory, command);
    }

    @ParameterizedTest
    @CsvSource({"1.2,true", "1.2,false", "1.3,true", "1.3,false"})
    void servesHttp11(String version, boolean direct) throws Exception {
        start(direct);
        Path body = Files.write(directory.resolve("body"), new byte[300_000]);

        String answer = curl(
                "--http1.1", "--tls-max", version, "--tlsv" + version, "-H", "Expect:", "--data-binary", "@" + body);

        assertThat(answer)
                .contains("version=HTTP/1.1\nprotocol=TLSv" + version)
                .contains("engine=OpenSslEngine")
                .contains("peer=none")
                .contains("body=300000\n");
        assertThat(answer.length()).isGreaterThan(100_000);
    }

    @ParameterizedTest
    @ValueSource(strings = {"1.2", "1.3"})
    void choosesHttp2ByAlpn(String version) throws Exception {
        start(true);
        assertThat(curl("--http2", "--tls-max", version)).contains("version=HTTP/2.0\nprotocol=TLSv" + version);
        assertThat(curl("--no-alpn", "--tls-max", version)).contains("version=HTTP/1.1");
    }

    @ParameterizedTest
    @ValueSource(strings = {"1.2", "1.3"})
    void wantAndNeedAtTheFirstHandshake(String version) throws Exception {
        factory.setWantClientAuth(true);
        start(true);
        String[] certificate = {
            "--tls-max",
            version,
            "--cert",
            directory.resolve("client.pem") + "",
            "--key",
            directory.resolve("client.key") + ""
        };
        assertThat(curl(certificate)).contains("peer=CN=client");
        assertThat(curl("--tls-max", version)).contains("peer=none");
    }

    @ParameterizedTest
    @ValueSource(strings = {"JKS", "PKCS12"})
    void readsStoresOfEachTypeFromFiles(String type) throws Exception {
        factory.setKeyStore(null);
        factory.setKeyStorePath(copied(
                KeyStores.holding(Map.of("rsa", Pki.SERVER_RSA, "ec", Pki.SERVER_EC), Pki.PASSWORD), type, "keys"));
        factory.setKeyStoreType(type);
        factory.setTrustStore(null);
        factory.setTrustStorePath(copied(KeyStores.trusting(Pki.ROOT), type, "trusted"));
        factory.setTrustStoreType(type);
        factory.setTrustStorePassword(Pki.PASSWORD);
        factory.setNeedClientAuth(true);
        start(true);

        assertThat(curl("--cert", directory.resolve("client.pem") + "", "--key", directory.resolve("client.key") + ""))
                .contains("engine=OpenSslEngine")
                .contains("peer=CN=client");
    }

    private String copied(KeyStore from, String type, String name) throws Exception {
        KeyStore to = KeyStore.getInstance(type);
        to.load(null, null);
        char[] password = Pki.PASSWORD.toCharArray();
        for (String alias : Collections.list(from.aliases())) {
            if (from.isKeyEntry(alias)) {
                to.setKeyEntry(alias, from.getKey(alias, password), password, from.getCertificateChain(alias));
            } else {
                to.setCertificateEntry(alias, from.getCertificate(alias));
            }
        }
        Path file = directory.resolve(name);
        try (OutputStream out = Files.newOutputStream(file)) {
            to.store(out, password);
        }
        return file.toUri().toString();
    }

    @Test
    void choosesTheCertificateByName() throws Exception {
        HeldCertificate one = Pki.ROOT.issue("one").server("one.test").make();
        HeldCertificate two = Pki.ROOT.issue("two").server("two.test").make();
        factory.setKeyStore(KeyStores.holding(Map.of("one", one, "two", two), Pki.PASSWORD));
        factory.setSniRequired(true);
        start(true);

        assertThat(curlHost("one.test")).contains("engine=OpenSslEngine");
        assertThat(curlHost("two.test")).contains("engine=OpenSslEngine");
        assertThat(curlHost("three.test", "-k")).contains("alert");
    }

    @Test
    void honoursProtocolsAndCipherSuites() throws Exception {
        factory.setIncludeProtocols("TLSv1.2");
        factory.setIncludeCipherSuites("TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384");
        start(true);

        assertThat(curl()).contains("protocol=TLSv1.2\nsuite=TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384");
        assertThat(curl("--tlsv1.3")).contains("alert protocol version");
    }

    @Test
    void reloadsTheKeyStore() throws Exception {
        start(true);
        assertThat(curl()).contains("engine=OpenSslEngine");
        HeldCertificate renewed =
                Pki.ROOT.issue("renewed").server("renewed.test").make();

        factory.reload(f -> f.setKeyStore(KeyStores.holding(renewed, Pki.PASSWORD)));

        assertThat(curlHost("renewed.test")).contains("engine=OpenSslEngine");
        assertThat(curl()).contains("no alternative certificate subject name matches");
    }

    @Test
    void aHandshakeThatFailsLeavesNothing() throws Exception {
        factory.setNeedClientAuth(true);
        start(true);
        for (int i = 0; i < 5; i++) {
            // Which error curl sees depends on what it had sent by then.
            assertThat(curl()).startsWith("curl: (").doesNotContain("peer=");
        }
        assertThat(connector.getConnectedEndPoints()).hasSizeLessThanOrEqualTo(5);
        assertThat(curl("--cert", directory.resolve("client.pem") + "", "--key", directory.resolve("client.key") + ""))
                .contains("peer=CN=client");
    }

    /** Without waiting for the garbage collector. */
    @Test
    void aClientThatGoesAwayWithoutAWordLeavesNoNativeMemory() throws Exception {
        start(true);
        SSLContext client = Pki.context(Engines.JSSE);
        await().until(() -> {
            System.gc();
            return Kind.SSL.made() == Kind.SSL.freed();
        });
        for (int i = 0; i < 10; i++) {
            Socket socket = new Socket("127.0.0.1", connector.getLocalPort());
            SSLSocket tls = (SSLSocket)
                    client.getSocketFactory().createSocket(socket, "localhost", connector.getLocalPort(), false);
            tls.startHandshake();
            socket.close();
        }
        await().until(() -> connector.getConnectedEndPoints().isEmpty());
        assertThat(engines).hasSize(10);
        await().untilAsserted(() -> assertThat(Kind.SSL.freed()).isEqualTo(Kind.SSL.made()));
    }

    @Test
    void plainHttpIsRefused() throws Exception {
        start(true);
        String answer = Programs.run(
                directory,
                List.of(
                        "curl",
                        "-sS",
                        "--max-time",
                        "20",
                        "--noproxy",
                        "*",
                        "http://127.0.0.1:" + connector.getLocalPort()));
        assertThat(answer).contains("curl: (");
    }
}
