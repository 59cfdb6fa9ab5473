package dev.latchkey.benchmark;

import dev.latchkey.testkit.KeyAlgorithm;
import java.util.Locale;

/** What key a server's certificate has. */
public enum KeyKind {
    /** RSA-2048. */
    RSA(KeyAlgorithm.RSA_2048),
    /** ECDSA on P-256. */
    EC(KeyAlgorithm.EC_P256);

    private final KeyAlgorithm algorithm;

    KeyKind(KeyAlgorithm algorithm) {
        this.algorithm = algorithm;
    }

    KeyAlgorithm algorithm() {
        return algorithm;
    }

    String storeFile() {
        return "server-" + name().toLowerCase(Locale.ROOT) + ".p12";
    }

    String pemFile() {
        return "server-" + name().toLowerCase(Locale.ROOT) + ".pem";
    }

    String keyFile() {
        return "server-" + name().toLowerCase(Locale.ROOT) + ".key";
    }

    String clientFile() {
        return "client-" + name().toLowerCase(Locale.ROOT);
    }
}
