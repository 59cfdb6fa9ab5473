package dev.latchkey.benchmark;

/** Whose TLS engine a connector uses. */
public enum EngineKind {
    /** The JDK's. */
    JSSE,
    /** Ours, on the system's OpenSSL. */
    OPENSSL
}
