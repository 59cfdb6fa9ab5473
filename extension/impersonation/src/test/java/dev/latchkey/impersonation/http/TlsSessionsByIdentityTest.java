package dev.latchkey.impersonation.http;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.sun.net.httpserver.HttpsConfigurator;
import com.sun.net.httpserver.HttpsServer;
import dev.latchkey.impersonation.FaultyIdentity;
import dev.latchkey.impersonation.Identity;
import dev.latchkey.impersonation.IdentityFlow;
import dev.latchkey.testkit.HeldCertificate;
import dev.latchkey.testkit.KeyStores;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.security.GeneralSecurityException;
import java.security.cert.CertificateException;
import java.security.cert.X509Certificate;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicInteger;
import javax.net.ssl.HttpsURLConnection;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.SSLSocketFactory;
import javax.net.ssl.TrustManager;
import javax.net.ssl.X509ExtendedTrustManager;
import org.eclipse.jetty.client.transport.HttpClientTransportOverHTTP;
import org.eclipse.jetty.io.ClientConnector;
import org.eclipse.jetty.util.ssl.SslContextFactory;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * A server may know a client by its TLS session, so a user's is resumed for that user alone, though all share a context.
 * A full handshake is one in which the client looks at the server's certificate.
 */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class TlsSessionsByIdentityTest {
    private final FaultyIdentity faulty = new FaultyIdentity();
    private final IdentityFlow flow = IdentityFlow.builder().provider(faulty).build();
    private final ExecutorService serverThreads = Executors.newCachedThreadPool();
    private final AtomicInteger fullHandshakes = new AtomicInteger();
    private final HeldCertificate authority = HeldCertificate.authority("Test CA");
    private HttpsServer server;
    private SSLContext shared;

    @BeforeAll
    void start() throws Exception {
        HeldCertificate held = authority.issue("localhost").server("localhost").make();
        KeyManagerFactory keys = KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
        keys.init(KeyStores.holding(held, "secret"), "secret".toCharArray());
        SSLContext context = SSLContext.getInstance("TLS");
        context.init(keys.getKeyManagers(), null, null);
        server = HttpsServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.setHttpsConfigurator(new HttpsConfigurator(context));
        server.setExecutor(serverThreads);
        server.createContext("/", exchange -> {
            exchange.getResponseHeaders().add("Connection", "close");
            exchange.sendResponseHeaders(200, 2);
            exchange.getResponseBody().write("ok".getBytes(US_ASCII));
            exchange.close();
        });
        server.start();
    }

    @BeforeEach
    void oneContextForAll() throws GeneralSecurityException {
        fullHandshakes.set(0);
        shared = SSLContext.getInstance("TLS");
        shared.init(null, new TrustManager[] {new Counting()}, null);
    }

    @AfterEach
    void nothingIsLeft() {
        await().until(() -> faulty.open() == 0);
    }

    @AfterAll
    void stop() {
        server.stop(0);
        serverThreads.shutdownNow();
        flow.close();
    }

    private URI uri() {
        return URI.create("https://localhost:" + server.getAddress().getPort() + "/");
    }

    private interface Client extends AutoCloseable {
        String get() throws Exception;
    }

    private Client client(String kind, String protocol) throws Exception {
        return switch (kind) {
            case "java" -> java(protocol);
            case "jetty" -> jetty(protocol);
            default -> url();
        };
    }

    private Client java(String protocol) {
        SSLParameters parameters = new SSLParameters();
        parameters.setProtocols(new String[] {protocol});
        IdentityJavaHttpClient client = IdentityJavaHttpClient.builder(flow)
                .settings(builder -> builder.sslContext(shared).sslParameters(parameters))
                .build();
        assertThat(client.sslContext()).isSameAs(shared);
        return new Client() {
            @Override
            public String get() throws Exception {
                return client.send(HttpRequest.newBuilder(uri()).build(), BodyHandlers.ofString())
                        .body();
            }

            @Override
            public void close() {
                client.close();
            }
        };
    }

    private Client jetty(String protocol) throws Exception {
        ClientConnector connector = new ClientConnector();
        SslContextFactory.Client tls = new SslContextFactory.Client();
        tls.setSslContext(shared);
        tls.setIncludeProtocols(protocol);
        connector.setSslContextFactory(tls);
        IdentityHttpClient client = new IdentityHttpClient(flow, null, new HttpClientTransportOverHTTP(connector));
        client.start();
        return new Client() {
            @Override
            public String get() throws Exception {
                return client.GET(uri()).getContentAsString();
            }

            @Override
            public void close() throws Exception {
                client.stop();
            }
        };
    }

    /** By Java's own protocols, TLS 1.3: it takes no parameters. */
    private Client url() {
        SSLSocketFactory sockets = shared.getSocketFactory();
        return new Client() {
            @Override
            public String get() throws Exception {
                try (Identity caller = flow.current();
                        IdentityUrlConnection request = IdentityUrlConnection.prepared(uri(), caller.key(), null)) {
                    ((HttpsURLConnection) request.connection()).setSSLSocketFactory(sockets);
                    return new String(request.response().getInputStream().readAllBytes(), US_ASCII);
                }
            }

            @Override
            public void close() {
                // Nothing is its own.
            }
        };
    }

    private int fullHandshakesOf(Client client, String user) throws Exception {
        int before = fullHandshakes.get();
        try (Identity identity = user.equals("nobody") ? flow.none() : flow.of(faulty.part(user))) {
            assertThat(identity.call(client::get)).isEqualTo("ok");
        }
        return fullHandshakes.get() - before;
    }

    @ParameterizedTest
    @CsvSource({"java,TLSv1.2", "java,TLSv1.3", "jetty,TLSv1.2", "jetty,TLSv1.3", "url,TLSv1.3"})
    void oneIsResumedForTheUserWhoseItIsAlone(String kind, String protocol) throws Exception {
        try (Client client = client(kind, protocol)) {
            assertThat(fullHandshakesOf(client, "alice")).isEqualTo(1);
            assertThat(fullHandshakesOf(client, "alice")).as("resumed").isZero();
            assertThat(fullHandshakesOf(client, "bob")).as("bob's own").isEqualTo(1);
            assertThat(fullHandshakesOf(client, "nobody")).as("nobody's own").isEqualTo(1);
            assertThat(fullHandshakesOf(client, "bob")).as("resumed").isZero();
            assertThat(fullHandshakesOf(client, "alice")).as("resumed").isZero();
        }
    }

    /** Trusts the test's authority. */
    private final class Counting extends X509ExtendedTrustManager {
        @Override
        public void checkServerTrusted(X509Certificate[] chain, String type, Socket socket)
                throws CertificateException {
            checkServerTrusted(chain, type);
        }

        @Override
        public void checkServerTrusted(X509Certificate[] chain, String type, SSLEngine engine)
                throws CertificateException {
            checkServerTrusted(chain, type);
        }

        @Override
        public void checkServerTrusted(X509Certificate[] chain, String type) throws CertificateException {
            try {
                chain[0].verify(authority.certificate().getPublicKey());
            } catch (GeneralSecurityException e) {
                throw new CertificateException(e);
            }
            fullHandshakes.incrementAndGet();
        }

        @Override
        public void checkClientTrusted(X509Certificate[] chain, String type, Socket socket) {
            throw new UnsupportedOperationException();
        }

        @Override
        public void checkClientTrusted(X509Certificate[] chain, String type, SSLEngine engine) {
            throw new UnsupportedOperationException();
        }

        @Override
        public void checkClientTrusted(X509Certificate[] chain, String type) {
            throw new UnsupportedOperationException();
        }

        @Override
        public X509Certificate[] getAcceptedIssuers() {
            return new X509Certificate[0];
        }
    }
}
