package dev.latchkey.impersonation.linux;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.jna.Native;
import dev.latchkey.testkit.ProgramResult;
import dev.latchkey.testkit.TestPrograms;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.jar.JarFile;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.TestInstance.Lifecycle;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * {@link LinuxScenarios} on the real kernel: as root with supplementary groups, and as an ordinary account that has
 * CAP_SETUID, CAP_SETGID and, to be seen to be put away, CAP_DAC_OVERRIDE. Needs root to set that up.
 */
@EnabledOnOs(OS.LINUX)
@Tag("linux")
@TestInstance(Lifecycle.PER_CLASS)
class LinuxIdentityTest {
    private static final int SERVICE = 21100;
    private static final Duration LONG = Duration.ofSeconds(60);

    private Path directory;
    private Map<String, String> asRoot;
    private Map<String, String> asService;

    @BeforeAll
    void runBoth() throws IOException {
        TestPrograms.requireRoot("Linux accounts on threads");
        TestPrograms.require("setpriv");
        directory = Files.createTempDirectory("latchkey-linux");
        open(directory, "rwxrwxrwx");
        secret("secret-of-bob", LinuxScenarios.BOB, LinuxScenarios.BOB, "rw-------");
        secret("of-the-group-of-the-process", SERVICE + 1, LinuxScenarios.GROUP_OF_PROCESS, "rw-r-----");
        secret("of-the-team", SERVICE + 1, LinuxScenarios.TEAM, "rw-r-----");
        asRoot = claims(0, "--reuid=0", "--regid=0", "--groups=0," + LinuxScenarios.GROUP_OF_PROCESS);
        asService = claims(
                SERVICE,
                "--reuid=" + SERVICE,
                "--regid=" + SERVICE,
                "--groups=" + SERVICE + "," + LinuxScenarios.GROUP_OF_PROCESS,
                "--inh-caps=+setuid,+setgid,+dac_override",
                "--ambient-caps=+setuid,+setgid,+dac_override");
    }

    @AfterAll
    void delete() throws IOException {
        if (directory != null) {
            deleteAll(directory);
        }
    }

    static List<String> claims() {
        return LinuxScenarios.names();
    }

    @ParameterizedTest
    @MethodSource("claims")
    void asRootWithGroups(String claim) {
        assertThat(asRoot).containsEntry(claim, "ok");
    }

    @ParameterizedTest
    @MethodSource("claims")
    void asAnOrdinaryAccountWithCapabilities(String claim) {
        assertThat(asService).containsEntry(claim, "ok");
    }

    @Test
    void withoutCapabilitiesItSaysWhatIsMissing() throws IOException {
        ProgramResult result = java(SERVICE, List.of("--reuid=" + SERVICE, "--regid=" + SERVICE, "--clear-groups"));
        assertThat(result.out() + result.err())
                .contains("LK609")
                .contains("CAP_SETUID")
                .contains("AmbientCapabilities");
    }

    private Map<String, String> claims(int user, String... privileges) throws IOException {
        ProgramResult result = java(user, List.of(privileges));
        Map<String, String> claims = new HashMap<>();
        result.out()
                .lines()
                .filter(line -> line.startsWith("CLAIM "))
                .map(line -> line.split(" ", 3))
                .forEach(words -> claims.put(words[1], words[2]));
        assertThat(claims)
                .as("what the process said: %s %s", result.out(), result.err())
                .isNotEmpty();
        return claims;
    }

    /** Runs the claims with a class path that only this user can read. */
    private ProgramResult java(int user, List<String> privileges) throws IOException {
        Path classes = classesOf(user);
        List<String> command = new ArrayList<>(List.of("setpriv"));
        command.addAll(privileges);
        command.addAll(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Djava.io.tmpdir=" + classes,
                "-XX:TieredStopAtLevel=1",
                "-cp",
                classes.toString(),
                LinuxScenarios.class.getName(),
                directory.toString()));
        command.addAll(LinuxScenarios.names());
        return TestPrograms.run(LONG, command.toArray(String[]::new));
    }

    private Path classesOf(int user) throws IOException {
        Path classes = directory.resolve("classes-" + user);
        if (!Files.exists(classes)) {
            Files.createDirectory(classes);
            for (Class<?> part : List.of(LinuxIdentity.class, LinuxScenarios.class, Native.class)) {
                unfold(
                        Path.of(part.getProtectionDomain()
                                .getCodeSource()
                                .getLocation()
                                .getPath()),
                        classes);
            }
            try (Stream<Path> files = Files.walk(classes)) {
                for (Path file : (Iterable<Path>) files::iterator) {
                    Files.setAttribute(file, "unix:uid", user);
                    open(file, Files.isDirectory(file) ? "rwx------" : "rw-------");
                }
            }
        }
        return classes;
    }

    private static void unfold(Path source, Path target) throws IOException {
        if (Files.isDirectory(source)) {
            try (Stream<Path> files = Files.walk(source)) {
                for (Path file : (Iterable<Path>) files::iterator) {
                    Path to = target.resolve(source.relativize(file).toString());
                    if (Files.isDirectory(file)) {
                        Files.createDirectories(to);
                    } else {
                        Files.copy(file, to);
                    }
                }
            }
            return;
        }
        // A jar would stay open; a class in a directory is opened by whoever loads it.
        try (JarFile jar = new JarFile(source.toFile())) {
            for (var entry : (Iterable<java.util.jar.JarEntry>) jar.stream()::iterator) {
                Path to = target.resolve(entry.getName());
                if (!entry.isDirectory() && !Files.exists(to)) {
                    Files.createDirectories(to.getParent());
                    Files.copy(jar.getInputStream(entry), to);
                }
            }
        }
    }

    private void secret(String name, int uid, int gid, String mode) throws IOException {
        Path file = Files.writeString(directory.resolve(name), "secret");
        Files.setAttribute(file, "unix:uid", uid);
        Files.setAttribute(file, "unix:gid", gid);
        open(file, mode);
    }

    private static void open(Path file, String mode) throws IOException {
        Files.setPosixFilePermissions(file, PosixFilePermissions.fromString(mode));
    }

    private static void deleteAll(Path directory) throws IOException {
        List<Path> all;
        try (Stream<Path> files = Files.walk(directory)) {
            all = new ArrayList<>(files.toList());
        }
        java.util.Collections.reverse(all);
        for (Path file : all) {
            Files.delete(file);
        }
    }
}
