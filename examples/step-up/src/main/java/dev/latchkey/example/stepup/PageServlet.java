package dev.latchkey.example.stepup;

import dev.latchkey.ClientCertificate;
import dev.latchkey.ClientCertificates;
import dev.latchkey.NegotiationException;
import dev.latchkey.NegotiationOptions;
import jakarta.servlet.http.HttpServlet;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.nio.charset.StandardCharsets;

/** The page for people: shows what the connection is now, and asks when its buttons are pressed. */
public final class PageServlet extends HttpServlet {
    private static final long serialVersionUID = 1L;

    /** {@inheritDoc} */
    @Override
    protected void doGet(HttpServletRequest request, HttpServletResponse response) throws IOException {
        ClientCertificate current = ClientCertificates.of(request).current();
        send(response, HttpServletResponse.SC_OK, new Page(Connection.of(request), current, ""));
    }

    /** {@inheritDoc} */
    @Override
    protected void doPost(HttpServletRequest request, HttpServletResponse response) throws IOException {
        ClientCertificates certificates = ClientCertificates.of(request);
        int status = HttpServletResponse.SC_OK;
        ClientCertificate certificate = ClientCertificate.none();
        String outcome;
        try {
            String wish = request.getParameter("ask");
            switch (wish == null ? "" : wish) {
                case "want" -> certificate = certificates.negotiateClientCertificate();
                case "need" ->
                    certificate = certificates.negotiateClientCertificate(
                            NegotiationOptions.builder().need().build());
                case "fresh" ->
                    certificate = certificates.negotiateClientCertificate(
                            NegotiationOptions.builder().fresh().build());
                case "forget" -> certificates.forget();
                default -> status = HttpServletResponse.SC_BAD_REQUEST;
            }
            outcome = outcome(wish, status, certificate);
        } catch (NegotiationException x) {
            status = x.status();
            Answer.closeUnlessUsable(x, request, response);
            outcome = "Refused: " + x.reason().phrase() + " (" + x.reason().code() + ").";
        }
        send(response, status, new Page(Connection.of(request), certificate, outcome));
    }

    private static String outcome(String wish, int status, ClientCertificate certificate) {
        if (status != HttpServletResponse.SC_OK) {
            return "Nothing was asked: choose one of the buttons.";
        }
        if (wish.equals("forget")) {
            return "The certificate is forgotten, and this connection is closed. Your browser may remember its choice.";
        }
        if (!certificate.isPresent()) {
            return "The client was asked and showed no certificate.";
        }
        return certificate.wasAlreadyPresent()
                ? "The certificate was there already; nobody was asked."
                : "The client was asked and showed a certificate.";
    }

    private static void send(HttpServletResponse response, int status, Page page) throws IOException {
        response.setStatus(status);
        response.setContentType("text/html");
        response.setCharacterEncoding(StandardCharsets.UTF_8.name());
        response.setHeader("Cache-Control", "no-store");
        response.setHeader("X-Content-Type-Options", "nosniff");
        response.setHeader("Referrer-Policy", "same-origin");
        response.setHeader(
                "Content-Security-Policy",
                "default-src 'none'; style-src 'self'; img-src data:; form-action 'self'; base-uri 'none';"
                        + " frame-ancestors 'none'");
        byte[] bytes = page.html().getBytes(StandardCharsets.UTF_8);
        response.setContentLength(bytes.length);
        response.getOutputStream().write(bytes);
    }
}
