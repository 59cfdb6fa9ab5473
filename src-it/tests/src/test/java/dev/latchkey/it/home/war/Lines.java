package dev.latchkey.it.home.war;

import dev.latchkey.ClientCertificate;
import dev.latchkey.Mechanism;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.security.cert.X509Certificate;

/** An answer of lines {@code name=value}. For one thread. */
final class Lines {
    private final StringBuilder text = new StringBuilder();

    Lines add(String name, Object value) {
        text.append(name).append('=').append(value).append('\n');
        return this;
    }

    Lines certificate(ClientCertificate certificate) {
        return add("subject", certificate.certificate().map(Lines::subject).orElse(""))
                .add("trusted", certificate.isTrusted())
                .add("mechanism", certificate.mechanism().map(Mechanism::token).orElse(""))
                .add("alreadyPresent", certificate.wasAlreadyPresent());
    }

    /** What the standard attributes say, and who called. */
    Lines connection(HttpServletRequest request) {
        Object chain = request.getAttribute("jakarta.servlet.request.X509Certificate");
        Object suite = request.getAttribute("jakarta.servlet.request.cipher_suite");
        return add("attribute", chain instanceof X509Certificate[] c && c.length > 0 ? subject(c[0]) : "")
                // The suites of TLS 1.3 name no key exchange (RFC 8446 appendix B.4).
                .add("protocol", String.valueOf(suite).contains("_WITH_") ? "TLSv1.2" : "TLSv1.3")
                .add("remote", request.getRemoteAddr());
    }

    private static String subject(X509Certificate certificate) {
        return certificate.getSubjectX500Principal().getName();
    }

    void send(HttpServletResponse response) throws IOException {
        byte[] bytes = text.toString().getBytes(StandardCharsets.UTF_8);
        response.setContentType("text/plain");
        response.setContentLength(bytes.length);
        response.getOutputStream().write(bytes);
    }
}
