package dev.latchkey.it.home.war;

import dev.latchkey.ClientCertificates;
import dev.latchkey.NegotiationOptions;
import jakarta.servlet.annotation.WebServlet;
import jakarta.servlet.http.HttpServlet;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;

/** Needs a certificate, and lets the failure leave. */
@WebServlet("/uncaught")
public final class UncaughtServlet extends HttpServlet {
    private static final NegotiationOptions NEED =
            NegotiationOptions.builder().need().build();

    @Override
    protected void doGet(HttpServletRequest request, HttpServletResponse response) throws IOException {
        new Lines()
                .certificate(ClientCertificates.of(request).negotiateClientCertificate(NEED))
                .send(response);
    }
}
