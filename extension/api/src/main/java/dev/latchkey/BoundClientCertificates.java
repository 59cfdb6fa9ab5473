package dev.latchkey;

import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/**
 * The server's service, bound to the request it was asked for: it gives a started asynchronous request the time that a
 * negotiation may take, and never asks where no person waits for the dialog: in an error dispatch, on a CORS preflight,
 * on a prefetch. Any thread may call.
 */
final class BoundClientCertificates implements ClientCertificates {
    /** The request attribute that holds the first failure of a request, so that its error page can tell it. */
    private static final String FIRST_FAILURE = "dev.latchkey.firstFailure";

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
        Reason silence = silence();
        if (silence != null) {
            return withoutAsking(options, silence);
        }
        giveTime(options);
        FirstFailure first = firstFailure();
        try {
            return service.negotiateClientCertificate(options);
        } catch (NegotiationException x) {
            first.compareAndSet(null, x);
            throw x;
        }
    }

    @Override
    public CompletionStage<ClientCertificate> negotiateClientCertificateAsync(NegotiationOptions options) {
        Reason silence = silence();
        if (silence != null) {
            try {
                return CompletableFuture.completedStage(withoutAsking(options, silence));
            } catch (NegotiationException x) {
                return CompletableFuture.failedStage(x);
            }
        }
        giveTime(options);
        FirstFailure first = firstFailure();
        CompletionStage<ClientCertificate> negotiation = service.negotiateClientCertificateAsync(options);
        // A future of our own, so that the failure is remembered before the application learns of it.
        CompletableFuture<ClientCertificate> result = new CompletableFuture<>();
        negotiation.whenComplete((certificate, failure) -> {
            if (failure == null) {
                result.complete(certificate);
                return;
            }
            Throwable wrapped = failure instanceof CompletionException ? failure.getCause() : null;
            Throwable cause = wrapped == null ? failure : wrapped;
            if (cause instanceof NegotiationException x) {
                first.compareAndSet(null, x);
            }
            result.completeExceptionally(cause);
        });
        result.whenComplete((certificate, failure) -> {
            if (failure instanceof CancellationException) {
                negotiation.toCompletableFuture().cancel(true);
            }
        });
        return result;
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
    private ClientCertificate withoutAsking(NegotiationOptions options, Reason silence) throws NegotiationException {
        ClientCertificate current = service.current();
        boolean plain = !options.isFresh()
                && options.trustManager().isEmpty()
                && options.acceptedIssuers().filter(names -> !names.isEmpty()).isEmpty();
        if (plain && current.isTrusted()) {
            return current;
        }
        NegotiationException first = firstFailure().get();
        throw first != null ? first : new NegotiationException(silence, true, null, null);
    }

    /** Put there at the call, because the request may be gone when the negotiation ends. */
    private FirstFailure firstFailure() {
        return request.attributeOr(FIRST_FAILURE, FirstFailure.class, new FirstFailure());
    }

    /** The first failure of a request, if there was one. */
    private static final class FirstFailure extends AtomicReference<@Nullable NegotiationException> {
        private static final long serialVersionUID = 1L;
    }

    /** The asynchronous timeout is the application's own time: what the negotiation takes comes on top. */
    private void giveTime(NegotiationOptions options) {
        NegotiationOptions filled = options.withDefaults(service.defaults());
        request.lengthenAsyncTimeout(filled.deadline().orElseThrow().toMillis()
                + filled.bodyTimeout().orElseThrow().toMillis());
    }
}
