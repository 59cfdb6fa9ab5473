package dev.latchkey.example.stepup;

import dev.latchkey.ClientCertificate;
import dev.latchkey.ClientCertificates;
import dev.latchkey.NegotiationException;
import dev.latchkey.NegotiationOptions;

/** Asks for the client's certificate and refuses to go on without. */
public final class RequiredServlet extends AskingServlet {
    private static final long serialVersionUID = 1L;
    private static final NegotiationOptions NEED =
            NegotiationOptions.builder().need().build();

    @Override
    ClientCertificate ask(ClientCertificates certificates) throws NegotiationException {
        return certificates.negotiateClientCertificate(NEED);
    }
}
