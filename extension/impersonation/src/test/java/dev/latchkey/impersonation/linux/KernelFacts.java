package dev.latchkey.impersonation.linux;

import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/** What the kernel says of a thread or a process, as {@link LinuxScenarios} compares it. Static; any thread. */
final class KernelFacts {
    /** The lines of a status that say who a thread is. */
    static final String ALL = "^(Uid|Gid|Groups|CapPrm|CapEff|CapInh|CapAmb):";

    private KernelFacts() {}

    static long capabilities(String line) {
        try (Stream<String> lines = Files.lines(Path.of("/proc/thread-self/status"))) {
            String found =
                    lines.filter(each -> each.startsWith(line)).findFirst().orElseThrow();
            return Long.parseUnsignedLong(found.substring(line.length()).strip(), 16);
        } catch (java.io.IOException e) {
            throw new java.io.UncheckedIOException(e);
        }
    }

    static String id(List<String> status) {
        return status.get(0).split("\t")[2];
    }

    static String run(String... command) throws Exception {
        Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
        try {
            return new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8).strip();
        } finally {
            process.destroyForcibly();
        }
    }

    static List<String> status(Path file) {
        return lines(file, ALL);
    }

    static List<String> lines(Path file, String pattern) {
        try {
            return Files.readAllLines(file).stream()
                    .filter(Pattern.compile(pattern).asPredicate())
                    .toList();
        } catch (java.io.IOException e) {
            throw new java.io.UncheckedIOException(e);
        }
    }

    static void check(String what, Object expected, Object found) {
        Object one = expected instanceof Number n ? (Object) n.longValue() : expected;
        Object other = found instanceof Number n ? (Object) n.longValue() : found;
        if (!one.equals(other)) {
            throw new AssertionError(what + ": expected " + expected + ", found " + found);
        }
    }
}
