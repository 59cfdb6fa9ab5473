package dev.latchkey.it.home.war;

import dev.latchkey.ClientCertificates;
import dev.latchkey.NegotiationOptions;
import jakarta.inject.Inject;
import jakarta.servlet.annotation.WebServlet;
import jakarta.servlet.http.HttpServlet;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;

/** Asks afresh by a service that CDI has injected; for an application with CDI. */
@WebServlet("/injected")
public final class InjectedServlet extends HttpServlet {
    private static final NegotiationOptions FRESH =
            NegotiationOptions.builder().fresh().build();

    @Inject
    ClientCertificates certificates;

    @Override
    protected void doGet(HttpServletRequest request, HttpServletResponse response) throws IOException {
        new Lines()
                .certificate(certificates.negotiateClientCertificate(FRESH))
                .connection(request)
                .send(response);
    }
}
