package dev.latchkey.impersonation;

import static org.assertj.core.api.Assertions.assertThat;

import dev.latchkey.testkit.TestPrograms;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The first life of each kind in a fresh Java, whose log of classes is read. Needs root, for real accounts. */
@Tag("linux")
class NothingLoadedLateTest {
    private static final String APPLIED = "dev.latchkey.impersonation.OneLife$Applied ";
    private static final String REVERTED = "dev.latchkey.impersonation.OneLife$Reverted ";

    @ParameterizedTest
    @ValueSource(
            strings = {
                "run",
                "wrapped",
                "wrappedOnce",
                "opened",
                "handsOver",
                "captures",
                "future",
                "execute",
                "submit",
                "throws"
            })
    void r30NothingIsLoadedWhileAThreadCarriesAUser(String kind, @TempDir Path directory) throws Exception {
        TestPrograms.requireRoot("Linux accounts on threads");
        Path log = directory.resolve("classes.log");
        Path said = directory.resolve("said.txt");
        Process java = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-Xlog:class+load=info:file=" + log + ":none",
                        "-cp",
                        System.getProperty("java.class.path"),
                        OneLife.class.getName(),
                        kind)
                .redirectErrorStream(true)
                .redirectOutput(said.toFile())
                .start();
        try {
            assertThat(java.waitFor(60, TimeUnit.SECONDS)).isTrue();
        } finally {
            java.destroyForcibly();
        }
        assertThat(said).content().contains("with accounts");
        List<String> loaded = Files.readAllLines(log);
        int first = indexOf(loaded, APPLIED);
        int last = indexOf(loaded, REVERTED);
        assertThat(first).isNotNegative();
        assertThat(last).isGreaterThan(first);
        assertThat(loaded.subList(first + 1, last)).isEmpty();
    }

    private static int indexOf(List<String> lines, String start) {
        for (int i = 0; i < lines.size(); i++) {
            if (lines.get(i).startsWith(start)) {
                return i;
            }
        }
        return -1;
    }
}
