package dev.latchkey.it.embedded;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.latchkey.it.Clients;
import dev.latchkey.jetty.DeclarativeStepUp;
import dev.latchkey.jetty.LatchkeySslConnectionFactory;
import dev.latchkey.testkit.HeldCertificate;
import dev.latchkey.testkit.HttpAnswer;
import dev.latchkey.testkit.KeyStores;
import dev.latchkey.testkit.RestingServers;
import dev.latchkey.testkit.TlsConnection;
import jakarta.servlet.http.HttpServlet;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import org.eclipse.jetty.ee10.servlet.ServletContextHandler;
import org.eclipse.jetty.ee10.servlet.security.ConstraintMapping;
import org.eclipse.jetty.ee10.servlet.security.ConstraintSecurityHandler;
import org.eclipse.jetty.security.Constraint;
import org.eclipse.jetty.security.HashLoginService;
import org.eclipse.jetty.security.UserStore;
import org.eclipse.jetty.server.HttpConnectionFactory;
import org.eclipse.jetty.server.Server;
import org.eclipse.jetty.server.ServerConnector;
import org.eclipse.jetty.util.security.Credential;
import org.eclipse.jetty.util.ssl.SslContextFactory;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Two connectors that trust different authorities, and one without TLS, in front of one application with {@code CLIENT-CERT}. */
class TwoConnectorsIT {
    private static final HeldCertificate OTHER = TestPki.authority("Latchkey other CA");
    private static final HeldCertificate CAROL =
            TestPki.issue(OTHER, "carol").client().make();

    private final Server server = new Server();
    private ServerConnector one;
    private ServerConnector two;
    private ServerConnector plain;

    @BeforeEach
    void start() throws Exception {
        one = connector(TestPki.AUTHORITY);
        two = connector(OTHER);
        plain = new ServerConnector(server);
        plain.setHost("127.0.0.1");
        server.addConnector(plain);
        server.setHandler(application());
        DeclarativeStepUp declarative = DeclarativeStepUp.install(server);
        declarative.setPaths("/path/*");
        declarative.setEnforcedElsewhere("dev.latchkey.it.*");
        server.start();
    }

    @AfterEach
    void stop() throws Exception {
        RestingServers.stop(server, Duration.ofSeconds(20));
    }

    private ServerConnector connector(HeldCertificate trusted) {
        SslContextFactory.Server tls = new SslContextFactory.Server();
        StepUpServer.setLane(tls);
        tls.setKeyStorePassword("secret");
        tls.setKeyStore(KeyStores.holding(TestPki.SERVER, "secret"));
        tls.setTrustStore(KeyStores.trusting(trusted));
        ServerConnector made = new ServerConnector(server, tls, new HttpConnectionFactory());
        made.setHost("127.0.0.1");
        LatchkeySslConnectionFactory.install(made);
        server.addConnector(made);
        return made;
    }

    private static ServletContextHandler application() {
        ServletContextHandler context = new ServletContextHandler(ServletContextHandler.SECURITY);
        context.addServlet(
                new HttpServlet() {
                    @Override
                    protected void doGet(HttpServletRequest request, HttpServletResponse response) throws IOException {
                        response.getWriter().print("user=" + request.getRemoteUser());
                    }
                },
                "/*");
        UserStore users = new UserStore();
        for (String name : new String[] {"CN=alice", "CN=carol"}) {
            users.addUser(name, Credential.getCredential(""), new String[] {"user"});
        }
        HashLoginService realm = new HashLoginService("a realm");
        realm.setUserStore(users);
        ConstraintMapping protectedPaths = new ConstraintMapping();
        protectedPaths.setPathSpec("/users/*");
        protectedPaths.setConstraint(Constraint.from("user"));
        ConstraintSecurityHandler security = (ConstraintSecurityHandler) context.getSecurityHandler();
        security.setRealmName("a realm");
        security.setLoginService(realm);
        security.setAuthenticationType("CLIENT-CERT");
        security.addConstraintMapping(protectedPaths);
        return context;
    }

    @ParameterizedTest
    @ValueSource(strings = {"/users/x", "/path/x"})
    void eachTrustsItsOwnAuthorityAndNotTheOthers(String path) throws Exception {
        assertPasses(one, TestPki.ALICE, path, "CN=alice");
        assertPasses(two, CAROL, path, "CN=carol");
        assertRefused(two, TestPki.ALICE, path);
        assertRefused(one, CAROL, path);
    }

    /** A slow OCSP responder holds these up and no others; how many there are is not a matter of how many connectors. */
    @Test
    void allConnectorsOfAServerJudgeOnTheSameThreads() throws Exception {
        await().atMost(Duration.ofSeconds(20)).until(() -> judging() == 16); // and none of an earlier server's
        one.stop();
        assertPasses(two, CAROL, "/path/x", "CN=carol");
        assertThat(judging()).isEqualTo(16);
        one.start();
        assertPasses(one, TestPki.ALICE, "/path/x", "CN=alice");
        assertThat(judging()).isEqualTo(16);
        server.stop();
        await().atMost(Duration.ofSeconds(20)).until(() -> judging() == 0);
        server.start();
        assertPasses(two, CAROL, "/path/x", "CN=carol");
        assertThat(judging()).isEqualTo(16);
    }

    private static long judging() {
        return Thread.getAllStackTraces().keySet().stream()
                .filter(thread -> thread.getName().startsWith("latchkey-judging-"))
                .count();
    }

    @ParameterizedTest
    @ValueSource(strings = {"/users/x", "/path/x"})
    void aRequestWithoutTlsIsRefused(String path) throws Exception {
        HttpResponse<String> answer = HttpClient.newHttpClient()
                .send(
                        HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + plain.getLocalPort() + path))
                                .build(),
                        HttpResponse.BodyHandlers.ofString());
        assertThat(answer.statusCode()).isEqualTo(403);
        assertThat(answer.body()).contains("LK101").doesNotContain("user=");
    }

    private static void assertPasses(ServerConnector to, HeldCertificate who, String path, String name)
            throws IOException {
        try (TlsConnection client = Clients.connect(to.getLocalPort(), who)) {
            HttpAnswer answer = client.get(path);
            assertThat(answer.status()).as(answer.toString()).isEqualTo(200);
            assertThat(answer.text()).isEqualTo("user=" + name);
        }
    }

    private static void assertRefused(ServerConnector to, HeldCertificate who, String path) throws IOException {
        try (TlsConnection client = Clients.connect(to.getLocalPort(), who)) {
            HttpAnswer answer = client.get(path);
            assertThat(answer.status()).isEqualTo(403);
            assertThat(answer.text()).contains("LK202").doesNotContain("user=");
        }
    }
}
