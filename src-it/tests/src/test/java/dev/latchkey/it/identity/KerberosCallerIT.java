package dev.latchkey.it.identity;

import static org.assertj.core.api.Assertions.assertThat;

import dev.latchkey.impersonation.Identities;
import dev.latchkey.impersonation.ImpersonatingExecutorService;
import dev.latchkey.impersonation.http.Negotiation;
import dev.latchkey.impersonation.web.ImpersonationInitializer;
import dev.latchkey.testkit.RestingServers;
import dev.latchkey.testkit.TestPrograms;
import dev.latchkey.testkit.kerberos.Kdc;
import dev.latchkey.testkit.kerberos.KerberosPrograms;
import dev.latchkey.testkit.kerberos.MitKdc;
import jakarta.servlet.AsyncContext;
import jakarta.servlet.http.HttpServlet;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.List;
import org.eclipse.jetty.ee10.servlet.ServletContextHandler;
import org.eclipse.jetty.ee10.servlet.ServletHolder;
import org.eclipse.jetty.ee10.servlet.security.ConstraintMapping;
import org.eclipse.jetty.ee10.servlet.security.ConstraintSecurityHandler;
import org.eclipse.jetty.security.Constraint;
import org.eclipse.jetty.security.authentication.SPNEGOAuthenticator;
import org.eclipse.jetty.server.Server;
import org.eclipse.jetty.server.ServerConnector;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;

/**
 * A web application whose callers log in by Kerberos: requests, and what they hand on, run as them. On a second server by
 * what they delegated, on this system as the account that the name is mapped to.
 */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class KerberosCallerIT {
    private static final int FIRST_UID = 21001;

    private final Server server = new Server();
    private final ServerConnector connector = new ServerConnector(server);
    private Kdc kdc;
    private SpnegoServer back;
    private Caller caller;
    private ImpersonatingExecutorService pool;
    private Path files;

    @BeforeAll
    void start(@TempDir Path dir) throws Exception {
        TestPrograms.requireRoot("requests of Kerberos callers as accounts of Linux");
        KerberosPrograms programs = TestPrograms.require("MIT's KDC (src-it/kdc-packages)", KerberosPrograms.mit());
        kdc = MitKdc.start(Files.createDirectory(dir.resolve("kdc")), programs);
        kdc.useInThisJvm();
        files = makeFiles(dir);
        pool = Identities.flow().newFixedThreadPool(2, "caller-");
        back = SpnegoServer.whoAmI(kdc, Kdc.BACK, Seen.BY_REQUEST);
        caller = Caller.Kind.JETTY.with(
                Negotiation.builder().allow(back.origin()).build());
        connector.setHost("127.0.0.1");
        server.addConnector(connector);
        server.setHandler(application());
        server.start();
    }

    /** One file a user, which nobody else can read. */
    private static Path makeFiles(Path dir) throws IOException {
        Files.setPosixFilePermissions(dir, PosixFilePermissions.fromString("rwx--x--x"));
        Path files = Files.createDirectory(dir.resolve("files"));
        Files.setPosixFilePermissions(files, PosixFilePermissions.fromString("rwxr-xr-x"));
        for (String user : Kdc.USERS) {
            Path file = Files.writeString(files.resolve(user), "secret of " + user);
            Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-------"));
            Files.setAttribute(file, "unix:uid", FIRST_UID + Kdc.USERS.indexOf(user));
        }
        return files;
    }

    private ServletContextHandler application() {
        ServletContextHandler context = new ServletContextHandler("/", ServletContextHandler.SECURITY);
        context.setInitParameter("dev.latchkey.impersonation.requests", "required");
        context.setInitParameter(
                "dev.latchkey.impersonation.accounts",
                "user1=#" + FIRST_UID + ":" + FIRST_UID + ", user2=#" + (FIRST_UID + 1) + ":" + (FIRST_UID + 1));
        context.addServletContainerInitializer(new ImpersonationInitializer());
        ServletHolder holder = new ServletHolder(new Application());
        holder.setAsyncSupported(true);
        context.addServlet(holder, "/*");
        ConstraintSecurityHandler security = (ConstraintSecurityHandler) context.getSecurityHandler();
        security.setLoginService(SpnegoServer.login(kdc, Kdc.FRONT));
        security.setAuthenticator(new SPNEGOAuthenticator());
        ConstraintMapping all = new ConstraintMapping();
        all.setPathSpec("/*");
        all.setConstraint(Constraint.from("user"));
        security.addConstraintMapping(all);
        return context;
    }

    @AfterAll
    void stop() throws Exception {
        RestingServers.stop(server, Duration.ofSeconds(20));
        for (AutoCloseable each : new AutoCloseable[] {caller, back, kdc}) {
            if (each != null) {
                each.close();
            }
        }
        if (pool != null) {
            pool.shutdownNow();
        }
    }

    private String curl(String user, String path) throws IOException {
        return TwoServers.curl(kdc, user, "http://localhost:" + connector.getLocalPort() + path, "always");
    }

    @Test
    void itIsSeenByItsNameOnASecondServerFromEveryThread() throws Exception {
        for (String user : Kdc.USERS) {
            for (String way : List.of("now", "start", "pool")) {
                assertThat(curl(user, "/" + way + "?ask")).as(way).matches(user + " \\d+");
            }
        }
    }

    @Test
    void itReadsItsOwnFilesOnlyFromEveryThread() throws Exception {
        for (String way : List.of("now", "start", "pool")) {
            assertThat(curl("user1", "/" + way + "?read=user1")).as(way).isEqualTo("secret of user1");
            assertThat(curl("user1", "/" + way + "?read=user2")).as(way).isEqualTo("refused");
            assertThat(curl("user2", "/" + way + "?read=user2")).as(way).isEqualTo("secret of user2");
        }
    }

    /** Asks or reads, on the thread of the request, on one of the server's, or on one of a pool. */
    private final class Application extends HttpServlet {
        private static final long serialVersionUID = 1L;

        @Override
        protected void doGet(HttpServletRequest request, HttpServletResponse response) throws IOException {
            switch (request.getPathInfo()) {
                case "/start" -> {
                    AsyncContext async = request.startAsync();
                    async.start(() -> answer(async, request));
                }
                case "/pool" -> {
                    AsyncContext async = request.startAsync();
                    pool.execute(() -> answer(async, request));
                }
                default -> response.getWriter().print(work(request));
            }
        }

        private void answer(AsyncContext async, HttpServletRequest request) {
            try {
                async.getResponse().getWriter().print(work(request));
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            } finally {
                async.complete();
            }
        }

        private String work(HttpServletRequest request) throws IOException {
            String file = request.getParameter("read");
            try {
                return file == null ? caller.get(back.origin() + "/") : Files.readString(files.resolve(file));
            } catch (AccessDeniedException e) {
                return "refused";
            } catch (IOException | RuntimeException e) {
                throw e;
            } catch (Exception e) {
                throw new IOException(e);
            }
        }
    }
}
