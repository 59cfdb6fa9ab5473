package dev.latchkey.example.stepup;

import dev.latchkey.ClientCertificate;
import dev.latchkey.ClientCertificates;
import dev.latchkey.NegotiationException;
import jakarta.servlet.AsyncContext;
import jakarta.servlet.DispatcherType;
import jakarta.servlet.http.HttpServlet;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;

/** Asks as {@link SecureServlet} does, and holds no thread while the client's user chooses. */
public final class AsyncServlet extends HttpServlet {
    private static final long serialVersionUID = 1L;

    private static final String OUTCOME = AsyncServlet.class.getName() + ".outcome";

    /** {@inheritDoc} */
    @Override
    protected void doGet(HttpServletRequest request, HttpServletResponse response) throws IOException {
        if (request.getDispatcherType() == DispatcherType.ASYNC) {
            goOn(request, new Answer(request, response));
        } else {
            start(request);
        }
    }

    /** {@inheritDoc} */
    @Override
    protected void doPost(HttpServletRequest request, HttpServletResponse response) throws IOException {
        doGet(request, response);
    }

    private static void start(HttpServletRequest request) {
        // Started before asking, so that its timeout can be lengthened by the time a person may take.
        AsyncContext async = request.startAsync();
        ClientCertificates.of(request)
                .negotiateClientCertificateAsync()
                .whenComplete((certificate, failure) ->
                        request.setAttribute(OUTCOME, failure == null ? certificate : failure))
                .whenComplete((certificate, failure) -> async.dispatch());
    }

    private static void goOn(HttpServletRequest request, Answer answer) throws IOException {
        Object outcome = request.getAttribute(OUTCOME);
        if (outcome instanceof ClientCertificate certificate) {
            answer.certificate(certificate);
        } else if (outcome instanceof NegotiationException failure) {
            answer.failure(failure);
        } else {
            throw new IllegalStateException("unexpected outcome", outcome instanceof Throwable x ? x : null);
        }
    }
}
