package dev.latchkey.impersonation.web;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.latchkey.testkit.TestPrograms;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import org.eclipse.jetty.ee9.security.authentication.BasicAuthenticator;
import org.eclipse.jetty.ee9.servlet.DefaultServlet;
import org.eclipse.jetty.ee9.servlet.ServletHolder;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What one may read is not kept for another by a cache that knows paths only. Needs root. */
@Timeout(60)
class StaticFilesTest {
    @TempDir
    private Path directory;

    @BeforeAll
    static void root() {
        TestPrograms.requireRoot("requests as accounts of Linux");
    }

    @BeforeEach
    void makeFiles() throws IOException {
        Files.setPosixFilePermissions(directory, PosixFilePermissions.fromString("rwxr-xr-x"));
        Path file = Files.writeString(directory.resolve("of-alice.txt"), "secret of alice");
        Files.setAttribute(file, "unix:uid", 21001);
        Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-------"));
    }

    private AccountServer server(ServletHolder files) {
        return new AccountServer(new BasicAuthenticator(), "alice", "bob")
                .with("requests", "principal")
                .with("accounts", "alice=#21001:21001,bob=#21002:21002")
                .with(context -> {
                    context.setBaseResourceAsPath(directory);
                    context.addServlet(files, "/user/files/*");
                });
    }

    /** With the parameters of Jetty's webdefault.xml. */
    private static ServletHolder cached(Class<? extends DefaultServlet> kind) {
        ServletHolder files = new ServletHolder("files", kind);
        files.setInitParameter("pathInfoOnly", "true");
        files.setInitParameter("maxCacheSize", "256000000");
        files.setInitParameter("maxCachedFileSize", "200000000");
        files.setInitParameter("maxCachedFiles", "2048");
        files.setInitParameter("useFileMappedBuffer", "true");
        return files;
    }

    @Test
    void theDefaultServletKeepsNoFileOfOneForAnother() throws Exception {
        String file = "/user/files/of-alice.txt";
        try (AccountServer server = server(cached(DefaultServlet.class)).start()) {
            for (int i = 0; i < 3; i++) {
                assertThat(server.getAs("bob", file).body()).doesNotContain("secret");
                assertThat(server.getAs("alice", file).body()).isEqualTo("secret of alice");
            }
        }
    }

    /** Another's servlet may not ask where the default one does. */
    public static final class OwnServlet extends DefaultServlet {
        private static final long serialVersionUID = 1L;
    }

    @Test
    void anothersCacheStopsTheStartUnlessItIsOff() throws Exception {
        assertThatThrownBy(() -> server(cached(OwnServlet.class)).start().close())
                .hasStackTraceContaining("the servlet files's parameters")
                .hasStackTraceContaining("Set maxCachedFiles to 0");
        ServletHolder off = cached(OwnServlet.class);
        off.setInitParameter("maxCachedFiles", "0");
        server(off).start().close();
    }

    @ParameterizedTest
    @CsvSource({
        "org.eclipse.jetty.servlet.Default.maxCachedFiles, 10, true",
        "org.eclipse.jetty.servlet.Default.maxCachedFiles, 0, false",
        "org.eclipse.jetty.servlet.Default.maxCacheSize, 10, false"
    })
    void soDoesOneThatTheContextsParametersAskFor(String name, String value, boolean stops) throws Exception {
        AccountServer server =
                server(cached(DefaultServlet.class)).with(context -> context.setInitParameter(name, value));
        if (stops) {
            assertThatThrownBy(() -> server.start()).hasStackTraceContaining("the context's parameter " + name);
            server.close();
        } else {
            server.start().close();
        }
    }
}
