package dev.latchkey.cdi;

import dev.latchkey.ClientCertificate;
import dev.latchkey.ClientCertificates;
import dev.latchkey.NegotiationException;
import dev.latchkey.NegotiationOptions;
import jakarta.enterprise.context.RequestScoped;
import jakarta.inject.Inject;
import jakarta.servlet.http.HttpServletRequest;
import java.util.concurrent.CompletionStage;

/**
 * The service of the request that the calling thread is in, as a bean. For one request; any of its threads may call.
 *
 * <p>It is a class, not a synthetic bean of the interface, because of where a container defines its proxy: beside this
 * class, in the web application's loader. The proxy of an interface that the server loaded would be defined beside
 * that interface, where the proxy's own supertypes are not to be found.
 */
@RequestScoped
class RequestClientCertificates implements ClientCertificates {
    @Inject
    HttpServletRequest request;

    @Override
    public ClientCertificate current() {
        return service().current();
    }

    @Override
    public NegotiationOptions defaults() {
        return service().defaults();
    }

    @Override
    public ClientCertificate negotiateClientCertificate(NegotiationOptions options) throws NegotiationException {
        return service().negotiateClientCertificate(options);
    }

    @Override
    public CompletionStage<ClientCertificate> negotiateClientCertificateAsync(NegotiationOptions options) {
        return service().negotiateClientCertificateAsync(options);
    }

    @Override
    public void forget() {
        service().forget();
    }

    private ClientCertificates service() {
        return ClientCertificates.of(request);
    }
}
