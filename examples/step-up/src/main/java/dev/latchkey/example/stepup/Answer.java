package dev.latchkey.example.stepup;

import dev.latchkey.ClientCertificate;
import dev.latchkey.Mechanism;
import dev.latchkey.NegotiationException;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.security.DigestOutputStream;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;

/** The answer to one request, as text: one {@code name=value} a line. For the thread that serves the request. */
final class Answer {
    private final HttpServletRequest request;
    private final HttpServletResponse response;
    private final StringBuilder lines = new StringBuilder();

    Answer(HttpServletRequest request, HttpServletResponse response) {
        this.request = request;
        this.response = response;
    }

    /** Tells what is known of the certificate, and what the body was. */
    void certificate(ClientCertificate certificate) throws IOException {
        MessageDigest sha256 = sha256();
        long bytes;
        try (InputStream body = request.getInputStream();
                OutputStream digest = new DigestOutputStream(OutputStream.nullOutputStream(), sha256)) {
            bytes = body.transferTo(digest);
        }
        line("subject", certificate.certificate().map(Names::subject).orElse(""));
        line("trusted", certificate.isTrusted() ? "true" : "");
        line("mechanism", certificate.mechanism().map(Mechanism::token).orElse(""));
        connection();
        line("alreadyPresent", certificate.wasAlreadyPresent());
        line("bodyBytes", bytes);
        line("bodySha256", HexFormat.of().formatHex(sha256.digest()));
        send(HttpServletResponse.SC_OK);
    }

    /** Tells why there is no certificate. */
    void failure(NegotiationException failure) throws IOException {
        line("reason", failure.reason().token());
        line("code", failure.reason().code());
        line("message", failure.reason().phrase());
        line("subject", "");
        line("trusted", "");
        connection();
        closeUnlessUsable(failure, request, response);
        send(failure.status());
    }

    /** Tells why this application does not go on, before any certificate comes into play. */
    void refusal(int status, String reason, String message) throws IOException {
        line("reason", reason);
        line("message", message);
        send(status);
    }

    /** Says {@code Connection: close} where the server is going to close it; HTTP/2 has no such header. */
    static void closeUnlessUsable(
            NegotiationException failure, HttpServletRequest request, HttpServletResponse response) {
        if (!failure.isConnectionUsable() && request.getProtocol().startsWith("HTTP/1")) {
            response.setHeader("Connection", "close");
        }
    }

    private void connection() {
        Connection connection = Connection.of(request);
        line("protocol", connection.protocol());
        line("httpVersion", connection.httpVersion());
    }

    private void line(String name, Object value) {
        lines.append(name).append('=').append(value).append('\n');
    }

    private void send(int status) throws IOException {
        response.setStatus(status);
        response.setContentType("text/plain");
        response.setCharacterEncoding(StandardCharsets.UTF_8.name());
        response.setHeader("Cache-Control", "no-store");
        response.setHeader("X-Content-Type-Options", "nosniff");
        byte[] bytes = lines.toString().getBytes(StandardCharsets.UTF_8);
        response.setContentLength(bytes.length);
        response.getOutputStream().write(bytes);
    }

    private static MessageDigest sha256() {
        try {
            return MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException x) {
            throw new AssertionError("every Java platform has SHA-256", x);
        }
    }
}
