package dev.latchkey;

import java.security.cert.X509Certificate;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * What is known of the client's certificate: a chain or none, trusted or why not, and how it came.
 *
 * <p>Immutable; any thread may use it, also after the request has ended. It is a statement about the moment at which it
 * was made: it does not change when the certificate expires later.
 */
public final class ClientCertificate {
    private static final ClientCertificate NONE = new ClientCertificate(List.of(), null, null, false);

    private final List<X509Certificate> chain;
    private final @Nullable Reason distrust;
    private final @Nullable Mechanism mechanism;
    private final boolean alreadyPresent;

    private ClientCertificate(
            List<X509Certificate> chain,
            @Nullable Reason distrust,
            @Nullable Mechanism mechanism,
            boolean alreadyPresent) {
        this.chain = chain;
        this.distrust = distrust;
        this.mechanism = mechanism;
        this.alreadyPresent = alreadyPresent;
    }

    /** {@return no certificate, and nobody was asked} */
    public static ClientCertificate none() {
        return NONE;
    }

    /**
     * {@return no certificate, though the client was asked}
     *
     * @param mechanism how the client was asked
     */
    public static ClientCertificate none(Mechanism mechanism) {
        return new ClientCertificate(List.of(), null, mechanism, false);
    }

    /**
     * {@return a chain that validated}
     *
     * @param chain the leaf first, not empty
     * @param mechanism how it came
     * @param alreadyPresent whether it was there before the call
     */
    public static ClientCertificate trusted(List<X509Certificate> chain, Mechanism mechanism, boolean alreadyPresent) {
        return new ClientCertificate(notEmpty(chain), null, mechanism, alreadyPresent);
    }

    /**
     * {@return a chain that did not validate, for a caller who asked to see it all the same}
     *
     * @param chain the leaf first, not empty
     * @param distrust why it did not validate
     * @param mechanism how it came
     */
    public static ClientCertificate untrusted(List<X509Certificate> chain, Reason distrust, Mechanism mechanism) {
        return new ClientCertificate(notEmpty(chain), distrust, mechanism, false);
    }

    private static List<X509Certificate> notEmpty(List<X509Certificate> chain) {
        if (chain.isEmpty()) {
            throw new IllegalArgumentException("an empty chain is ClientCertificate.none()");
        }
        return List.copyOf(chain);
    }

    /** {@return whether there is a certificate, trusted or not} */
    public boolean isPresent() {
        return !chain.isEmpty();
    }

    /**
     * {@return the chain as the client sent it, the leaf first; unmodifiable, empty when there is none}
     *
     * <p>Verified is the leaf, when {@link #isTrusted()}: its key, and a path of signatures from it to a trusted authority.
     * What else the client sent need not be of this path, and nobody has looked at it: take who the client is from the
     * leaf alone, and have authorities checked by {@link NegotiationOptions.Builder#acceptedIssuers}.
     */
    public List<X509Certificate> chain() {
        return chain;
    }

    /** {@return the leaf, which alone names the client} */
    public Optional<X509Certificate> certificate() {
        return chain.stream().findFirst();
    }

    /** {@return whether there is a certificate and it validated} */
    public boolean isTrusted() {
        return isPresent() && distrust == null;
    }

    /**
     * {@return why the chain did not validate; empty when it did, or when there is none}
     *
     * <p>One of {@link Reason#UNTRUSTED}, {@link Reason#EXPIRED}, {@link Reason#REVOKED} and
     * {@link Reason#REVOCATION_UNKNOWN}.
     */
    public Optional<Reason> distrust() {
        return Optional.ofNullable(distrust);
    }

    /** {@return how the client was asked; empty when nobody asked it} */
    public Optional<Mechanism> mechanism() {
        return Optional.ofNullable(mechanism);
    }

    /** {@return whether the certificate was there already, so that the client was not asked by this call} */
    public boolean wasAlreadyPresent() {
        return alreadyPresent;
    }

    /** {@return a short form for logs; it holds nothing of the certificate} */
    @Override
    public String toString() {
        String state = isPresent() ? (distrust == null ? "trusted" : distrust.token()) : "none";
        String how = mechanism == null ? "" : ", " + mechanism.token();
        return "ClientCertificate[" + state + how + (alreadyPresent ? ", already present" : "") + "]";
    }
}
