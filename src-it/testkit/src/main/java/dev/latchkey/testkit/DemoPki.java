package dev.latchkey.testkit;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The demo's certificates, as files in one directory; what is there and still good is kept.
 *
 * <table>
 *   <caption>The files</caption>
 *   <tr><td>{@code ca.pem}, {@code ca.key}</td><td>the demo's authority, which the server trusts</td></tr>
 *   <tr><td>{@code client.pem}, {@code client.key}, {@code client.p12}</td><td>a client of this authority</td></tr>
 *   <tr><td>{@code stranger.pem}, {@code stranger.key}</td><td>a client of another authority</td></tr>
 *   <tr><td>{@code keystore.p12}</td><td>the server's key, for localhost and 127.0.0.1</td></tr>
 *   <tr><td>{@code truststore.p12}</td><td>the authority, for the server</td></tr>
 * </table>
 *
 * <p>The password of each {@code .p12} is {@link #PASSWORD}. Files with a private key are readable by their owner only.
 * One thread and one process at a time for a directory.
 */
public final class DemoPki {
    /** The password of every PKCS #12 file: a demo's, no secret. */
    public static final String PASSWORD = "latchkey";

    private static final Duration LEFT = Duration.ofDays(7);

    private final Path dir;
    private final List<String> made = new ArrayList<>();

    private DemoPki(Path dir) {
        this.dir = dir;
    }

    /**
     * Writes what is missing or no longer good.
     *
     * @param args the directory, which is made if it does not exist
     * @throws IOException if a file cannot be read or written
     */
    public static void main(String[] args) throws IOException {
        if (args.length != 1) {
            throw new IllegalArgumentException("Usage: DemoPki DIRECTORY");
        }
        Path dir = Path.of(args[0]);
        List<String> made = write(dir);
        System.out.println(
                made.isEmpty()
                        ? "Certificates in " + dir + " are still good"
                        : "Made in " + dir + ": " + String.join(", ", made));
    }

    /**
     * Writes what is missing, unreadable, or has less than a week to live.
     *
     * @param dir where, which is made if it does not exist
     * @return the names of the files written, in order; empty if all was kept
     * @throws IOException if a file cannot be read or written
     */
    public static List<String> write(Path dir) throws IOException {
        DemoPki pki = new DemoPki(Files.createDirectories(dir));
        HeldCertificate authority = pki.authority();
        pki.trustStore(authority);
        pki.server(authority);
        pki.client(authority);
        pki.stranger(authority);
        return Collections.unmodifiableList(pki.made);
    }

    private HeldCertificate authority() throws IOException {
        try {
            HeldCertificate kept = HeldCertificate.read(dir.resolve("ca.pem"), dir.resolve("ca.key"));
            if (isFresh(kept.certificate()) && issued(kept, kept.certificate())) {
                return kept;
            }
        } catch (IOException | GeneralSecurityException | IllegalArgumentException e) {
            // Not there, or not usable: made anew below.
        }
        HeldCertificate authority = HeldCertificate.selfSigned("Latchkey demo CA")
                .subject("CN=Latchkey demo CA,O=Latchkey demo")
                .authority()
                .valid(Instant.now().minus(Duration.ofDays(1)), Instant.now().plus(Duration.ofDays(3650)))
                .make();
        writePair("ca", authority);
        return authority;
    }

    private void trustStore(HeldCertificate authority) throws IOException {
        KeyStore kept = load("truststore.p12");
        try {
            if (kept != null && kept.getCertificateAlias(authority.certificate()) != null && kept.size() == 1) {
                return;
            }
        } catch (GeneralSecurityException e) {
            // Not usable: made anew below.
        }
        writeStore("truststore.p12", KeyStores.trusting(authority));
    }

    private void server(HeldCertificate authority) throws IOException {
        if (isGoodStore("keystore.p12", authority)) {
            return;
        }
        HeldCertificate server = authority
                .issue("localhost")
                .server("localhost", "127.0.0.1", "::1")
                .make();
        writeStore("keystore.p12", KeyStores.holding(server, PASSWORD));
    }

    private void client(HeldCertificate authority) throws IOException {
        HeldCertificate client = readPair("client");
        if (client == null || !issued(authority, client.certificate())) {
            client = authority
                    .issue("alice")
                    .subject("CN=alice,O=Latchkey demo")
                    .client()
                    .make();
            writePair("client", client);
        } else if (isGoodStore("client.p12", authority)) {
            return;
        }
        writeStore("client.p12", KeyStores.holding(client, PASSWORD));
    }

    private void stranger(HeldCertificate authority) throws IOException {
        HeldCertificate kept = readPair("stranger");
        if (kept == null || issued(authority, kept.certificate())) {
            HeldCertificate elsewhere = HeldCertificate.authority("Some other CA");
            writePair(
                    "stranger",
                    elsewhere
                            .issue("mallory")
                            .subject("CN=mallory,O=Elsewhere")
                            .client()
                            .make());
        }
    }

    private @Nullable HeldCertificate readPair(String name) {
        try {
            HeldCertificate kept = HeldCertificate.read(dir.resolve(name + ".pem"), dir.resolve(name + ".key"));
            return isFresh(kept.certificate()) ? kept : null;
        } catch (IOException | GeneralSecurityException | IllegalArgumentException e) {
            return null;
        }
    }

    private boolean isGoodStore(String file, HeldCertificate authority) {
        KeyStore kept = load(file);
        try {
            return kept != null
                    && kept.getKey("key", PASSWORD.toCharArray()) != null
                    && kept.getCertificate("key") instanceof X509Certificate leaf
                    && isFresh(leaf)
                    && issued(authority, leaf);
        } catch (GeneralSecurityException e) {
            return false;
        }
    }

    private @Nullable KeyStore load(String file) {
        try (InputStream in = Files.newInputStream(dir.resolve(file))) {
            KeyStore store = KeyStore.getInstance("PKCS12");
            store.load(in, PASSWORD.toCharArray());
            return store;
        } catch (IOException | GeneralSecurityException e) {
            return null;
        }
    }

    private void writePair(String name, HeldCertificate held) throws IOException {
        PrivateFiles.write(dir.resolve(name + ".key"), held.keyPem().getBytes(StandardCharsets.US_ASCII));
        Files.writeString(dir.resolve(name + ".pem"), held.chainPem());
        made.add(name + ".key");
        made.add(name + ".pem");
    }

    private void writeStore(String file, KeyStore store) throws IOException {
        KeyStores.write(store, dir.resolve(file), PASSWORD);
        made.add(file);
    }

    private static boolean isFresh(X509Certificate certificate) {
        Instant now = Instant.now();
        return certificate.getNotBefore().toInstant().isBefore(now)
                && certificate.getNotAfter().toInstant().isAfter(now.plus(LEFT));
    }

    private static boolean issued(HeldCertificate authority, X509Certificate certificate) {
        try {
            certificate.verify(authority.keys().getPublic());
            return true;
        } catch (GeneralSecurityException e) {
            return false;
        }
    }
}
