package dev.latchkey.it.embedded;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.latchkey.ClientCertificates;
import dev.latchkey.NegotiationOptions;
import dev.latchkey.NegotiationOptions.Presence;
import dev.latchkey.RequireClientCertificate;
import dev.latchkey.it.Clients;
import dev.latchkey.it.Lane;
import dev.latchkey.it.OnlyOn;
import dev.latchkey.jetty.DeclarativeStepUp;
import dev.latchkey.testkit.HeldCertificate;
import dev.latchkey.testkit.HttpAnswer;
import dev.latchkey.testkit.TlsConnection;
import jakarta.servlet.AsyncContext;
import jakarta.servlet.DispatcherType;
import jakarta.servlet.ServletRequestEvent;
import jakarta.servlet.ServletRequestListener;
import jakarta.servlet.http.HttpServlet;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import jakarta.servlet.http.HttpSession;
import java.io.IOException;
import java.security.cert.X509Certificate;
import java.util.EnumSet;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import javax.net.ssl.X509TrustManager;
import javax.security.auth.Subject;
import org.eclipse.jetty.ee10.servlet.FilterHolder;
import org.eclipse.jetty.ee10.servlet.ServletHolder;
import org.eclipse.jetty.ee10.servlet.SessionHandler;
import org.eclipse.jetty.ee10.servlet.security.ConstraintMapping;
import org.eclipse.jetty.ee10.servlet.security.ConstraintSecurityHandler;
import org.eclipse.jetty.security.Constraint;
import org.eclipse.jetty.security.HashLoginService;
import org.eclipse.jetty.security.UserIdentity;
import org.eclipse.jetty.security.UserStore;
import org.eclipse.jetty.server.Request;
import org.eclipse.jetty.server.Session;
import org.eclipse.jetty.util.security.Credential;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** To whom an HTTP session belongs where a certificate is but wanted; and who is no user at all. */
@OnlyOn(value = Lane.JSSE_TLS12, because = "nothing here is about how the client is asked")
class GuardedSessionsIT {
    private static final int MORE_THAN_IS_KEPT = 200_000;

    /** Tells whose session it is, the first certificate's that it saw. */
    public static class Whose extends HttpServlet {
        @Override
        protected void service(HttpServletRequest request, HttpServletResponse response) throws IOException {
            request.getInputStream().readAllBytes();
            HttpSession session = request.getSession();
            if (session.isNew()) {
                session.setAttribute("owner", request.getHeader("Owner"));
            }
            response.getWriter().print(session.getAttribute("owner"));
        }
    }

    /** The same, where a certificate is wanted. */
    @RequireClientCertificate(Presence.WANT)
    public static class Guarded extends Whose {}

    private static StepUpServer start() throws Exception {
        StepUpServer server = new StepUpServer();
        server.context().setSessionHandler(new SessionHandler());
        server.context().addServlet(Guarded.class, "/annotated");
        server.context().addServlet(Whose.class, "/path");
        server.connector(c -> {
            DeclarativeStepUp declarative = DeclarativeStepUp.install(server.server());
            declarative.setPaths("/path");
            declarative.setPathsPresence(Presence.WANT);
        });
        return server.start();
    }

    private static HttpAnswer ask(TlsConnection client, String path, String cookie, int body) throws IOException {
        client.send((body > 0 ? "POST " : "GET ") + path + " HTTP/1.1\r\nHost: localhost\r\nOwner: alice\r\n"
                + (cookie == null ? "" : "Cookie: " + cookie + "\r\n")
                + (body > 0 ? "Content-Length: " + body + "\r\n" : "")
                + "\r\n");
        if (body > 0) {
            client.send(new byte[body]);
        }
        return client.readFinal();
    }

    private static String cookie(HttpAnswer answer) {
        return answer.header("set-cookie").orElseThrow().replaceFirst(";.*", "");
    }

    private static TlsConnection connect(StepUpServer server, HeldCertificate who) throws IOException {
        return Clients.connect(server.port(), who);
    }

    /** Not to be asked is not to show none: the session stays whose it is, and nobody is let into it. */
    @ParameterizedTest
    @ValueSource(strings = {"/annotated", "/path"})
    void whoIsNotAskedBecauseOfTheBodyNeitherUsesNorEndsABoundSession(String path) throws Exception {
        try (StepUpServer server = start()) {
            String cookie;
            try (TlsConnection client = connect(server, TestPki.ALICE)) {
                HttpAnswer first = ask(client, path, null, 0);
                HttpAnswer bound = ask(client, path, cookie(first), 0);
                assertThat(bound.text()).isEqualTo("alice");
                cookie = cookie(first);
            }
            for (HeldCertificate who : new HeldCertificate[] {TestPki.ALICE, TestPki.BOB}) {
                try (TlsConnection client = connect(server, who)) {
                    HttpAnswer refused = ask(client, path, cookie, MORE_THAN_IS_KEPT);
                    assertThat(refused.status()).as(refused.toString()).isEqualTo(413);
                    assertThat(refused.text()).contains("LK301").doesNotContain("alice");
                    assertThat(refused.header("set-cookie")).isEmpty();
                    assertThat(client.timesAsked()).isZero();
                }
            }
            try (TlsConnection client = connect(server, TestPki.ALICE)) {
                assertThat(ask(client, path, cookie, 0).text()).isEqualTo("alice");
                // Who is known already need not be asked, whatever the body.
                assertThat(ask(client, path, cookie, MORE_THAN_IS_KEPT).text()).isEqualTo("alice");
            }
            // Without a session of somebody's a large body passes, as one without a certificate.
            try (TlsConnection client = connect(server, TestPki.ALICE)) {
                assertThat(ask(client, path, null, MORE_THAN_IS_KEPT).status()).isEqualTo(200);
                assertThat(client.timesAsked()).isZero();
            }
        }
    }

    /** It is hers from its first response on, not from her next request. */
    @ParameterizedTest
    @ValueSource(strings = {"/annotated", "/path"})
    void aSessionThatIsMadeBehindAGuardBelongsToWhoPassedIt(String path) throws Exception {
        try (StepUpServer server = start();
                TlsConnection alice = connect(server, TestPki.ALICE);
                TlsConnection bob = connect(server, TestPki.BOB)) {
            String cookie = cookie(ask(alice, path, null, 0));
            bob.send("GET " + path + " HTTP/1.1\r\nHost: localhost\r\nOwner: bob\r\nCookie: " + cookie + "\r\n\r\n");
            assertThat(bob.readFinal().text()).isEqualTo("bob");
        }
    }

    /** Makes the session on a thread of its own, when the container has done with the request, and goes on answering. */
    public static class MakingItLate extends HttpServlet {
        static CountDownLatch destroyed;
        static CountDownLatch over;

        @Override
        protected void service(HttpServletRequest request, HttpServletResponse response) throws IOException {
            if (request.getSession(false) != null) {
                response.getWriter().print(request.getSession().getAttribute("owner"));
            } else if (request.getHeader("Cookie") == null) {
                AsyncContext async = request.startAsync();
                new Thread(() -> answer(async)).start();
            }
        }

        private static void answer(AsyncContext async) {
            HttpServletRequest request = (HttpServletRequest) async.getRequest();
            try {
                destroyed.await(20, TimeUnit.SECONDS);
                request.getSession().setAttribute("owner", "alice");
                async.getResponse().getOutputStream().print("begun");
                async.getResponse().flushBuffer();
                over.await(20, TimeUnit.SECONDS);
                async.complete();
            } catch (IOException | InterruptedException x) {
                throw new AssertionError(x);
            }
        }
    }

    /** The same, guarded by an annotation. */
    @RequireClientCertificate
    public static class GuardedMakingItLate extends MakingItLate {}

    /** It is hers before her browser knows its id: her request need not have ended. */
    @ParameterizedTest
    @ValueSource(strings = {"/annotated", "/path", "/secure"})
    void aSessionThatAnotherThreadMakesLaterBelongsToWhoPassedTheGuard(String path) throws Exception {
        MakingItLate.destroyed = new CountDownLatch(1);
        MakingItLate.over = new CountDownLatch(1);
        StepUpServer setUp = new StepUpServer();
        setUp.context().setSessionHandler(new SessionHandler());
        setUp.context().setSecurityHandler(securing("/secure", "CN=alice", "CN=bob"));
        setUp.context().addEventListener(new ServletRequestListener() {
            @Override
            public void requestDestroyed(ServletRequestEvent event) {
                MakingItLate.destroyed.countDown(); // the last of all listeners, since the first added
            }
        });
        for (String each : new String[] {"/annotated", "/path", "/secure"}) {
            ServletHolder holder =
                    new ServletHolder(each.equals("/annotated") ? GuardedMakingItLate.class : MakingItLate.class);
            holder.setAsyncSupported(true);
            setUp.context().addServlet(holder, each);
        }
        setUp.connector(c -> DeclarativeStepUp.install(setUp.server()).setPaths("/path"));
        try (StepUpServer server = setUp.start();
                TlsConnection alice = connect(server, TestPki.ALICE);
                TlsConnection bob = connect(server, TestPki.BOB)) {
            try {
                alice.send("GET " + path + " HTTP/1.1\r\nHost: localhost\r\n\r\n");
                String cookie = head(alice).replaceFirst("(?is).*\r\nset-cookie: ([^;]*);.*", "$1");
                HttpAnswer none = ask(bob, path, cookie, 0);
                assertThat(none.status()).as(none.toString()).isEqualTo(200);
                assertThat(none.text()).isEmpty();
            } finally {
                MakingItLate.over.countDown();
            }
        }
    }

    private static String head(TlsConnection client) throws IOException {
        StringBuilder head = new StringBuilder();
        while (head.indexOf("\r\n\r\n") < 0) {
            head.append((char) client.readByte());
        }
        return head.toString();
    }

    private static ConstraintSecurityHandler securing(String path, String... users) {
        UserStore store = new UserStore();
        for (String user : users) {
            store.addUser(user, Credential.getCredential(""), new String[] {"user"});
        }
        HashLoginService realm = new HashLoginService("a realm");
        realm.setUserStore(store);
        ConstraintMapping secure = new ConstraintMapping();
        secure.setPathSpec(path);
        secure.setConstraint(Constraint.ANY_USER);
        ConstraintSecurityHandler security = new ConstraintSecurityHandler();
        security.setLoginService(realm);
        security.setAuthenticationType("CLIENT-CERT");
        security.addConstraintMapping(secure);
        return security;
    }

    /** When nothing can be told to the client any more, the session can still be kept from him. */
    @Test
    void aCommittedResponseLetsNobodyIntoASessionOfAnother() throws Exception {
        StepUpServer setUp = new StepUpServer();
        setUp.context().setSessionHandler(new SessionHandler());
        setUp.context().addServlet(Guarded.class, "/annotated");
        setUp.context()
                .addFilter(
                        new FilterHolder((request, response, chain) -> {
                            ClientCertificates.of(request).negotiateClientCertificate();
                            if (((HttpServletRequest) request).getQueryString() != null) {
                                response.flushBuffer();
                            }
                            chain.doFilter(request, response);
                        }),
                        "/*",
                        EnumSet.of(DispatcherType.REQUEST));
        try (StepUpServer server = setUp.start();
                TlsConnection alice = connect(server, TestPki.ALICE);
                TlsConnection bob = connect(server, TestPki.BOB)) {
            String cookie = cookie(ask(alice, "/annotated", null, 0));
            assertThat(ask(alice, "/annotated?commit", cookie, 0).text()).isEqualTo("alice");
            bob.send("GET /annotated?commit HTTP/1.1\r\nHost: localhost\r\nCookie: " + cookie + "\r\n\r\n");
            assertThatThrownBy(bob::readFinal).isInstanceOf(IOException.class); // a response that is cut off
        }
    }

    /** What a call accepts by a trust manager of its own is for that call: it is nobody's login. */
    @Test
    void whomACallTrustsByItselfIsNotLoggedIn() throws Exception {
        X509TrustManager any = new X509TrustManager() {
            @Override
            public void checkClientTrusted(X509Certificate[] chain, String authType) {}

            @Override
            public void checkServerTrusted(X509Certificate[] chain, String authType) {}

            @Override
            public X509Certificate[] getAcceptedIssuers() {
                return new X509Certificate[0];
            }
        };
        StepUpServer setUp = new StepUpServer();
        setUp.context().setSecurityHandler(securing("/secure", "CN=alice"));
        setUp.on("/enroll", (request, response) -> {
            NegotiationOptions own =
                    NegotiationOptions.builder().need().trustManager(any).build();
            response.getWriter()
                    .print(ClientCertificates.of(request)
                                    .negotiateClientCertificate(own)
                                    .isTrusted()
                            + " " + request.getUserPrincipal() + " " + request.isUserInRole("user"));
        });
        HeldCertificate pretended = HeldCertificate.selfSigned("alice").make();
        try (StepUpServer server = setUp.start();
                TlsConnection mallory = connect(server, pretended);
                TlsConnection alice = connect(server, TestPki.ALICE)) {
            assertThat(mallory.get("/enroll").text()).isEqualTo("true null false");
            assertThat(alice.get("/enroll").text()).isEqualTo("true CN=alice true");
        }
    }

    /** As a login service may give that knows a name and finds nobody behind it. */
    @Test
    void aUserWithoutAPrincipalIsNobody() throws Exception {
        HashLoginService nobody = new HashLoginService("a realm") {
            @Override
            public UserIdentity login(String name, Object credential, Request request, Function<Boolean, Session> s) {
                return UserIdentity.from(new Subject(), null, "user");
            }
        };
        nobody.setUserStore(new UserStore());
        StepUpServer setUp = new StepUpServer();
        ConstraintMapping all = new ConstraintMapping();
        all.setPathSpec("/*");
        all.setConstraint(Constraint.ANY_USER);
        ConstraintSecurityHandler security = new ConstraintSecurityHandler();
        security.setLoginService(nobody);
        security.setAuthenticationType("CLIENT-CERT");
        security.addConstraintMapping(all);
        setUp.context().setSecurityHandler(security);
        setUp.on("/users", (request, response) -> response.getWriter().print("let in"));
        try (StepUpServer server = setUp.start();
                TlsConnection client = connect(server, TestPki.ALICE)) {
            HttpAnswer answer = client.get("/users");
            assertThat(answer.status()).isEqualTo(403);
            assertThat(answer.text()).doesNotContain("let in");
        }
    }
}
