package dev.latchkey;

/**
 * Why a negotiation did not end in a certificate that may be used.
 *
 * <p>Logs, statistics and exceptions use the same reasons: {@link #code()} is stable over versions and meant for
 * searching, {@link #token()} for programs, {@link #phrase()} for people. {@link #status()} is the HTTP status that
 * fits when the failure is all there is to tell the client; it is always a 4xx.
 */
public enum Reason {
    /** The request did not come over TLS. */
    NOT_SECURE("LK101", "not-secure", 403, true, "the request did not come over TLS"),

    /**
     * The request is marked secure, but TLS does not end at a connector with Latchkey: a proxy in front ends it, or
     * the connector was not given the module.
     */
    TLS_ENDS_ELSEWHERE(
            "LK102",
            "tls-ends-elsewhere",
            403,
            true,
            "TLS does not end at a connector with Latchkey: a proxy ends it, or the connector lacks the module"),

    /** HTTP/2 and HTTP/3 forbid both mechanisms (RFC 9113 section 9.2.1, RFC 8740, RFC 9114 section 3.2). */
    HTTP_VERSION("LK103", "http-version", 403, true, "this HTTP version forbids asking on an open connection"),

    /**
     * The client cannot answer: it does not support RFC 5746, refuses to renegotiate, or did not offer post-handshake
     * authentication. Where TLS 1.2 tells this only by an alert, the connection is lost.
     */
    CLIENT_CANNOT("LK104", "client-cannot", 403, true, "the client cannot be asked on this connection"),

    /** The server's TLS engine cannot ask on this connection: JSSE on TLS 1.3, for one. */
    ENGINE_CANNOT("LK105", "engine-cannot", 403, true, "this TLS engine cannot ask on this connection"),

    /**
     * The client resumed a TLS session, on a connection that asks in the first handshake, and the session brings no
     * certificate that counts now. The session is ended and the connection closes; the client's next one is asked.
     */
    RESUMED("LK106", "resumed", 421, false, "a TLS session was resumed without a certificate that counts; come again"),

    /** The client sent no certificate, and one was {@linkplain NegotiationOptions.Builder#need() needed}. */
    NO_CERTIFICATE("LK201", "no-certificate", 403, true, "the client sent no certificate"),

    /** The certificate chain did not validate. */
    UNTRUSTED("LK202", "untrusted", 403, true, "the client's certificate is not trusted"),

    /** A certificate of the chain is past, or before, its validity period. */
    EXPIRED("LK203", "expired", 403, true, "the client's certificate is not valid at this time"),

    /** A certificate of the chain is revoked. */
    REVOKED("LK204", "revoked", 403, true, "the client's certificate is revoked"),

    /** Whether a certificate of the chain is revoked could not be found out: a CRL or an OCSP responder is missing. */
    REVOCATION_UNKNOWN("LK205", "revocation-unknown", 403, true, "whether the certificate is revoked is not known"),

    /** The client answered, and the chain was not validated before the deadline: a look-up of revocation hangs. */
    VALIDATION_TIMEOUT("LK206", "validation-timeout", 403, true, "the certificate was not validated in time"),

    /** The request's body is larger than the limit under which it can be kept during a negotiation. */
    BODY_TOO_LARGE("LK301", "body-too-large", 413, false, "the body is larger than what is kept while asking"),

    /** The application is reading the body without blocking at this moment; ask before reading, or after. */
    BODY_BEING_READ("LK302", "body-being-read", 403, true, "the body is being read; ask before or after"),

    /** The body did not arrive within its own bound of time. */
    BODY_TIMEOUT("LK303", "body-timeout", 408, false, "the body did not arrive in time"),

    /** The body could not be read: it was malformed, or the request failed meanwhile. */
    BODY_FAILED("LK304", "body-failed", 400, false, "the body could not be read"),

    /** The deadline passed before the client had answered. On TLS 1.2 the connection is lost. */
    TIMEOUT("LK401", "timeout", 408, false, "the client did not answer in time"),

    /** The connection closed before the client had answered. */
    CONNECTION_LOST("LK402", "connection-lost", 403, false, "the connection was lost"),

    /** TLS failed while the client was answering: a bad signature, a bad record, a fatal alert. */
    HANDSHAKE_FAILED("LK403", "handshake-failed", 403, false, "the TLS handshake failed"),

    /** The response is committed, or the request has ended or was upgraded: it is too late to ask. */
    RESPONSE_COMMITTED("LK501", "response-committed", 403, true, "the response is already committed"),

    /** Another negotiation runs on this connection. */
    IN_PROGRESS("LK502", "in-progress", 403, true, "another negotiation runs on this connection"),

    /** The server keeps as many bytes for negotiations as it may; the client can try again later. */
    TOO_MANY("LK503", "too-many", 429, false, "the server keeps too much for negotiations already; try later"),

    /** The server is stopping. */
    STOPPING("LK504", "stopping", 403, false, "the server is stopping"),

    /** An error page called: an error never asks, and no negotiation of this request had failed before. */
    ERROR_DISPATCH("LK505", "error-dispatch", 403, true, "an error page never asks; ask before the error"),

    /** A CORS preflight, which can never carry a certificate (Fetch section 4.8), is not asked for one. */
    PREFLIGHT("LK506", "preflight", 403, true, "a CORS preflight is never asked; exempt OPTIONS from the guard"),

    /** A speculative request ({@code Sec-Purpose: prefetch}) is not asked: nobody waits for its dialog. */
    SPECULATIVE("LK507", "speculative", 403, true, "a prefetch is never asked; the real request will be");

    private final String code;
    private final String token;
    private final int status;
    private final boolean connectionUsable;
    private final String phrase;

    Reason(String code, String token, int status, boolean connectionUsable, String phrase) {
        this.code = code;
        this.token = token;
        this.status = status;
        this.connectionUsable = connectionUsable;
        this.phrase = phrase;
    }

    /** {@return the stable code, such as {@code LK401}} */
    public String code() {
        return code;
    }

    /** {@return the stable name, such as {@code timeout}} */
    public String token() {
        return token;
    }

    /** {@return what happened, in words for a log or an error page; without any content of a certificate} */
    public String phrase() {
        return phrase;
    }

    /** {@return the HTTP status that fits this reason, a 4xx} */
    public int status() {
        return status;
    }

    /**
     * {@return whether the connection normally goes on serving requests after this}
     *
     * <p>What happened in one case is known by {@link NegotiationException#isConnectionUsable()}.
     */
    public boolean isConnectionUsable() {
        return connectionUsable;
    }
}
