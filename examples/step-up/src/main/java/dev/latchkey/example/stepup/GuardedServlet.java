package dev.latchkey.example.stepup;

import dev.latchkey.ClientCertificate;
import dev.latchkey.ClientCertificates;
import dev.latchkey.RequireClientCertificate;

/** Asks for nothing itself: the annotation sees to it that there is a certificate whenever it runs. */
@RequireClientCertificate
public final class GuardedServlet extends AskingServlet {
    private static final long serialVersionUID = 1L;

    @Override
    ClientCertificate ask(ClientCertificates certificates) {
        return certificates.current();
    }
}
