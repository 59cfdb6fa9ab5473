package dev.latchkey.example.stepup;

import dev.latchkey.ClientCertificates;
import jakarta.servlet.http.HttpServlet;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;

/** Forgets the client's certificate; the connection closes after the answer. */
public final class ForgetServlet extends HttpServlet {
    private static final long serialVersionUID = 1L;

    /** {@inheritDoc} */
    @Override
    protected void doPost(HttpServletRequest request, HttpServletResponse response) throws IOException {
        ClientCertificates certificates = ClientCertificates.of(request);
        certificates.forget();
        new Answer(request, response).certificate(certificates.current());
    }
}
