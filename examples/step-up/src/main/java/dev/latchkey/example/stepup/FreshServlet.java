package dev.latchkey.example.stepup;

import dev.latchkey.ClientCertificate;
import dev.latchkey.ClientCertificates;
import dev.latchkey.NegotiationException;
import dev.latchkey.NegotiationOptions;

/** Asks for a new proof that the client holds its key, although its certificate may be known. */
public final class FreshServlet extends AskingServlet {
    private static final long serialVersionUID = 1L;
    private static final NegotiationOptions FRESH =
            NegotiationOptions.builder().fresh().build();

    @Override
    ClientCertificate ask(ClientCertificates certificates) throws NegotiationException {
        return certificates.negotiateClientCertificate(FRESH);
    }
}
