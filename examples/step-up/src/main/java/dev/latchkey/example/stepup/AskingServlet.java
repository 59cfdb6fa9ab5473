package dev.latchkey.example.stepup;

import dev.latchkey.ClientCertificate;
import dev.latchkey.ClientCertificates;
import dev.latchkey.NegotiationException;
import jakarta.servlet.http.HttpServlet;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;

/** Asks in its own way, and answers with what came of it. For any thread. */
abstract class AskingServlet extends HttpServlet {
    private static final long serialVersionUID = 1L;

    /**
     * Asks, or does not.
     *
     * @param certificates the service of the request
     * @return what is known of the client's certificate
     * @throws NegotiationException if the client could not be asked, or did not answer with what is needed
     */
    abstract ClientCertificate ask(ClientCertificates certificates) throws NegotiationException;

    @Override
    protected void doGet(HttpServletRequest request, HttpServletResponse response) throws IOException {
        Answer answer = new Answer(request, response);
        ClientCertificate certificate;
        try {
            certificate = ask(ClientCertificates.of(request));
        } catch (NegotiationException x) {
            answer.failure(x);
            return;
        }
        answer.certificate(certificate);
    }

    @Override
    protected void doPost(HttpServletRequest request, HttpServletResponse response) throws IOException {
        doGet(request, response);
    }
}
