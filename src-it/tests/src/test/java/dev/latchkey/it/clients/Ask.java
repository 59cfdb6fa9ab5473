package dev.latchkey.it.clients;

import java.nio.file.Path;

/**
 * What a client is to do.
 *
 * @param port the server's, on localhost
 * @param pki the directory of the certificates
 * @param tls the only TLS version to offer, {@code 1.2} or {@code 1.3}
 * @param method {@code GET} or {@code POST}
 * @param path {@link #SECURE} or {@link #ASYNC}
 * @param who the certificate to have
 */
record Ask(int port, Path pki, String tls, String method, String path, Who who) {
    /** The path that never asks. */
    static final String OPEN = "/step-up/open";
    /** The path that asks. */
    static final String SECURE = "/step-up/secure";
    /** The path that asks without a thread that waits. */
    static final String ASYNC = "/step-up/async";
    /** What a POST sends. */
    static final String BODY = "a body";

    /** Whose certificate a client has. */
    enum Who {
        ALICE("client"),
        NOBODY(""),
        STRANGER("stranger");

        private final String file;

        Who(String file) {
            this.file = file;
        }

        /** {@return the name of the files, without .pem, .key or .p12; empty for none} */
        String file() {
            return file;
        }
    }

    boolean hasCertificate() {
        return who != Who.NOBODY;
    }

    boolean isPost() {
        return method.equals("POST");
    }

    /** {@return such as {@code TLSv1.2}} */
    String protocol() {
        return "TLSv" + tls;
    }

    /** {@return how this TLS version asks} */
    String mechanism() {
        return tls.equals("1.3") ? "post-handshake-authentication" : "renegotiation";
    }

    Path authority() {
        return pki.resolve("ca.pem");
    }

    Path certificate() {
        return pki.resolve(who.file + ".pem");
    }

    Path key() {
        return pki.resolve(who.file + ".key");
    }

    Path keyStore() {
        return pki.resolve(who.file + ".p12");
    }

    /** {@return the first request, for clients that are given bytes} */
    String openRequest() {
        return "GET " + OPEN + " HTTP/1.1\r\nHost: localhost\r\n\r\n";
    }

    /** {@return the second request} */
    String secureRequest() {
        return isPost()
                ? "POST " + path + " HTTP/1.1\r\nHost: localhost\r\nContent-Length: " + BODY.length() + "\r\n\r\n"
                        + BODY
                : "GET " + path + " HTTP/1.1\r\nHost: localhost\r\n\r\n";
    }

    @Override
    public String toString() {
        return protocol() + " " + method + " " + path + " " + who;
    }
}
