package dev.latchkey;

import dev.latchkey.spi.LongestWait;
import dev.latchkey.spi.Stages;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;

/**
 * The server's service, bound to the request it was asked for: it gives a started asynchronous request the time that a
 * negotiation may take, and never asks where no person waits for the dialog: in an error dispatch, on a CORS preflight,
 * on a prefetch. Any thread may call.
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
                : new UnavailableClientCertificates(
                        request, request.isSecure() ? Reason.TLS_ENDS_ELSEWHERE : Reason.NOT_SECURE);
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
        CallRecord record = CallRecord.of(request);
        Reason silence = silence();
        try {
            return record.ended(
                    silence == null
                            ? service.negotiateClientCertificate(options)
                            : withoutAsking(options, silence, record));
        } catch (NegotiationException x) {
            throw record.failed(x);
        }
    }

    @Override
    public CompletionStage<ClientCertificate> negotiateClientCertificateAsync(NegotiationOptions options) {
        CallRecord record = CallRecord.of(request);
        Reason silence = silence();
        if (silence != null) {
            try {
                return CompletableFuture.completedStage(record.ended(withoutAsking(options, silence, record)));
            } catch (NegotiationException x) {
                return CompletableFuture.failedStage(record.failed(x));
            }
        }
        CompletionStage<ClientCertificate> negotiation = service.negotiateClientCertificateAsync(options);
        record.giveTime(
                request,
                negotiation,
                longestWait(options.withDefaults(service.defaults()).withDefaults(NegotiationOptions.STANDARD)));
        // A future of our own, so that the outcome is noted before the application learns of it.
        return Stages.follow(negotiation, (certificate, failure) -> {
            if (failure == null) {
                return record.ended(certificate);
            }
            throw failure instanceof NegotiationException x ? record.failed(x) : failure;
        });
    }

    private Duration longestWait(NegotiationOptions options) {
        return service instanceof LongestWait server
                ? server.longestWait(options)
                : options.deadline().orElseThrow().plus(options.bodyTimeout().orElseThrow());
    }

    @Override
    public void forget() {
        service.forget();
    }

    /** {@return why this request is not to be asked, however much it wants to; null if it may be} */
    private @Nullable Reason silence() {
        if (request.isErrorDispatch()) {
            return Reason.ERROR_DISPATCH;
        }
        if (request.isPreflight()) {
            return Reason.PREFLIGHT;
        }
        return request.isSpeculative() ? Reason.SPECULATIVE : null;
    }

    /**
     * An error page that asked would open a dialog because of an error, and a guarded one would fail again and again.
     * It gets what is there, or the failure that led to it.
     */
    private ClientCertificate withoutAsking(NegotiationOptions options, Reason silence, CallRecord record)
            throws NegotiationException {
        ClientCertificate current = service.current();
        boolean plain = !options.isFresh()
                && options.trustManager().isEmpty()
                && options.acceptedIssuers().filter(names -> !names.isEmpty()).isEmpty();
        if (plain && current.isTrusted()) {
            return current;
        }
        NegotiationException first = record.firstFailure();
        throw first != null ? first : request.refuse(silence);
    }
}
