package dev.latchkey;

import java.util.concurrent.CompletionStage;

/**
 * The client's certificate, for one request.
 *
 * <p>A <em>step-up</em> asks the client for its TLS certificate on the connection that the request came by. It costs a
 * handshake (TLS 1.2) or a round trip with a signature (TLS 1.3) and the client's user the time to choose a
 * certificate and perhaps to type a PIN. The request's body, as far as it has not been read yet, is taken in first and
 * kept, so that the application reads it afterwards as if nothing had happened.
 *
 * <pre>{@code
 * ClientCertificate c = ClientCertificates.of(request).negotiateClientCertificate();
 * String user = c.isTrusted() ? c.chain().get(0).getSubjectX500Principal().getName() : "nobody";
 * }</pre>
 *
 * <p>After success the request attribute {@code jakarta.servlet.request.X509Certificate} holds the chain, for this
 * request and for later ones of the connection.
 *
 * <p>Any thread may call, while the request lives. One negotiation runs on a connection at a time. In an error dispatch
 * nothing is ever asked: a call gives what is known already, or fails with the first failure of the request, or with
 * {@link Reason#ERROR_DISPATCH} if there was none. The same holds for a CORS preflight ({@link Reason#PREFLIGHT}) and for
 * a prefetch ({@link Reason#SPECULATIVE}): no dialog opens where no person waits for it.
 */
public interface ClientCertificates {
    /** The request attribute under which the server puts the service of a request: {@value}. */
    String ATTRIBUTE = "dev.latchkey.ClientCertificates";

    /**
     * The request attribute that tells by its {@code toString()} what became of the request's last call, for the access
     * log: {@value}. {@code certificate}, {@code none} or a reason's code and token, and by which {@link Mechanism} the
     * client was asked, such as {@code certificate renegotiation} or {@code LK105 engine-cannot}; {@code -} while a call
     * goes on. Absent where nothing was called. Holds nothing of a certificate.
     */
    String OUTCOME_ATTRIBUTE = "dev.latchkey.outcome";

    /**
     * The request attribute that tells by its {@code toString()} the code and token of the first failure of the
     * request's calls, for the access log: {@value}. {@code -} where none failed; absent where nothing was called.
     */
    String FIRST_FAILURE_ATTRIBUTE = "dev.latchkey.firstFailure";

    /**
     * {@return the service of a request}
     *
     * <p>Where no connector with Latchkey served the request, the service is there all the same: it knows no
     * certificate, and asking fails with {@link Reason#NOT_SECURE} or {@link Reason#TLS_ENDS_ELSEWHERE}.
     *
     * @param request a {@code jakarta.servlet.ServletRequest}, a {@code javax.servlet.ServletRequest} or an
     *     {@code org.eclipse.jetty.server.Request}, wrapped or not. The parameter is an {@code Object} because this
     *     class is shared by applications of all these kinds
     * @throws IllegalArgumentException if it is none of these
     */
    static ClientCertificates of(Object request) {
        return BoundClientCertificates.of(new RequestView(request));
    }

    /**
     * {@return what is known already; never asks}
     *
     * <p>A certificate that has expired since, or that the connector's trust no longer accepts, is not known. One that a
     * resumed TLS session brought along is validated when somebody looks for the first time, and the call waits for that,
     * no longer than the server's deadline; the same holds for the request attribute. Who does not look does not wait.
     */
    ClientCertificate current();

    /** {@return the options that apply where a call leaves something open; everything in them is set} */
    NegotiationOptions defaults();

    /**
     * Asks for the client's certificate and waits for it.
     *
     * @return the certificate, or none if the client has none or does not want to show it
     * @throws NegotiationException if it could not be asked, did not answer, or sent one that is not trusted
     */
    default ClientCertificate negotiateClientCertificate() throws NegotiationException {
        return negotiateClientCertificate(NegotiationOptions.defaults());
    }

    /**
     * Asks for the client's certificate and waits for it.
     *
     * @param options how
     * @return the certificate, or none if the client has none or does not want to show it, and none is needed
     * @throws NegotiationException if it could not be asked, did not answer, or did not send what is needed
     */
    ClientCertificate negotiateClientCertificate(NegotiationOptions options) throws NegotiationException;

    /**
     * Asks for the client's certificate; no thread waits meanwhile.
     *
     * @return as {@link #negotiateClientCertificateAsync(NegotiationOptions)}
     */
    default CompletionStage<ClientCertificate> negotiateClientCertificateAsync() {
        return negotiateClientCertificateAsync(NegotiationOptions.defaults());
    }

    /**
     * Asks for the client's certificate; no thread waits meanwhile.
     *
     * <p>In a servlet call {@code request.startAsync()} before: its timeout is then lengthened by the time that the
     * negotiation may take, once a request, and only if the client is asked. {@code thenRun(asyncContext::dispatch)} is
     * the simplest way to go on.
     *
     * @param options how
     * @return completes on a thread of the server's pool, in the web application's context, with the certificate or
     *     with a {@link NegotiationException}; complete at once where nobody has to be asked. Cancelling it ({@code toCompletableFuture().cancel(true)}) gives up at
     *     once; once the client was asked by renegotiation, that costs the connection
     */
    CompletionStage<ClientCertificate> negotiateClientCertificateAsync(NegotiationOptions options);

    /**
     * Forgets the client's certificate: it is not shown any more on this connection nor after a resumption of its TLS
     * session, and the connection closes after this response. What a browser remembers of its user's choice is not in
     * the server's hands.
     */
    void forget();
}
