package dev.latchkey.testkit;

import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;

/** Finds in a Jetty log what a clean run does not write: warnings, errors, stack traces. Static; any thread. */
public final class LogProblems {
    private static final Pattern WARNING = Pattern.compile("^\\d{4}-\\d\\d-\\d\\d [\\d:.]+:(WARN |ERROR):.*");
    private static final Pattern TRACE = Pattern.compile("^\\s+at [\\w.$/<>@-]+\\(.*\\)$|^Caused by: .*");

    private LogProblems() {}

    /**
     * Finds the problems.
     *
     * @param log the lines, in the format of Jetty's own logging
     * @param expected a line that one of these patterns is found in is no problem, such as {@code Weak cipher suite}
     * @return the lines that are problems, in order
     */
    public static List<String> in(List<String> log, String... expected) {
        List<Pattern> allowed = List.of(expected).stream().map(Pattern::compile).toList();
        List<String> problems = new ArrayList<>();
        for (String line : log) {
            if ((WARNING.matcher(line).matches() || TRACE.matcher(line).matches())
                    && allowed.stream()
                            .noneMatch(pattern -> pattern.matcher(line).find())) {
                problems.add(line);
            }
        }
        return problems;
    }
}
