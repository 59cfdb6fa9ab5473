package dev.latchkey;

import java.util.concurrent.CompletionStage;

/**
 * The server's service, bound to the request it was asked for: it gives a started asynchronous request the time that a
 * negotiation may take. Any thread may call.
 */
final class BoundClientCertificates implements ClientCertificates {
    private final RequestView request;
    private final ClientCertificates service;

    private BoundClientCertificates(RequestView request, ClientCertificates service) {
        this.request = request;
        this.service = service;
    }

    static ClientCertificates of(RequestView request) {
        return request.attribute(ATTRIBUTE) instanceof ClientCertificates service
                ? new BoundClientCertificates(request, service)
                : new UnavailableClientCertificates(request.isSecure() ? Reason.TLS_ENDS_ELSEWHERE : Reason.NOT_SECURE);
    }

    @Override
    public ClientCertificate current() {
        return service.current();
    }

    @Override
    public NegotiationOptions defaults() {
        return service.defaults();
    }

    @Override
    public ClientCertificate negotiateClientCertificate(NegotiationOptions options) throws NegotiationException {
        giveTime(options);
        return service.negotiateClientCertificate(options);
    }

    @Override
    public CompletionStage<ClientCertificate> negotiateClientCertificateAsync(NegotiationOptions options) {
        giveTime(options);
        return service.negotiateClientCertificateAsync(options);
    }

    @Override
    public void forget() {
        service.forget();
    }

    /** The asynchronous timeout is the application's own time: what the negotiation takes comes on top. */
    private void giveTime(NegotiationOptions options) {
        NegotiationOptions filled = options.withDefaults(service.defaults());
        request.lengthenAsyncTimeout(filled.deadline().orElseThrow().toMillis()
                + filled.bodyTimeout().orElseThrow().toMillis());
    }
}
