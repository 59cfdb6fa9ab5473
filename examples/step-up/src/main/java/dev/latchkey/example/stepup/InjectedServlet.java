package dev.latchkey.example.stepup;

import dev.latchkey.ClientCertificate;
import dev.latchkey.ClientCertificates;
import dev.latchkey.NegotiationException;
import jakarta.inject.Inject;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** Asks as {@link SecureServlet} does, by a service that CDI injected. */
public final class InjectedServlet extends AskingServlet {
    private static final long serialVersionUID = 1L;

    /** A proxy for the service of the request that the thread is in; null where the server's CDI module is off. */
    @Inject
    @Nullable
    transient ClientCertificates injected;

    @Override
    ClientCertificate ask(ClientCertificates notUsed) throws NegotiationException {
        return Objects.requireNonNull(injected).negotiateClientCertificate();
    }

    @Override
    protected void doGet(HttpServletRequest request, HttpServletResponse response) throws IOException {
        if (injected == null) {
            // An application that relies on CDI needs no such check; this one deploys without it, too.
            new Answer(request, response)
                    .refusal(404, "no-cdi", "enable the server's modules cdi and annotations, such as ee10-cdi");
            return;
        }
        super.doGet(request, response);
    }
}
