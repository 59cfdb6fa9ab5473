package dev.latchkey;

import dev.latchkey.NegotiationOptions.BodyTooLarge;
import dev.latchkey.NegotiationOptions.Presence;
import dev.latchkey.spi.Stages;
import java.util.concurrent.CompletionStage;

/**
 * What is asked of a request before it reaches what is guarded: a certificate needed or wanted, and the status of a
 * refusal. Each kind of guard (annotation, path, login) decides by this one, so that all decide alike.
 *
 * <p>Immutable; any thread may use it.
 */
public final class ClientCertificateGuard {
    private final Presence presence;
    private final int status;
    private final NegotiationOptions options;

    private ClientCertificateGuard(Presence presence, int status) {
        if (status != 0 && (status < 400 || status > 499)) {
            throw new IllegalArgumentException(
                    "status = " + status + ": a refusal is a 4xx, or 0 for the reason's own status");
        }
        this.presence = presence;
        this.status = status;
        this.options = presence == Presence.NEED
                ? NegotiationOptions.builder().need().build()
                : NegotiationOptions.builder()
                        .bodyTooLarge(BodyTooLarge.GO_ON_WITHOUT)
                        .build();
    }

    /**
     * {@return the guard that an annotation describes}
     *
     * @param annotation of a class or method
     * @throws IllegalArgumentException if its status is not a 4xx
     */
    public static ClientCertificateGuard of(RequireClientCertificate annotation) {
        return new ClientCertificateGuard(annotation.value(), annotation.status());
    }

    /**
     * {@return a guard that refuses with the reason's own status}
     *
     * @param presence need or want
     */
    public static ClientCertificateGuard of(Presence presence) {
        return new ClientCertificateGuard(presence, 0);
    }

    /**
     * Lets a request pass or refuses it; asks the client and waits, if its certificate is not known yet.
     *
     * @param request as for {@link ClientCertificates#of(Object)}
     * @return the certificate; without one, or one that is none, only if it is but wanted
     * @throws NegotiationException if the request must not pass
     */
    public ClientCertificate check(Object request) throws NegotiationException {
        try {
            return ClientCertificates.of(request).negotiateClientCertificate(options);
        } catch (NegotiationException x) {
            return passOrRefuse(x);
        }
    }

    /**
     * Lets a request pass or refuses it; no thread waits meanwhile.
     *
     * @param request as for {@link ClientCertificates#of(Object)}
     * @return as {@link ClientCertificates#negotiateClientCertificateAsync(NegotiationOptions)}
     */
    public CompletionStage<ClientCertificate> checkAsync(Object request) {
        return Stages.follow(
                ClientCertificates.of(request).negotiateClientCertificateAsync(options), (certificate, failure) -> {
                    if (failure == null) {
                        return certificate;
                    }
                    if (failure instanceof NegotiationException x) {
                        return passOrRefuse(x);
                    }
                    throw failure;
                });
    }

    /** Where a certificate is but wanted, a client that cannot be asked is as good as one that has none. */
    private ClientCertificate passOrRefuse(NegotiationException failure) throws NegotiationException {
        if (presence == Presence.WANT && failure.isConnectionUsable()) {
            switch (failure.reason()) {
                case NOT_SECURE, TLS_ENDS_ELSEWHERE, CLIENT_CANNOT, ENGINE_CANNOT, PREFLIGHT -> {
                    return ClientCertificate.none();
                }
                default -> {
                    // Asked and failed, or to be asked in another way: refused.
                }
            }
        }
        throw status == 0 ? failure : failure.withStatus(status);
    }
}
