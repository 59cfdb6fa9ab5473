package dev.latchkey.jetty;

import dev.latchkey.ClientCertificate;
import dev.latchkey.ClientCertificates;
import dev.latchkey.NegotiationException;
import dev.latchkey.NegotiationOptions;
import dev.latchkey.Reason;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.eclipse.jetty.server.Request;

/**
 * The service of a request by HTTP/3, on which nobody can be asked (RFC 9114 section 3.2): it knows no certificate, and
 * says why. QUIC's handshake belongs to Jetty's HTTP/3 alone. Any thread.
 */
final class VersionForbids implements ClientCertificates {
    private final LatchkeySslConnectionFactory factory;
    private final Request request;

    VersionForbids(LatchkeySslConnectionFactory factory, Request request) {
        this.factory = factory;
        this.request = request;
    }

    @Override
    public ClientCertificate current() {
        return ClientCertificate.none();
    }

    @Override
    public NegotiationOptions defaults() {
        return factory.defaultOptions();
    }

    @Override
    public ClientCertificate negotiateClientCertificate(NegotiationOptions options) throws NegotiationException {
        throw refusal();
    }

    @Override
    public CompletionStage<ClientCertificate> negotiateClientCertificateAsync(NegotiationOptions options) {
        return CompletableFuture.failedStage(refusal());
    }

    private NegotiationException refusal() {
        FailureLog.Call call = factory.getStatistics().failureLog().begin(request);
        NegotiationException why = reason();
        call.failed(why);
        return why;
    }

    private NegotiationException reason() {
        try {
            Uncommitted.require(request);
        } catch (NegotiationException tooLate) {
            return tooLate;
        }
        Alternatives settings = factory.getAlternatives();
        StepUpRedirect.apply(request, settings);
        String version = request.getConnectionMetaData().getHttpVersion().asString();
        return new JettyNegotiationException(Reason.HTTP_VERSION, true, version, null)
                .withStatus(settings.http3Answer().status());
    }

    @Override
    public void forget() {
        // There is nothing to forget.
    }

    @Override
    public String toString() {
        return "ClientCertificates[not by this HTTP version]";
    }
}
