package dev.latchkey.it.embedded;

import dev.latchkey.testkit.CertificateBuilder;
import dev.latchkey.testkit.HeldCertificate;
import dev.latchkey.testkit.KeyAlgorithm;
import java.time.Duration;

/** The certificates of these tests, made once a run, with EC keys because these are quick to make. Immutable. */
public final class TestPki {
    /** Issues the server's certificate and the clients' that are trusted. */
    public static final HeldCertificate AUTHORITY = authority("Latchkey Test CA");

    /** The server's, for localhost. */
    public static final HeldCertificate SERVER =
            issue(AUTHORITY, "localhost").server("localhost", "127.0.0.1").make();

    /** A client that is trusted. */
    public static final HeldCertificate ALICE =
            issue(AUTHORITY, "alice").client().make();

    /** Another client that is trusted. */
    public static final HeldCertificate BOB = issue(AUTHORITY, "bob").client().make();

    /** A client whose authority nobody here trusts. */
    public static final HeldCertificate STRANGER =
            issue(authority("Some Other CA"), "stranger").client().make();

    /** A client whose certificate is out of date. */
    public static final HeldCertificate LATE =
            issue(AUTHORITY, "late").client().validFor(Duration.ofMinutes(-1)).make();

    private TestPki() {}

    /** {@return a new root} */
    public static HeldCertificate authority(String name) {
        return HeldCertificate.selfSigned(name)
                .authority()
                .key(KeyAlgorithm.EC_P256)
                .make();
    }

    /** {@return a builder for a certificate with an EC key} */
    public static CertificateBuilder issue(HeldCertificate authority, String name) {
        return authority.issue(name).key(KeyAlgorithm.EC_P256);
    }
}
