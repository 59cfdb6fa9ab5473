package dev.latchkey.it;

import dev.latchkey.openssl.OpenSsl;
import dev.latchkey.testkit.TestPrograms;

/**
 * What a run of the embedded tests is about: whose TLS engine the server has, and which TLS version is pinned.
 *
 * <p>Chosen by the system properties {@code latchkey.engine} (jsse or openssl) and {@code latchkey.tls}; the build runs
 * the suites once in each lane. Immutable.
 */
public enum Lane {
    /** The JDK's engine: renegotiation. */
    JSSE_TLS12("jsse", "TLSv1.2"),
    /** OpenSSL: renegotiation. */
    OPENSSL_TLS12("openssl", "TLSv1.2"),
    /** OpenSSL: post-handshake authentication. */
    OPENSSL_TLS13("openssl", "TLSv1.3");

    private static final Lane CURRENT =
            of(System.getProperty("latchkey.engine", "jsse"), System.getProperty("latchkey.tls", "TLSv1.2"));

    private final String engine;
    private final String protocol;

    Lane(String engine, String protocol) {
        this.engine = engine;
        this.protocol = protocol;
    }

    /** {@return the lane of this JVM} */
    public static Lane current() {
        return CURRENT;
    }

    private static Lane of(String engine, String protocol) {
        for (Lane lane : values()) {
            if (lane.engine.equals(engine) && lane.protocol.equals(protocol)) {
                return lane;
            }
        }
        throw new IllegalArgumentException("No lane: -Dlatchkey.engine=" + engine + " (jsse, openssl) -Dlatchkey.tls="
                + protocol + " (TLSv1.2; TLSv1.3 with openssl)");
    }

    /** Registers OpenSSL's engine; where there is none, the test fails under {@code CI=true} or is left out by name. */
    public static void requireOpenSsl() {
        String problem = OpenSsl.problem().orElse(null);
        if (problem != null) {
            TestPrograms.leaveOut("the OpenSSL engine: " + problem);
        }
        OpenSsl.register();
    }

    /** {@return the TLS version, such as {@code TLSv1.2}} */
    public String protocol() {
        return protocol;
    }

    /** {@return whether the client is asked by post-handshake authentication} */
    public boolean isPostHandshake() {
        return this == OPENSSL_TLS13;
    }

    /** {@return whether the server's engine is OpenSSL's} */
    public boolean isOpenSsl() {
        return this != JSSE_TLS12;
    }

    /** {@return the token of the mechanism by which this lane's clients are asked} */
    public String mechanism() {
        return isPostHandshake() ? "post-handshake-authentication" : "renegotiation";
    }
}
