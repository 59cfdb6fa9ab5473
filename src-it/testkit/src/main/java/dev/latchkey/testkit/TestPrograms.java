package dev.latchkey.testkit;

import java.io.ByteArrayOutputStream;
import java.io.File;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.Assertions;
import org.junit.jupiter.api.Assumptions;

/**
 * Finds the real programs that tests drive, such as curl, and runs them within bounds.
 *
 * <p>A test that cannot have its program fails under {@code CI=true}; elsewhere it is skipped, by name, and the name is
 * added to {@code target/left-out.txt} of its module. Static; any thread.
 */
public final class TestPrograms {
    private static final Duration KILL = Duration.ofSeconds(10);

    private TestPrograms() {}

    /** {@return the program on the PATH, if it is there} */
    public static Optional<Path> find(String name) {
        return find(name, System.getenv().getOrDefault("PATH", ""));
    }

    /** {@return the program on the PATH; without it the test fails or is skipped, as the class says} */
    public static Path require(String name) {
        return require(name, find(name), "true".equals(System.getenv("CI")), leftOutFile());
    }

    /** {@return the program on the PATH; without it the test is skipped by name, under {@code CI=true} as well} */
    public static Path requireOptional(String name) {
        return require(name, find(name), false, leftOutFile());
    }

    /** Ends a test that cannot have something that is not a program: fails or is skipped, as the class says. */
    public static void leaveOut(String what) {
        record(what, leftOutFile());
        end("Not on this machine: " + what);
    }

    /**
     * Goes on only as root; else the test fails or is skipped, as the class says.
     *
     * @param what is left out without, for the record
     */
    public static void requireRoot(String what) {
        if ("root".equals(System.getProperty("user.name"))) {
            return;
        }
        record(what + " (needs root)", leftOutFile());
        end(what + ": run as root to run this test");
    }

    private static void end(String message) {
        if ("true".equals(System.getenv("CI"))) {
            Assertions.fail(message);
        }
        Assumptions.abort(message);
    }

    static Optional<Path> find(String name, String path) {
        return Stream.of(path.split(File.pathSeparator))
                .filter(directory -> !directory.isEmpty())
                .map(directory -> Path.of(directory, name))
                .filter(file -> Files.isRegularFile(file) && Files.isExecutable(file))
                .findFirst();
    }

    /** {@return what was looked for, by a way of its own; without it the test fails or is skipped, as the class says} */
    public static <T> T require(String name, Optional<T> found) {
        return require(name, found, "true".equals(System.getenv("CI")), leftOutFile());
    }

    static <T> T require(String name, Optional<T> found, boolean ci, Path leftOut) {
        if (found.isPresent()) {
            return found.get();
        }
        record(name, leftOut);
        String message = "The program " + name + " is not here: install it to run this test";
        return ci ? Assertions.fail(message) : Assumptions.abort(message);
    }

    /**
     * Runs a program to its end.
     *
     * @param timeout after which it is killed, with all that it started
     * @param input what it gets on standard input, which is then closed
     * @param command the program and its arguments
     * @return what it did
     * @throws IOException if it cannot be started
     */
    public static ProgramResult run(Duration timeout, byte[] input, List<String> command) throws IOException {
        return run(new ProcessBuilder(command), timeout, input);
    }

    /** Runs a program with nothing on standard input; else as the three-argument method. */
    public static ProgramResult run(Duration timeout, String... command) throws IOException {
        return run(timeout, new byte[0], List.of(command));
    }

    /** Runs what a builder describes, for a directory or environment of its own; else as the others. */
    public static ProgramResult run(ProcessBuilder builder, Duration timeout, byte[] input) throws IOException {
        Process process = builder.start();
        boolean ended = false;
        try {
            Gatherer out = new Gatherer(process.getInputStream(), "program-out-" + process.pid());
            Gatherer err = new Gatherer(process.getErrorStream(), "program-err-" + process.pid());
            Thread feeder = feed(process.getOutputStream(), input, "program-in-" + process.pid());
            ended = process.waitFor(timeout.toMillis(), TimeUnit.MILLISECONDS);
            killTree(process);
            process.waitFor(KILL.toMillis(), TimeUnit.MILLISECONDS);
            feeder.join(KILL.toMillis());
            return new ProgramResult(builder.command(), process.exitValue(), !ended, out.text(), err.text());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException("Interrupted while running " + builder.command(), e);
        } finally {
            killTree(process);
        }
    }

    /**
     * Ends a process and all that it started, by their ids, at once.
     *
     * @param process one that this JVM started
     */
    public static void killTree(Process process) {
        List<ProcessHandle> all = new ArrayList<>(process.descendants().toList());
        all.add(process.toHandle());
        all.forEach(ProcessHandle::destroyForcibly);
    }

    private static Thread feed(OutputStream to, byte[] input, String name) {
        Thread feeder = new Thread(
                () -> {
                    try (to) {
                        to.write(input);
                    } catch (IOException e) {
                        // The program does not read to the end: that is its business.
                    }
                },
                name);
        feeder.setDaemon(true);
        feeder.start();
        return feeder;
    }

    private static Path leftOutFile() {
        return Path.of(System.getProperty("basedir", "."), "target", "left-out.txt");
    }

    private static synchronized void record(String name, Path file) {
        try {
            if (file.getParent() != null) {
                Files.createDirectories(file.getParent());
            }
            if (!Files.exists(file) || !Files.readAllLines(file).contains(name)) {
                Files.writeString(file, name + "\n", StandardOpenOption.CREATE, StandardOpenOption.APPEND);
            }
        } catch (IOException e) {
            throw new UncheckedIOException("Cannot record in " + file + " that " + name + " is missing", e);
        }
    }

    /** Reads a stream on a thread of its own, so that the program never waits for us. */
    private static final class Gatherer {
        private final ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        private final Thread thread;

        Gatherer(InputStream from, String name) {
            thread = new Thread(
                    () -> {
                        try (from) {
                            from.transferTo(bytes);
                        } catch (IOException e) {
                            // Killed: what has come is kept.
                        }
                    },
                    name);
            thread.setDaemon(true);
            thread.start();
        }

        String text() throws InterruptedException {
            thread.join(KILL.toMillis());
            return bytes.toString(StandardCharsets.UTF_8);
        }
    }
}
