package dev.latchkey.container;

import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.locks.LockSupport;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Deploys by the webapps directory and reads in the log what came of it.
 *
 * <p>Jetty writes {@code Failed startup of context …} of a context that does not start, with the exception in the lines
 * below, and a Started line of one that does. ee10 and later write a first Started line, of the core
 * {@code :oejsh.ContextHandler:}, before load-on-startup servlets have had their say; that one proves nothing. ee9
 * writes that one only, and last. ee9 writes nothing when a context stops; but each context that stops deletes the
 * directory that its WAR was unpacked to, which the Started line names.
 */
final class HotDeployment {
    private static final Duration TIMEOUT = Duration.ofSeconds(60);
    private static final Duration LOOK_AGAIN = Duration.ofMillis(50);
    private static final Duration QUIET = Duration.ofMillis(500);
    private static final String FAILED = ": Failed startup of context ";
    private static final Pattern UNPACKED = Pattern.compile(",(?:b=)?(file:[^,]+)/webapp/,");
    private static final Pattern NEW_ENTRY = Pattern.compile("^\\d{4}-\\d\\d-\\d\\d .*");

    private final Path webapps;
    private final ServerLog log;
    private final List<String> environments;
    /** Where Jetty keeps what it unpacked, by the application's name. */
    private final Map<String, Path> unpacked = new HashMap<>();

    HotDeployment(Path webapps, ServerLog log, List<String> environments) {
        this.webapps = webapps;
        this.log = log;
        this.environments = environments;
    }

    void deploy(String name, Path war) throws IOException {
        deploy(name, war, environments.get(0));
    }

    synchronized void deploy(String name, Path war, String environment) throws IOException {
        if (!environments.contains(environment)) {
            throw new IllegalArgumentException(
                    "This base has the environments " + environments + ", not " + environment);
        }
        // Copied beside and moved, or the scanner could find half a file.
        Path aside = Files.createTempFile(webapps.toAbsolutePath().getParent(), name, ".part");
        int position;
        try {
            Files.copy(war, aside, StandardCopyOption.REPLACE_EXISTING);
            position = log.position();
            chooseEnvironment(name, environment);
            Files.move(aside, warFile(name), StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
        } finally {
            Files.deleteIfExists(aside);
        }
        String line = log.await(position, each -> isOutcome(name, each), TIMEOUT, "word of the deployment of " + name);
        Matcher directory = UNPACKED.matcher(line);
        if (directory.find()) {
            unpacked.put(name, Path.of(URI.create(directory.group(1))));
        }
        if (line.contains(FAILED)) {
            throw new JettyHomeException("The web application " + name + " did not start:\n" + entry(position, line));
        }
    }

    synchronized void undeploy(String name) throws IOException {
        Files.deleteIfExists(warFile(name));
        Files.deleteIfExists(propertiesFile(name));
        Path directory = unpacked.remove(name);
        if (directory != null) {
            awaitDeletion(directory, name);
        }
    }

    private void awaitDeletion(Path directory, String name) throws IOException {
        long deadline = System.nanoTime() + TIMEOUT.toNanos();
        while (Files.exists(directory)) {
            if (log.isEnded() || System.nanoTime() - deadline > 0) {
                throw new JettyHomeException("The web application " + name + " did not stop. The end of " + log.file()
                        + ":\n" + log.tail(60));
            }
            LockSupport.parkNanos(LOOK_AGAIN.toNanos());
        }
    }

    /** With one environment there is no choice; a file is written only for a change, because that deploys again. */
    private void chooseEnvironment(String name, String environment) throws IOException {
        Path file = propertiesFile(name);
        String content = "environment=" + environment + "\n";
        if (environments.size() > 1
                && !(Files.exists(file) && Files.readString(file).equals(content))) {
            Files.writeString(file, content);
        }
    }

    private Path warFile(String name) {
        return webapps.resolve(name + ".war");
    }

    private Path propertiesFile(String name) {
        return webapps.resolve(name + ".properties");
    }

    /** {@return whether the line says what became of this application's deployment} */
    private static boolean isOutcome(String name, String line) {
        if (!line.contains(",/" + name + ",")) {
            return false;
        }
        if (line.contains(FAILED)) {
            // A properties file that is found before its WAR makes a context that fails without naming the WAR.
            return line.contains(name + ".war");
        }
        return line.contains(": Started ")
                && (line.contains("$CoreContextHandler@") || !line.contains(":oejsh.ContextHandler:"));
    }

    /** {@return the log's entry that begins with this line: a stack trace follows in lines without a time} */
    private String entry(int position, String first) {
        boolean[] seen = new boolean[1];
        // The next entry ends this one; if none comes, what is there must do.
        log.poll(
                position,
                line -> {
                    boolean next = seen[0] && NEW_ENTRY.matcher(line).matches();
                    seen[0] |= line.equals(first);
                    return next;
                },
                QUIET);
        List<String> lines = log.from(position);
        int begin = lines.indexOf(first);
        int end = begin + 1;
        while (end < lines.size() && !NEW_ENTRY.matcher(lines.get(end)).matches()) {
            end++;
        }
        return String.join("\n", lines.subList(begin, end));
    }
}
