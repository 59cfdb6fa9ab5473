package dev.latchkey.it.home.war;

import dev.latchkey.ClientCertificate;
import dev.latchkey.ClientCertificates;
import dev.latchkey.NegotiationException;
import jakarta.servlet.AsyncContext;
import jakarta.servlet.DispatcherType;
import jakarta.servlet.ServletException;
import jakarta.servlet.annotation.MultipartConfig;
import jakarta.servlet.annotation.WebServlet;
import jakarta.servlet.http.HttpServlet;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import jakarta.servlet.http.Part;
import java.io.IOException;
import java.nio.charset.StandardCharsets;

/**
 * Asks for a certificate, then reads the body in the way that the header {@code Read} names, and tells both.
 *
 * <p>{@code Wait: async} asks without a thread that waits; a parameter in its place would be a read of the body.
 */
@WebServlet(urlPatterns = "/ask", asyncSupported = true)
@MultipartConfig
public final class AskServlet extends HttpServlet {
    private static final String OUTCOME = "outcome";

    @Override
    protected void service(HttpServletRequest request, HttpServletResponse response)
            throws ServletException, IOException {
        if (request.getDispatcherType() == DispatcherType.ASYNC) {
            answer(request, response, request.getAttribute(OUTCOME));
        } else if ("async".equals(request.getHeader("Wait"))) {
            AsyncContext async = request.startAsync();
            ClientCertificates.of(request).negotiateClientCertificateAsync().whenComplete((certificate, failure) -> {
                request.setAttribute(OUTCOME, failure == null ? certificate : failure);
                async.dispatch();
            });
        } else {
            Object outcome;
            try {
                outcome = ClientCertificates.of(request).negotiateClientCertificate();
            } catch (NegotiationException x) {
                outcome = x;
            }
            answer(request, response, outcome);
        }
    }

    private static void answer(HttpServletRequest request, HttpServletResponse response, Object outcome)
            throws ServletException, IOException {
        Lines lines = new Lines();
        if (outcome instanceof NegotiationException failure) {
            response.setStatus(failure.status());
            lines.add("reason", failure.reason().token());
        } else if (outcome instanceof ClientCertificate certificate) {
            lines.certificate(certificate).connection(request).add("body", body(request));
        } else {
            throw new ServletException("Unexpected outcome", outcome instanceof Throwable x ? x : null);
        }
        lines.send(response);
    }

    private static String body(HttpServletRequest request) throws ServletException, IOException {
        String way = request.getHeader("Read");
        if (way == null) {
            return "";
        }
        switch (way) {
            case "stream":
                return new String(request.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
            case "parameter":
                return request.getParameter("field");
            case "part":
                Part part = request.getPart("field");
                return new String(part.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
            default:
                throw new ServletException("No such way to read: " + way);
        }
    }
}
