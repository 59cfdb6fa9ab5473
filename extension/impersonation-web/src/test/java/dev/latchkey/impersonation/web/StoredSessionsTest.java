package dev.latchkey.impersonation.web;

import static org.assertj.core.api.Assertions.assertThat;

import dev.latchkey.testkit.TestPrograms;
import jakarta.servlet.http.HttpServlet;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import jakarta.servlet.http.HttpSession;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.stream.Stream;
import org.eclipse.jetty.ee9.nested.SessionHandler;
import org.eclipse.jetty.ee9.security.authentication.BasicAuthenticator;
import org.eclipse.jetty.ee9.servlet.ServletHolder;
import org.eclipse.jetty.session.DefaultSessionCache;
import org.eclipse.jetty.session.FileSessionDataStore;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The container keeps its sessions as itself, in a directory that is closed to callers. Needs root. */
@Timeout(60)
class StoredSessionsTest {
    @TempDir
    private Path store;

    @BeforeAll
    static void root() {
        TestPrograms.requireRoot("requests as accounts of Linux");
    }

    @Test
    void theyAreMadeRenamedAndEndedByTheContainer() throws Exception {
        Files.setPosixFilePermissions(store, PosixFilePermissions.fromString("rwx------"));
        try (AccountServer server = new AccountServer(new BasicAuthenticator(), "alice")
                .with("requests", "required")
                .with("accounts", "alice=#21001:21001")
                .with(context -> {
                    SessionHandler sessions = context.getSessionHandler();
                    DefaultSessionCache cache = new DefaultSessionCache(sessions.getSessionManager());
                    cache.setSaveOnCreate(true);
                    FileSessionDataStore files = new FileSessionDataStore();
                    files.setStoreDir(store.toFile());
                    cache.setSessionDataStore(files);
                    sessions.setSessionCache(cache);
                    context.addServlet(new ServletHolder(new SessionServlet()), "/user/session/*");
                })
                .start()) {
            String id = server.getAs("alice", "/user/session/make").body();
            assertThat(stored()).hasSize(1).allMatch(name -> name.contains(id));
            String renamed = server.getAs("alice", "/user/session/rename").body();
            assertThat(renamed).isNotEqualTo(id);
            assertThat(stored()).hasSize(1).allMatch(name -> name.contains(renamed));
            assertThat(server.getAs("alice", "/user/session/end").body()).isEqualTo("ended");
            assertThat(stored())
                    .as("a session that was ended is not left behind")
                    .isEmpty();
        }
    }

    private List<String> stored() throws IOException {
        try (Stream<Path> files = Files.list(store)) {
            return files.map(file -> file.getFileName().toString()).toList();
        }
    }

    private static final class SessionServlet extends HttpServlet {
        private static final long serialVersionUID = 1L;

        @Override
        protected void doGet(HttpServletRequest request, HttpServletResponse response) throws IOException {
            HttpSession session = request.getSession();
            String answer = "none";
            switch (request.getPathInfo()) {
                case "/make" -> answer = session.getId();
                case "/rename" -> answer = request.changeSessionId();
                default -> {
                    assertThat(request.getSession(false)).isEqualTo(session);
                    session.invalidate();
                    answer = "ended";
                }
            }
            response.getWriter().print(answer);
        }
    }
}
