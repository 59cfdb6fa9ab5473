package dev.latchkey.impersonation.http;

/**
 * Why a request was not sent as its identity, or its answer was not taken.
 *
 * <p>Stable over versions and meant for searching, like {@link dev.latchkey.impersonation.IdentityFailure}.
 */
public enum NegotiateFailure {
    /** The identity has a name and nothing to prove it with: a caller who did not delegate, or an ended ticket. */
    NO_CREDENTIAL("LK651", "the identity has no credential to prove itself with; let the caller delegate one"),

    /** No token could be made, as by the KDC's word. */
    REFUSED("LK652", "no token could be made for this server"),

    /** The server answered without a proof of who it is, or with a wrong one. Its answer was not taken. */
    SERVER_UNPROVEN("LK653", "the server did not prove who it is; its answer was not taken"),

    /** The process is set up so that its own credentials would be used for the identity's. */
    UNSAFE_SETUP("LK654", "the process is set up to prove itself instead of the identity"),

    /** As many identities are using the client as it may serve at once. */
    TOO_MANY("LK655", "too many identities use this client at once");

    private final String code;
    private final String phrase;

    NegotiateFailure(String code, String phrase) {
        this.code = code;
        this.phrase = phrase;
    }

    /** {@return a stable code, such as {@code LK651}} */
    public String code() {
        return code;
    }

    /** {@return one line for people} */
    public String phrase() {
        return phrase;
    }
}
