package dev.latchkey;

/** How a client's certificate came to be known on a connection. */
public enum Mechanism {
    /** The client was asked in the first handshake, or a resumed TLS session brought its certificate along. */
    FIRST_HANDSHAKE("first-handshake"),

    /** TLS 1.2 renegotiation, protected by RFC 5746. */
    RENEGOTIATION("renegotiation"),

    /** TLS 1.3 post-handshake authentication, RFC 8446 section 4.6.2. */
    POST_HANDSHAKE_AUTHENTICATION("post-handshake-authentication");

    private final String token;

    Mechanism(String token) {
        this.token = token;
    }

    /** {@return the stable name of this mechanism in logs, statistics and output, such as {@code renegotiation}} */
    public String token() {
        return token;
    }
}
