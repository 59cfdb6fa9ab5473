package dev.latchkey.container;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * A JETTY_BASE: described first, made by {@link #start()}, and then run by the real start.jar.
 *
 * <p>Without more: https on a free port of 127.0.0.1, hot deployment every second, the newest of Jakarta EE 10 and
 * what this JVM runs on. One thread at a time.
 */
public final class JettyBase {
    private static final Duration PREPARE_TIMEOUT = Duration.ofMinutes(2);

    private final JettyHome home;
    private final Path directory;
    private final Set<String> modules = new LinkedHashSet<>(List.of("https"));
    private final Map<String, String> properties = new LinkedHashMap<>();
    private final List<Path> overlays = new ArrayList<>();
    private final List<String> jvmArguments = new ArrayList<>();
    private List<String> environments = List.of("ee10");
    private Path java = Path.of(System.getProperty("java.home"), "bin", "java");
    private @Nullable Path logFile;
    private Duration startTimeout = Duration.ofSeconds(90);
    private boolean prepared;

    JettyBase(JettyHome home, Path directory) {
        this.home = home;
        this.directory = directory;
        property("jetty.ssl.host", "127.0.0.1");
        property("jetty.ssl.port", "0");
        property("jetty.deploy.scanInterval", "1");
        // Or 12.1 says that the new application is started while the old one is still served.
        property("jetty.deploy.atomicRedeploy", "false");
    }

    /**
     * Sets for which Jakarta EE environments web applications can be deployed.
     *
     * @param names such as {@code ee10}; the first one is what {@link JettyHomeRun#deploy(String, Path)} deploys to
     * @return this
     */
    public JettyBase environments(String... names) {
        for (String name : names) {
            if (!home.hasModule(name + "-deploy")) {
                throw new IllegalArgumentException(home + " has no environment " + name);
            }
        }
        environments = List.of(names);
        return this;
    }

    /**
     * Adds modules of jetty-home, or of an overlay.
     *
     * @param names such as {@code http2}
     * @return this
     */
    public JettyBase modules(String... names) {
        modules.addAll(List.of(names));
        return this;
    }

    /**
     * Sets a property, as an ini file does.
     *
     * @param name such as {@code jetty.ssl.idleTimeout}; {@code name+} adds to the value
     * @param value the value, one line
     * @return this
     */
    public JettyBase property(String name, String value) {
        if ((name + value).matches("(?s).*[\\r\\n].*")) {
            throw new IllegalArgumentException("A property is one line: " + name);
        }
        properties.put(name, value);
        return this;
    }

    /**
     * Sets the server's own key, PKCS #12.
     *
     * @param file the key store
     * @param password of the store and of the key
     * @return this
     */
    public JettyBase keyStore(Path file, String password) {
        return property("jetty.sslContext.keyStorePath", file.toAbsolutePath().toString())
                .property("jetty.sslContext.keyStorePassword", password);
    }

    /**
     * Sets whom the server trusts, PKCS #12.
     *
     * @param file the trust store
     * @param password of the store
     * @return this
     */
    public JettyBase trustStore(Path file, String password) {
        return property("jetty.sslContext.trustStorePath", file.toAbsolutePath().toString())
                .property("jetty.sslContext.trustStorePassword", password);
    }

    /**
     * Lays a zip over the base before modules are enabled.
     *
     * @return this
     */
    public JettyBase overlay(Path zip) {
        overlays.add(zip);
        return this;
    }

    /**
     * Runs the server on another Java.
     *
     * @param executable its {@code bin/java}
     * @return this
     */
    public JettyBase java(Path executable) {
        java = executable;
        return this;
    }

    /**
     * Adds arguments for the server's JVM, such as {@code -Xmx256m}.
     *
     * @return this
     */
    public JettyBase jvmArguments(String... arguments) {
        jvmArguments.addAll(List.of(arguments));
        return this;
    }

    /**
     * Writes the server's log to this file instead of {@code logs/server.log} in the base.
     *
     * @return this
     */
    public JettyBase logFile(Path file) {
        logFile = file;
        return this;
    }

    /**
     * Bounds how long the start may take; 90 s by default.
     *
     * @return this
     */
    public JettyBase startTimeout(Duration timeout) {
        startTimeout = timeout;
        return this;
    }

    /** {@return where the base is} */
    public Path directory() {
        return directory;
    }

    /**
     * Makes the base, the first time, and starts the server on it; returns when it serves.
     *
     * @return the running server, to be closed
     * @throws JettyHomeException if the base cannot be made or the server does not start; nothing is left running
     * @throws IOException if a file cannot be read or written
     */
    public JettyHomeRun start() throws IOException {
        return start(List.of());
    }

    /**
     * Starts it as {@link #start()} does, with arguments for this start alone.
     *
     * @param arguments for start.jar, such as {@code jetty.ssl.idleTimeout=1000}; they go before the base's properties
     * @return the running server, to be closed
     * @throws JettyHomeException if the base cannot be made or the server does not start; nothing is left running
     * @throws IOException if a file cannot be read or written
     */
    public JettyHomeRun start(List<String> arguments) throws IOException {
        if (!prepared) {
            prepare();
            prepared = true;
        }
        Path log = logFile != null ? logFile : directory.resolve("logs").resolve("server.log");
        List<String> command = new ArrayList<>(List.of(java.toString()));
        // Jetty unpacks web applications into the temporary directory: keep that in the base, and with it the rubbish.
        command.add("-Djava.io.tmpdir=" + Files.createDirectories(directory.resolve("tmp")));
        command.addAll(jvmArguments);
        command.addAll(startJar());
        command.addAll(arguments);
        return JettyHomeRun.start(command, directory, log, environments, startTimeout);
    }

    private List<String> startJar() {
        return List.of("-jar", home.startJar().toString(), "jetty.base=" + directory);
    }

    private void prepare() throws IOException {
        if (Files.exists(directory) && !isEmpty(directory)) {
            throw new IOException("Not a place for a new JETTY_BASE, because it is not empty: " + directory);
        }
        Files.createDirectories(directory);
        for (Path overlay : overlays) {
            Zips.unpack(overlay, directory);
        }
        addModules();
        List<String> lines = new ArrayList<>();
        properties.forEach((name, value) -> lines.add(name + "=" + value));
        // First in the alphabet: what follows the line of an ee10 module is, to 12.0, a property of ee10 alone.
        Files.write(Files.createDirectories(directory.resolve("start.d")).resolve("0-given.ini"), lines);
    }

    private void addModules() throws IOException {
        Set<String> all = new LinkedHashSet<>(modules);
        for (String environment : environments) {
            all.add(environment + "-deploy");
            all.add(environment + "-annotations");
        }
        List<String> command = new ArrayList<>(List.of(java.toString()));
        command.addAll(startJar());
        command.add("--add-modules=" + String.join(",", all));
        command.add("--approve-all-licenses");
        Path output = directory.resolve("add-modules.log");
        Process process = new ProcessBuilder(command)
                .directory(directory.toFile())
                .redirectErrorStream(true)
                .redirectOutput(output.toFile())
                .start();
        ProcessTree tree = new ProcessTree(process);
        try {
            if (!process.waitFor(PREPARE_TIMEOUT.toMillis(), TimeUnit.MILLISECONDS) || process.exitValue() != 0) {
                throw new JettyHomeException(
                        "start.jar could not enable " + all + ":\n" + Files.readString(output, StandardCharsets.UTF_8));
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new JettyHomeException("Interrupted while start.jar enabled " + all);
        } finally {
            tree.end(Duration.ZERO);
        }
    }

    private static boolean isEmpty(Path directory) throws IOException {
        try (Stream<Path> inside = Files.list(directory)) {
            return inside.findAny().isEmpty();
        }
    }
}
