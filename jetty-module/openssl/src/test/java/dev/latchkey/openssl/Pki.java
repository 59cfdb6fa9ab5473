package dev.latchkey.openssl;

import dev.latchkey.testkit.HeldCertificate;
import dev.latchkey.testkit.KeyAlgorithm;
import dev.latchkey.testkit.KeyStores;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.util.LinkedHashMap;
import java.util.Map;
import javax.net.ssl.KeyManager;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManager;
import javax.net.ssl.TrustManagerFactory;

/** The certificates of this room's tests, made once a JVM, and contexts of either provider that hold them. */
final class Pki {
    static final String PASSWORD = "changeit";
    static final HeldCertificate ROOT = HeldCertificate.authority("Latchkey Root");
    static final HeldCertificate INTERMEDIATE =
            ROOT.issue("Latchkey Clients").authority(0).make();
    static final HeldCertificate SERVER_RSA = server(KeyAlgorithm.RSA_2048);
    static final HeldCertificate SERVER_EC = server(KeyAlgorithm.EC_P256);
    static final HeldCertificate SERVER_ED25519 = server(KeyAlgorithm.ED25519);
    static final HeldCertificate CLIENT =
            INTERMEDIATE.issue("client").client().key(KeyAlgorithm.EC_P256).make();
    static final HeldCertificate CLIENT_RSA =
            INTERMEDIATE.issue("client-rsa").client().make();
    static final HeldCertificate STRANGER = HeldCertificate.authority("Stranger Root")
            .issue("stranger")
            .client()
            .key(KeyAlgorithm.EC_P256)
            .make();

    private Pki() {}

    private static HeldCertificate server(KeyAlgorithm algorithm) {
        return ROOT.issue("localhost")
                .server("localhost", "server.test")
                .key(algorithm)
                .make();
    }

    static HeldCertificate server(String algorithm) {
        return switch (algorithm) {
            case "RSA" -> SERVER_RSA;
            case "EC" -> SERVER_EC;
            case "Ed25519" -> SERVER_ED25519;
            default -> throw new IllegalArgumentException(algorithm);
        };
    }

    /** A context that holds these and trusts the root. */
    static SSLContext context(Engines engines, HeldCertificate... held) {
        return context(engines, trustManagers(ROOT), held);
    }

    static SSLContext context(Engines engines, TrustManager[] trust, HeldCertificate... held) {
        Map<String, HeldCertificate> entries = new LinkedHashMap<>();
        for (HeldCertificate certificate : held) {
            entries.put("key-" + entries.size(), certificate);
        }
        try {
            KeyManagerFactory keys = KeyManagerFactory.getInstance("SunX509");
            keys.init(KeyStores.holding(entries, PASSWORD), PASSWORD.toCharArray());
            return context(engines, keys.getKeyManagers(), trust);
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException(e);
        }
    }

    /** A context whose client gives this certificate whatever authorities the server names. */
    static SSLContext contextThatGives(Engines engines, HeldCertificate held) {
        return context(engines, new KeyManager[] {new FixedKey(held)}, trustManagers(ROOT));
    }

    static SSLContext context(Engines engines, KeyManager[] keys, TrustManager[] trust) {
        try {
            SSLContext context = engines.newContext();
            context.init(keys, trust, null);
            return context;
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException(e);
        }
    }

    static TrustManager[] trustManagers(HeldCertificate... roots) {
        try {
            KeyStore store = KeyStores.trusting(roots);
            TrustManagerFactory factory = TrustManagerFactory.getInstance("PKIX");
            factory.init(store);
            return factory.getTrustManagers();
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException(e);
        }
    }
}
