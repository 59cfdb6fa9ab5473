package dev.latchkey.impersonation.web;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.latchkey.impersonation.Identities;
import dev.latchkey.impersonation.ImpersonatingExecutorService;
import dev.latchkey.testkit.TestPrograms;
import jakarta.servlet.AsyncContext;
import jakarta.servlet.AsyncEvent;
import jakarta.servlet.AsyncListener;
import jakarta.servlet.ReadListener;
import jakarta.servlet.ServletInputStream;
import jakarta.servlet.ServletOutputStream;
import jakarta.servlet.WriteListener;
import jakarta.servlet.http.HttpServlet;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Base64;
import java.util.List;
import java.util.UUID;
import org.eclipse.jetty.ee9.nested.ServletConstraint;
import org.eclipse.jetty.ee9.security.ConstraintMapping;
import org.eclipse.jetty.ee9.security.ConstraintSecurityHandler;
import org.eclipse.jetty.ee9.security.authentication.BasicAuthenticator;
import org.eclipse.jetty.ee9.servlet.ServletContextHandler;
import org.eclipse.jetty.ee9.servlet.ServletHolder;
import org.eclipse.jetty.security.HashLoginService;
import org.eclipse.jetty.security.UserStore;
import org.eclipse.jetty.server.Server;
import org.eclipse.jetty.server.ServerConnector;
import org.eclipse.jetty.util.security.Credential;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** A real Jetty whose requests run as accounts of the real kernel; needs root. */
@Timeout(60)
class RequestsAsCallerTest {
    private static final int ALICE = 21001;
    private static final int BOB = 21002;
    private static final String ACCOUNTS =
            "alice=#" + ALICE + ":" + ALICE + ", bob=#" + BOB + ":" + BOB + ", root=root";

    private final HttpClient client = HttpClient.newHttpClient();
    private final ImpersonatingExecutorService pool = Identities.flow().newFixedThreadPool(2, "web-test-");
    private Server server;
    private ServerConnector connector;

    @TempDir
    private Path directory;

    @BeforeAll
    static void root() {
        TestPrograms.requireRoot("requests as accounts of Linux");
    }

    @BeforeEach
    void makeFiles() throws IOException {
        mode(directory, "rwxrwxrwx");
        Path secret = Files.writeString(directory.resolve("of-bob"), "secret of bob");
        Files.setAttribute(secret, "unix:uid", BOB);
        mode(secret, "rw-------");
    }

    @AfterEach
    void stop() throws Exception {
        if (server != null) {
            server.stop();
        }
        pool.shutdownNow();
        await().untilAsserted(
                        () -> assertThat(Identities.flow().statistics().held()).isZero());
    }

    private void start(String requests) throws Exception {
        server = new Server();
        connector = new ServerConnector(server);
        connector.setHost("127.0.0.1");
        server.addConnector(connector);
        ServletContextHandler context = new ServletContextHandler(server, "/", ServletContextHandler.SECURITY);
        context.setInitParameter(ImpersonationInitializer.REQUESTS, requests);
        context.setInitParameter(Caller.ACCOUNTS, ACCOUNTS);
        context.addServletContainerInitializer(new ImpersonationInitializer());
        ServletHolder files = new ServletHolder(new FilesServlet(directory, pool));
        files.setAsyncSupported(true);
        context.addServlet(files, "/*");
        ConstraintSecurityHandler security = (ConstraintSecurityHandler) context.getSecurityHandler();
        HashLoginService login = new HashLoginService("test");
        UserStore users = new UserStore();
        for (String user : List.of("alice", "bob", "carol", "root")) {
            users.addUser(user, Credential.getCredential("password"), new String[] {"user"});
        }
        login.setUserStore(users);
        security.setLoginService(login);
        security.setAuthenticator(new BasicAuthenticator());
        ServletConstraint constraint = new ServletConstraint("BASIC", "user");
        constraint.setAuthenticate(true);
        ConstraintMapping mapping = new ConstraintMapping();
        mapping.setPathSpec("/user/*");
        mapping.setConstraint(constraint);
        security.addConstraintMapping(mapping);
        server.start();
    }

    private HttpResponse<String> get(String user, String path) throws Exception {
        HttpRequest.Builder request =
                HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + connector.getLocalPort() + path));
        if (user != null) {
            request.header(
                    "Authorization",
                    "Basic "
                            + Base64.getEncoder()
                                    .encodeToString((user + ":password").getBytes(StandardCharsets.US_ASCII)));
        }
        return client.send(request.build(), HttpResponse.BodyHandlers.ofString());
    }

    @Test
    void aRequestRunsAsItsCallerInEveryDispatchAndWhateverItHandsOn() throws Exception {
        start("principal");
        for (String way : List.of("now", "start", "dispatch", "pool", "complete", "timeout", "read", "write")) {
            assertThat(get("alice", "/user/" + way).body()).as(way).isEqualTo("uid " + ALICE);
            assertThat(get("bob", "/user/" + way).body()).as(way).isEqualTo("uid " + BOB);
        }
    }

    @Test
    void aListenerIsToldOfTheEndAsTheCallerAlsoAfterASecondStart() throws Exception {
        start("required");
        for (String user : List.of("alice", "bob")) {
            int uid = user.equals("alice") ? ALICE : BOB;
            assertThat(get(user, "/user/complete").body()).isEqualTo("uid " + uid);
            Path told = directory.resolve("completed-" + user);
            await().until(() -> Files.exists(told) && Files.size(told) > 0);
            assertThat(told).hasContent("uid " + uid);
            assertThat(Files.getAttribute(told, "unix:uid")).isEqualTo(uid);
        }
    }

    @Test
    void aCallerReadsItsOwnFilesOnly() throws Exception {
        start("principal");
        assertThat(get("bob", "/user/pool?read=of-bob").body()).isEqualTo("secret of bob");
        assertThat(get("alice", "/user/pool?read=of-bob").body()).isEqualTo("refused");
    }

    @Test
    void aCallerWithoutAnIdentityIsServedAsBeforeUnlessOneIsRequired() throws Exception {
        start("principal");
        assertThat(get("carol", "/user/now").body()).isEqualTo("uid 0");
        assertThat(get(null, "/open/now").body()).isEqualTo("uid 0");
        server.stop();
        start("required");
        assertThat(get("carol", "/user/now").statusCode()).isEqualTo(403);
        assertThat(get(null, "/open/now").statusCode()).isEqualTo(403);
        assertThat(get("alice", "/user/now").body()).isEqualTo("uid " + ALICE);
    }

    @Test
    void aCallerThatIsMappedToRootIsNotServed() throws Exception {
        start("principal");
        assertThat(get("root", "/user/now").statusCode()).isEqualTo(403);
        assertThat(get("root", "/user/now").body()).doesNotContain("uid 0");
    }

    @Test
    void offMeansThatNothingIsChanged() throws Exception {
        start("off");
        assertThat(get("alice", "/user/now").body()).isEqualTo("uid 0");
    }

    @Test
    void anUnknownSettingStopsTheStart() {
        assertThatThrownBy(() -> start("on")).hasStackTraceContaining("takes off, principal or required, not on");
    }

    private static void mode(Path file, String mode) throws IOException {
        Files.setPosixFilePermissions(file, PosixFilePermissions.fromString(mode));
    }

    /** Tells as whom it runs, by what the kernel makes of a file that it creates. */
    private static final class FilesServlet extends HttpServlet {
        private static final long serialVersionUID = 1L;

        private final transient Path directory;
        private final transient ImpersonatingExecutorService pool;

        FilesServlet(Path directory, ImpersonatingExecutorService pool) {
            this.directory = directory;
            this.pool = pool;
        }

        @Override
        protected void doGet(HttpServletRequest request, HttpServletResponse response) throws IOException {
            switch (request.getPathInfo().replaceFirst(".*/", "")) {
                case "start" -> {
                    AsyncContext async = request.startAsync();
                    async.start(() -> answer(async, request));
                }
                case "pool" -> {
                    AsyncContext async = request.startAsync();
                    pool.execute(() -> answer(async, request));
                }
                case "complete" -> tellAtTheEnd(request);
                case "timeout" -> tellWhenItIsLate(request);
                case "read" -> tellWhenAllIsRead(request);
                case "write" -> tellWhenItCanBeWritten(request);
                case "dispatch" -> request.startAsync().dispatch("/user/now");
                default -> response.getWriter().print(look(request));
            }
        }

        /** By a listener that adds itself again when the dispatch starts the request anew, and so is told of its end. */
        private void tellAtTheEnd(HttpServletRequest request) {
            AsyncContext async = request.startAsync();
            async.addListener(new AsyncListener() {
                @Override
                public void onStartAsync(AsyncEvent event) {
                    event.getAsyncContext().addListener(this);
                }

                @Override
                public void onComplete(AsyncEvent event) throws IOException {
                    Files.writeString(directory.resolve("completed-" + request.getRemoteUser()), look(request));
                }

                @Override
                public void onTimeout(AsyncEvent event) {}

                @Override
                public void onError(AsyncEvent event) {}
            });
            async.dispatch("/user/start");
        }

        private void tellWhenItIsLate(HttpServletRequest request) {
            AsyncContext async = request.startAsync();
            async.setTimeout(1);
            async.addListener(new AsyncListener() {
                @Override
                public void onStartAsync(AsyncEvent event) {}

                @Override
                public void onComplete(AsyncEvent event) {}

                @Override
                public void onTimeout(AsyncEvent event) {
                    answer(event.getAsyncContext(), request);
                }

                @Override
                public void onError(AsyncEvent event) {}
            });
        }

        private void tellWhenAllIsRead(HttpServletRequest request) throws IOException {
            AsyncContext async = request.startAsync();
            ServletInputStream in = async.getRequest().getInputStream();
            in.setReadListener(new ReadListener() {
                @Override
                public void onDataAvailable() throws IOException {
                    while (in.isReady() && in.read() >= 0) {
                        // Nobody wants it.
                    }
                }

                @Override
                public void onAllDataRead() {
                    answer(async, request);
                }

                @Override
                public void onError(Throwable failure) {
                    async.complete();
                }
            });
        }

        private void tellWhenItCanBeWritten(HttpServletRequest request) throws IOException {
            AsyncContext async = request.startAsync();
            ServletOutputStream out = async.getResponse().getOutputStream();
            out.setWriteListener(new WriteListener() {
                @Override
                public void onWritePossible() throws IOException {
                    if (out.isReady()) {
                        out.print(look(request));
                        async.complete();
                    }
                }

                @Override
                public void onError(Throwable failure) {
                    async.complete();
                }
            });
        }

        private void answer(AsyncContext async, HttpServletRequest request) {
            try {
                async.getResponse().getWriter().print(look(request));
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            } finally {
                async.complete();
            }
        }

        private String look(HttpServletRequest request) throws IOException {
            String read = request.getParameter("read");
            if (read != null) {
                try {
                    return Files.readString(directory.resolve(read));
                } catch (AccessDeniedException e) {
                    return "refused";
                }
            }
            Path made = Files.createFile(directory.resolve(UUID.randomUUID().toString()));
            return "uid " + Files.getAttribute(made, "unix:uid");
        }
    }
}
