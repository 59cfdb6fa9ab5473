package dev.latchkey;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

/** The service of a request that no connector with Latchkey served: it knows nothing and cannot ask. Any thread. */
final class UnavailableClientCertificates implements ClientCertificates {
    private final RequestView request;
    private final Reason reason;

    UnavailableClientCertificates(RequestView request, Reason reason) {
        this.request = request;
        this.reason = reason;
    }

    @Override
    public ClientCertificate current() {
        return ClientCertificate.none();
    }

    @Override
    public NegotiationOptions defaults() {
        return NegotiationOptions.STANDARD;
    }

    @Override
    public ClientCertificate negotiateClientCertificate(NegotiationOptions options) throws NegotiationException {
        throw failure();
    }

    @Override
    public CompletionStage<ClientCertificate> negotiateClientCertificateAsync(NegotiationOptions options) {
        return CompletableFuture.failedStage(failure());
    }

    @Override
    public void forget() {
        // There is nothing to forget.
    }

    private NegotiationException failure() {
        return CallRecord.of(request).failed(request.refuse(reason));
    }
}
