package dev.latchkey.testkit.kerberos;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/**
 * A Kerberos key distribution centre of one's own: realm {@value #REALM}, on loopback, with its users and services.
 *
 * <p>Users, {@code user1} and {@code user2} if no others are named, whose passwords are their names with {@code pw};
 * services {@link #FRONT}, which may be given credentials to pass on, and {@link #BACK}. Each has a keytab. Ready in
 * half a second. Any thread may use it; {@link #close()} ends the process.
 */
public abstract class Kdc implements AutoCloseable {
    /** The realm. */
    public static final String REALM = "LATCHKEY.TEST";

    /** The users, where no others are named. */
    public static final List<String> USERS = List.of("user1", "user2");

    /** The service that browsers talk to: {@code http://localhost}. */
    public static final String FRONT = "HTTP/localhost";

    /** The service behind it: {@code http://127.0.0.1}. */
    public static final String BACK = "HTTP/127.0.0.1";

    private static final Duration PATIENCE = Duration.ofSeconds(20);

    final Path directory;
    final KerberosPrograms programs;
    final List<String> users;
    final int port;
    private final Process process;

    /**
     * Makes the realm and starts the KDC.
     *
     * @param directory an existing, empty directory for all it has
     * @param programs where the programs are
     * @param users the names of its users
     * @throws IOException if it could not be started, with what the programs said
     */
    Kdc(Path directory, KerberosPrograms programs, List<String> users) throws IOException {
        this.directory = directory.toAbsolutePath();
        this.programs = programs;
        this.users = List.copyOf(users);
        this.port = freePort();
        Files.writeString(krb5Conf(), commonConfiguration() + configuration());
        createRealm();
        this.process = start(daemon());
        try {
            awaitListening();
        } catch (IOException | RuntimeException e) {
            process.destroyForcibly();
            throw e;
        }
    }

    /** What krb5.conf says beyond what both have in common. */
    abstract String configuration() throws IOException;

    abstract void createRealm() throws IOException;

    /** The command of the daemon, which must stay in the foreground. */
    abstract List<String> daemon();

    /** The command that gets a forwardable ticket for a user, from its keytab. */
    abstract List<String> kinit(String user, Path keytab, Path cache);

    /** {@return the configuration to give to clients: {@code java.security.krb5.conf} of a JVM, else KRB5_CONFIG} */
    public final Path krb5Conf() {
        return directory.resolve("krb5.conf");
    }

    /** {@return the keys of a user or service, such as {@link #FRONT}} */
    public final Path keytab(String principal) {
        return directory.resolve(principal.replace('/', '_') + ".keytab");
    }

    /**
     * Gets a ticket for a user, forwardable, for clients that are not Java.
     *
     * @param user one of its users
     * @return a credential cache, for KRB5CCNAME
     * @throws IOException if the KDC refused
     */
    public final Path ticketCache(String user) throws IOException {
        Path cache = directory.resolve(user + ".cache");
        run(kinit(user, keytab(user), cache), "");
        return cache;
    }

    /** {@return the environment of a client that uses the system's own Kerberos library with this KDC} */
    public final Map<String, String> clientEnvironment(Path ticketCache) {
        return Map.of("KRB5_CONFIG", krb5Conf().toString(), "KRB5CCNAME", "FILE:" + ticketCache);
    }

    /** Lets this JVM use this KDC; the next {@link KerberosLogin} makes it forget another. */
    public final void useInThisJvm() {
        System.setProperty("java.security.krb5.conf", krb5Conf().toString());
    }

    /** Ends the KDC. Its directory stays. */
    @Override
    public final void close() {
        process.destroyForcibly();
        try {
            process.waitFor(PATIENCE.toMillis(), TimeUnit.MILLISECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /** Runs a program of theirs to its end; one that fails is an exception with what it said. */
    final void run(List<String> command, String input) throws IOException {
        Path output = Files.createTempFile(directory, "program", ".out");
        ProcessBuilder builder = builder(command).redirectOutput(output.toFile());
        Process program = builder.start();
        try (var in = program.outputWriter(StandardCharsets.UTF_8)) {
            in.write(input);
        }
        try {
            if (!program.waitFor(PATIENCE.toMillis(), TimeUnit.MILLISECONDS) || program.exitValue() != 0) {
                throw new IOException(String.join(" ", command) + " failed: " + Files.readString(output));
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException("Interrupted while running " + command, e);
        } finally {
            program.destroyForcibly();
        }
    }

    private Process start(List<String> command) throws IOException {
        return builder(command)
                .redirectOutput(directory.resolve("kdc.out").toFile())
                .start();
    }

    private ProcessBuilder builder(List<String> command) {
        ProcessBuilder builder = new ProcessBuilder(command).directory(directory.toFile());
        programs.putLibraries(builder.environment());
        builder.environment().put("KRB5_CONFIG", krb5Conf().toString());
        builder.environment()
                .put("KRB5_KDC_PROFILE", directory.resolve("kdc.conf").toString());
        builder.environment().put("KRB5RCACHETYPE", "none");
        return builder.redirectErrorStream(true);
    }

    private String commonConfiguration() {
        return """
                [libdefaults]
                 default_realm = %1$s
                 dns_lookup_kdc = false
                 dns_lookup_realm = false
                 dns_canonicalize_hostname = false
                 rdns = false
                 forwardable = true
                 udp_preference_limit = 1
                 default_ccache_name = FILE:%3$s/no-default.cache
                 plugin_base_dir = %4$s
                [realms]
                 %1$s = {
                  kdc = 127.0.0.1:%2$d
                 }
                [domain_realm]
                 localhost = %1$s
                """.formatted(REALM, port, directory, programs.plugins());
    }

    private void awaitListening() throws IOException {
        long deadline = System.nanoTime() + PATIENCE.toNanos();
        while (!isListening()) {
            try {
                if (process.waitFor(20, TimeUnit.MILLISECONDS) || System.nanoTime() > deadline) {
                    throw new IOException("The KDC did not start: " + Files.readString(directory.resolve("kdc.out")));
                }
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                throw new IOException("Interrupted while the KDC was starting", e);
            }
        }
    }

    private boolean isListening() {
        try (Socket socket = new Socket()) {
            socket.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), port), 1000);
            return true;
        } catch (IOException e) {
            return false;
        }
    }

    /** The port must be in krb5.conf before the daemon runs, so it cannot choose one itself. */
    private static int freePort() throws IOException {
        try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return socket.getLocalPort();
        }
    }
}
