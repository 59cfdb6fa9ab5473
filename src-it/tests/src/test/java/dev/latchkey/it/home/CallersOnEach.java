package dev.latchkey.it.home;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.latchkey.container.JettyBase;
import dev.latchkey.container.JettyHomeException;
import dev.latchkey.container.JettyHomeRun;
import dev.latchkey.it.Curl;
import dev.latchkey.it.ServerParts;
import dev.latchkey.testkit.TestPrograms;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.UUID;
import org.jboss.shrinkwrap.api.spec.WebArchive;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * The module {@code latchkey-impersonation} on a real jetty-home, with a web application that injects: as whom the
 * kernel takes its work, by the owner of new files and by files of mode 0600. One server a test class.
 */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
abstract class CallersOnEach {
    private static final List<String> USERS = List.of("alice", "bob");
    private static final int FIRST_UID = 21001;
    private static final String SERVER = "0";

    private final String line;
    private final String environment;
    private Path dir;
    private Path files;
    private JettyHomeRun server;

    CallersOnEach(String line, String environment) {
        this.line = line;
        this.environment = environment;
    }

    /** {@return an archive with the Weld of the environment} */
    abstract WebArchive weld(String name);

    @BeforeAll
    void start(@TempDir Path temporary) throws IOException {
        TestPrograms.requireRoot("requests as accounts of Linux on jetty-home");
        dir = temporary;
        Files.setPosixFilePermissions(dir, PosixFilePermissions.fromString("rwx--x--x"));
        files = Files.createDirectory(dir.resolve("files"));
        Files.setPosixFilePermissions(files, PosixFilePermissions.fromString("rwxrwxrwx"));
        for (String user : USERS) {
            Path file = Files.writeString(files.resolve(user), "secret of " + user);
            Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-------"));
            Files.setAttribute(file, "unix:uid", FIRST_UID + USERS.indexOf(user));
        }
        server = base("base", "required")
                .logFile(ServerParts.target().resolve("home-" + getClass().getSimpleName() + ".log"))
                .start();
        server.deploy("callers", CallerWar.in(dir, weld("callers.war")), environment);
        server.deploy("files", CallerWar.ofFiles(dir, files), environment);
        server.deploy("off", CallerWar.saying("off", dir, weld("off.war")), environment);
    }

    private JettyBase base(String name, String requests) throws IOException {
        return ServerParts.base(line, dir.resolve(name))
                .environments(environment)
                .modules("demo-realm", environment + "-cdi", "latchkey-impersonation")
                .property("latchkey.impersonation.requests", requests)
                .property("latchkey.impersonation.accounts", "alice=#21001:21001,bob=#21002:21002")
                .overlay(Realm.in(dir, "alice: secret,user\nbob: secret,user\ncarol: secret,user\n"));
    }

    @AfterAll
    void stop() {
        if (server != null) {
            server.close();
        }
    }

    private Curl as(String user) {
        return Curl.to(server.httpsPort(), ServerParts.pki()).with("-u", user + ":secret");
    }

    private String owner(String user, String path) throws IOException {
        return as(user).get(path + "?make=" + files.resolve(UUID.randomUUID().toString()))
                .text();
    }

    private String read(String user, String path, String whose) throws IOException {
        return as(user).get(path + "?read=" + files.resolve(whose)).text();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"/thread", "/start", "/read-listener", "/write-listener", "/executor", "/bean", "/bean-executor"
            })
    void byTheModulesSettingAllWorkIsTheCallers(String way) throws Exception {
        for (String user : USERS) {
            assertThat(owner(user, "/callers" + way)).as(user).isEqualTo(uid(user));
        }
        assertThat(read("alice", "/callers" + way, "alice")).isEqualTo("secret of alice");
        assertThat(read("alice", "/callers" + way, "bob")).isEqualTo("refused");
    }

    @ParameterizedTest
    @ValueSource(strings = {"/bean", "/bean-executor"})
    void whereTheApplicationTurnsItOffABeanIsTheCallersByItsAnnotationAlone(String way) throws Exception {
        for (String user : USERS) {
            assertThat(owner(user, "/off/thread")).isEqualTo(SERVER);
            assertThat(owner(user, "/off" + way)).as(user).isEqualTo(uid(user));
            assertThat(owner(user, "/off/thread")).isEqualTo(SERVER);
            assertThat(owner(user, "/off/executor"))
                    .as("the pool's threads afterwards")
                    .isEqualTo(SERVER);
        }
        assertThat(read("bob", "/off" + way, "alice")).isEqualTo("refused");
    }

    @Test
    void aCallerWithoutAnAccountIsRefusedBeforeAnyOfItsWork() throws Exception {
        assertThat(as("carol")
                        .get("/callers/thread?read=" + files.resolve("alice"))
                        .status())
                .isEqualTo(403);
        assertThat(as("carol").get("/off/bean?read=" + files.resolve("alice")))
                .satisfies(answer -> assertThat(answer.status()).isEqualTo(500))
                .satisfies(answer -> assertThat(answer.text()).doesNotContain("secret"));
    }

    /** Its parameters, in the server's webdefault, switch a cache on that knows paths only. */
    @Test
    void theStockDefaultServletKeepsNoFileOfOneForAnother() throws Exception {
        for (int i = 0; i < 3; i++) {
            assertThat(as("bob").get("/files/alice").text()).doesNotContain("secret of");
            assertThat(as("alice").get("/files/alice").text()).isEqualTo("secret of alice");
        }
        assertThat(server.log().from(0))
                .anyMatch(line -> line.contains("The cache of static files is off in the application \"/files\""));
    }

    @Test
    void aValueThatTheModuleDoesNotTakeStopsTheApplicationsStart() throws Exception {
        try (JettyHomeRun wrong = base("wrong", "maybe").start()) {
            assertThatThrownBy(() -> wrong.deploy("callers", CallerWar.in(dir, weld("callers.war")), environment))
                    .isInstanceOf(JettyHomeException.class)
                    .hasMessageContaining("takes off, principal or required, not maybe");
        }
    }

    private static String uid(String user) {
        return String.valueOf(FIRST_UID + USERS.indexOf(user));
    }
}
