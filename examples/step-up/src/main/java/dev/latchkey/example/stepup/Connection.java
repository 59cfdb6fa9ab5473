package dev.latchkey.example.stepup;

import jakarta.servlet.ServletRequest;

/**
 * What the connection of a request is at this moment. Immutable.
 *
 * @param protocol the TLS version, such as {@code TLSv1.3}; empty without TLS
 * @param cipherSuite the cipher suite's JSSE name; empty without TLS
 * @param httpVersion such as {@code HTTP/1.1}
 */
record Connection(String protocol, String cipherSuite, String httpVersion) {
    static Connection of(ServletRequest request) {
        String cipherSuite = text(request.getAttribute("jakarta.servlet.request.cipher_suite"));
        String protocol = text(request.getAttribute("jakarta.servlet.request.secure_protocol"));
        return new Connection(
                protocol.isEmpty() ? protocolOf(cipherSuite) : protocol, cipherSuite, request.getProtocol());
    }

    /**
     * Servlet 6.1 has an attribute for the protocol; before that, and where it is left out, the cipher suite tells:
     * those of TLS 1.3 are for it alone and name no key exchange (RFC 8446 appendix B.4). Older than TLS 1.2 cannot be
     * told from it, but is off in every JDK that we run on.
     */
    private static String protocolOf(String cipherSuite) {
        if (cipherSuite.isEmpty()) {
            return "";
        }
        return cipherSuite.contains("_WITH_") ? "TLSv1.2" : "TLSv1.3";
    }

    private static String text(Object attribute) {
        return attribute instanceof String text ? text : "";
    }
}
