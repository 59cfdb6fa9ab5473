package dev.latchkey.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.opentest4j.AssertionFailedError;
import org.opentest4j.TestAbortedException;

class TestProgramsTest {
    private static final Duration LONG = Duration.ofSeconds(30);

    @TempDir
    Path dir;

    @Test
    void gathersWhatAProgramSays() throws Exception {
        String shell = TestPrograms.require("sh").toString();
        byte[] input = "from in".getBytes(StandardCharsets.UTF_8);
        ProgramResult result = TestPrograms.run(LONG, input, List.of(shell, "-c", "cat; echo to err >&2; exit 3"));

        assertThat(result.out()).isEqualTo("from in");
        assertThat(result.err()).isEqualTo("to err\n");
        assertThat(result.exit()).isEqualTo(3);
        assertThat(result.timedOut()).isFalse();
        assertThat(result.isSuccess()).isFalse();
    }

    @Test
    void killsTheWholeTreeWhenTheTimeIsOver() throws Exception {
        Path pid = dir.resolve("pid");
        ProgramResult result = TestPrograms.run(
                Duration.ofSeconds(2), "sh", "-c", "sleep 600 & echo $! > '" + pid + "'; echo started; wait");

        assertThat(result.timedOut()).isTrue();
        assertThat(result.out()).isEqualTo("started\n");
        long child = Long.parseLong(Files.readString(pid).strip());
        await().until(() ->
                ProcessHandle.of(child).map(handle -> !handle.isAlive()).orElse(true));
    }

    @Test
    void aMissingProgramFailsInContinuousIntegrationAndIsRecordedElsewhere() throws Exception {
        Path leftOut = dir.resolve("target/left-out.txt");

        assertThatThrownBy(() -> TestPrograms.require("nosuch", Optional.empty(), true, leftOut))
                .isInstanceOf(AssertionFailedError.class)
                .hasMessageContaining("nosuch");
        assertThatThrownBy(() -> TestPrograms.require("other", Optional.empty(), false, leftOut))
                .isInstanceOf(TestAbortedException.class)
                .hasMessageContaining("other");
        assertThatThrownBy(() -> TestPrograms.require("other", Optional.empty(), false, leftOut))
                .isInstanceOf(TestAbortedException.class);
        assertThat(Files.readAllLines(leftOut)).containsExactly("nosuch", "other");
    }

    @Test
    void findsExecutablesOnly() throws Exception {
        Path program = Files.createFile(dir.resolve("program"));
        assertThat(TestPrograms.find("program", "/nonexistent:" + dir)).isEmpty();
        assertThat(program.toFile().setExecutable(true)).isTrue();
        assertThat(TestPrograms.find("program", "/nonexistent:" + dir)).contains(program);
        assertThat(TestPrograms.find("no-such-program-at-all")).isEmpty();
    }
}
