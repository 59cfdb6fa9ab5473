package dev.latchkey.testkit.kerberos;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/**
 * The demo's key distribution centre: a process of its own, with a ticket for each of its users.
 *
 * <p>In its directory are then {@code krb5.conf}, {@code USER.cache} for each user, and a keytab for each service of
 * {@link Kdc}. It says {@code Ready} when they are; SIGTERM ends it.
 */
public final class DemoKerberos {
    private DemoKerberos() {}

    /**
     * Runs until the process is told to end.
     *
     * @param args a directory, made if it does not exist, which must be empty; then the users' names
     * @throws IOException if there are no programs, or they fail
     * @throws InterruptedException if this thread is interrupted, which nobody does
     */
    public static void main(String[] args) throws IOException, InterruptedException {
        if (args.length < 2) {
            throw new IllegalArgumentException("Usage: DemoKerberos DIRECTORY USER...");
        }
        KerberosPrograms programs =
                KerberosPrograms.mit().orElseThrow(() -> new IOException("src-it/kdc-packages has not run"));
        List<String> users = List.of(args).subList(1, args.length);
        Kdc kdc = MitKdc.start(Files.createDirectories(Path.of(args[0])), programs, users);
        Runtime.getRuntime().addShutdownHook(new Thread(kdc::close, "kdc-end"));
        for (String user : users) {
            kdc.ticketCache(user);
        }
        System.out.println("Ready");
        Thread.currentThread().join();
    }
}
