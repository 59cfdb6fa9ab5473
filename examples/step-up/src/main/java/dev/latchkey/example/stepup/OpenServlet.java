package dev.latchkey.example.stepup;

import dev.latchkey.ClientCertificate;
import dev.latchkey.ClientCertificates;

/** Shows the client's certificate if it is known already; never asks. */
public final class OpenServlet extends AskingServlet {
    private static final long serialVersionUID = 1L;

    @Override
    ClientCertificate ask(ClientCertificates certificates) {
        return certificates.current();
    }
}
