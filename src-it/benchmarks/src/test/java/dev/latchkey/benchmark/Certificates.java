package dev.latchkey.benchmark;

import dev.latchkey.testkit.HeldCertificate;
import dev.latchkey.testkit.KeyStores;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** Makes the keys and certificates of a load run, as stores for Jetty and as PEM for the others. Stateless. */
final class Certificates {
    static final String PASSWORD = "changeit";
    static final String TRUST_STORE = "trust.p12";

    private Certificates() {}

    /** Writes ca.pem, the trust store, and for each kind of key the server's store and PEM files and the client's. */
    static void write(Path directory) throws IOException {
        HeldCertificate authority = HeldCertificate.authority("Latchkey Load CA");
        Files.writeString(directory.resolve("ca.pem"), authority.chainPem());
        KeyStores.write(KeyStores.trusting(authority), directory.resolve(TRUST_STORE), PASSWORD);
        for (KeyKind kind : KeyKind.values()) {
            HeldCertificate server = authority
                    .issue("localhost")
                    .server("localhost", "127.0.0.1")
                    .key(kind.algorithm())
                    .make();
            KeyStores.write(KeyStores.holding(server, PASSWORD), directory.resolve(kind.storeFile()), PASSWORD);
            Files.writeString(directory.resolve(kind.pemFile()), server.chainPem());
            Files.writeString(directory.resolve(kind.keyFile()), server.keyPem());
            HeldCertificate client =
                    authority.issue("client").client().key(kind.algorithm()).make();
            Files.writeString(directory.resolve(kind.clientFile() + ".pem"), client.chainPem());
            Files.writeString(directory.resolve(kind.clientFile() + ".key"), client.keyPem());
        }
    }
}
