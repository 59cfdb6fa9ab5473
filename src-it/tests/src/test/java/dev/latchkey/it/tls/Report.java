package dev.latchkey.it.tls;

import dev.latchkey.ClientCertificate;
import dev.latchkey.ClientCertificates;
import dev.latchkey.NegotiationException;
import dev.latchkey.NegotiationOptions;
import dev.latchkey.it.embedded.Exchange;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.io.PrintWriter;
import java.security.cert.X509Certificate;
import java.util.function.Function;
import javax.net.ssl.SSLPeerUnverifiedException;
import org.eclipse.jetty.io.EndPoint;

/**
 * What a request is told and shown, as lines of {@code name=value}. It looks everywhere an identity can be seen: the
 * returned value, the servlet attribute, {@code current()}, and the TLS session that Jetty gives to requests.
 */
final class Report {
    private Report() {}

    /** {@return an exchange that asks with the server's defaults} */
    static Exchange asks() {
        return asks(NegotiationOptions.defaults());
    }

    static Exchange asks(NegotiationOptions options) {
        return asks(request -> options);
    }

    static Exchange asks(Function<HttpServletRequest, NegotiationOptions> options) {
        return (request, response) -> {
            StringBuilder told = new StringBuilder();
            try {
                ClientCertificate c = ClientCertificates.of(request).negotiateClientCertificate(options.apply(request));
                told.append(line("subject", subject(c)))
                        .append(line("trusted", c.isPresent() ? String.valueOf(c.isTrusted()) : ""))
                        .append(line(
                                "distrust", c.distrust().map(r -> r.token()).orElse("")))
                        .append(line(
                                "mechanism", c.mechanism().map(m -> m.token()).orElse("")))
                        .append(line("present", String.valueOf(c.wasAlreadyPresent())));
            } catch (NegotiationException x) {
                response.setStatus(x.status());
                told.append(line("reason", x.reason().token()))
                        .append(line("usable", String.valueOf(x.isConnectionUsable())))
                        .append(line("message", x.getMessage()));
            }
            write(request, response, told.toString());
        };
    }

    /** {@return an exchange that never asks} */
    static Exchange shows() {
        return (request, response) -> write(request, response, "");
    }

    /** {@return an exchange that forgets, and then shows} */
    static Exchange forgets() {
        return (request, response) -> {
            ClientCertificates.of(request).forget();
            write(request, response, "");
        };
    }

    private static void write(HttpServletRequest request, HttpServletResponse response, String told)
            throws IOException {
        String shown = told
                + line("attribute", attribute(request))
                + line("current", subject(ClientCertificates.of(request).current()))
                + line("session", session(request))
                + line("tls", tls(request))
                + line("http", request.getProtocol())
                + line("secure", String.valueOf(request.isSecure()));
        response.setContentType("text/plain");
        response.setContentLength(shown.length());
        PrintWriter out = response.getWriter();
        out.print(shown);
        out.flush();
    }

    private static String line(String name, String value) {
        return name + "=" + value + "\n";
    }

    private static String subject(ClientCertificate c) {
        return c.certificate().map(x -> x.getSubjectX500Principal().getName()).orElse("");
    }

    private static String attribute(HttpServletRequest request) {
        return request.getAttribute("jakarta.servlet.request.X509Certificate") instanceof X509Certificate[] chain
                ? chain[0].getSubjectX500Principal().getName()
                : "";
    }

    private static EndPoint.SslSessionData data(HttpServletRequest request) {
        return (EndPoint.SslSessionData) request.getAttribute(EndPoint.SslSessionData.ATTRIBUTE);
    }

    private static String session(HttpServletRequest request) {
        EndPoint.SslSessionData data = data(request);
        if (data == null || data.sslSession() == null) {
            return "";
        }
        try {
            return data.sslSession().getPeerPrincipal().getName();
        } catch (SSLPeerUnverifiedException none) {
            return "";
        }
    }

    private static String tls(HttpServletRequest request) {
        EndPoint.SslSessionData data = data(request);
        return data == null || data.sslSession() == null
                ? ""
                : data.sslSession().getProtocol();
    }
}
