package dev.latchkey.impersonation.linux;

import static org.assertj.core.api.Assertions.assertThat;

import dev.latchkey.testkit.ProgramResult;
import dev.latchkey.testkit.TestPrograms;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.condition.EnabledForJreRange;
import org.junit.jupiter.api.condition.JRE;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * The README's table of what runs as whom, each row by {@link BirthRows} on the real kernel: whatever a task starts, no
 * thread is left as a user, and nobody's work runs as another. Needs root.
 *
 * <p>Each of three gives work {@code -Dbirths.rounds} times: 4,000 make over 100,000 tasks in all rows.
 */
@Tag("linux")
class WhoRunsAsWhomTest {
    private static final int ROUNDS = Integer.getInteger("births.rounds", 150);

    @ParameterizedTest
    @CsvSource({
        "executor, own",
        "scheduled, own",
        "future, own",
        "timeout, own server",
        "foreign, server refused",
        "ownPool, refused",
        "stream, own server",
        "supplyAsync, own server",
        "waiting, own server",
        "thread, own"
    })
    void whatATaskGivesAwayNeverRunsAsAnother(String row, String allowed) throws Exception {
        check(row, allowed);
    }

    @ParameterizedTest
    @EnabledForJreRange(min = JRE.JAVA_21)
    @CsvSource({"virtual, refused", "woken, server"})
    void aVirtualThreadIsNobodysOrRefused(String row, String allowed) throws Exception {
        check(row, allowed);
    }

    @ParameterizedTest
    @EnabledForJreRange(min = JRE.JAVA_25)
    @CsvSource("structured, refused")
    void aStructuredTaskIsRefused(String row, String allowed) throws Exception {
        check(row, allowed, "--enable-preview");
    }

    private static void check(String row, String allowed, String... options) throws Exception {
        TestPrograms.requireRoot("Linux accounts on threads");
        List<String> command = new ArrayList<>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        command.addAll(List.of(options));
        command.addAll(List.of(
                "-XX:TieredStopAtLevel=1",
                "-cp",
                System.getProperty("java.class.path"),
                BirthRows.class.getName(),
                row,
                Integer.toString(ROUNDS)));
        ProgramResult result = TestPrograms.run(Duration.ofMinutes(10), command.toArray(String[]::new));
        List<String> said = result.out().lines().toList();
        assertThat(said).as(result.err()).contains("END");
        Set<String> expected = new TreeSet<>();
        Arrays.stream(allowed.split(" ")).forEach(what -> expected.add("user:" + what));
        Set<String> server = Set.of("server:own");
        assertThat(seen(said, "user:")).isNotEmpty().isSubsetOf(expected);
        assertThat(seen(said, "server:")).isEqualTo(server);
        assertThat(said).contains("OTHERS []", "AFTERWARDS 0 0", "WASHED 0");
    }

    private static Set<String> seen(List<String> said, String giver) {
        Set<String> seen = new TreeSet<>();
        said.stream().filter(line -> line.startsWith("SEEN " + giver)).forEach(line -> seen.add(line.split(" ")[1]));
        return seen;
    }
}
