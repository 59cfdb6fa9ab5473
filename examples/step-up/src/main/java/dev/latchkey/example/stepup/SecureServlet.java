package dev.latchkey.example.stepup;

import dev.latchkey.ClientCertificate;
import dev.latchkey.ClientCertificates;
import dev.latchkey.NegotiationException;

/** Asks for the client's certificate and goes on without, if the client has none. */
public final class SecureServlet extends AskingServlet {
    private static final long serialVersionUID = 1L;

    @Override
    ClientCertificate ask(ClientCertificates certificates) throws NegotiationException {
        return certificates.negotiateClientCertificate();
    }
}
