package dev.latchkey.jetty;

import dev.latchkey.NegotiationOptions;
import java.util.Locale;
import java.util.Objects;
import java.util.Set;
import javax.net.ssl.X509TrustManager;
import javax.security.auth.x500.X500Principal;
import org.jspecify.annotations.Nullable;

/**
 * By what a chain is judged: a trust manager, a host, and the authorities that are accepted. A chain that one rule
 * accepted counts for no other. Immutable; trust managers are compared by identity.
 */
final class Rule {
    /** The connector's own trust, for whatever host. */
    static final Rule CONNECTOR = new Rule(null, null, "");

    private final @Nullable X509TrustManager trustManager;
    private final @Nullable Set<X500Principal> acceptedIssuers;
    private final String host;

    private Rule(@Nullable X509TrustManager trustManager, @Nullable Set<X500Principal> acceptedIssuers, String host) {
        this.trustManager = trustManager;
        this.acceptedIssuers = acceptedIssuers;
        this.host = host;
    }

    /** {@return the rule of a call, for a request to a host} */
    static Rule of(NegotiationOptions options, String host) {
        X509TrustManager own = options.trustManager().orElse(null);
        Set<X500Principal> issuers =
                options.acceptedIssuers().filter(names -> !names.isEmpty()).orElse(null);
        if (own == null && issuers == null) {
            return CONNECTOR;
        }
        return new Rule(own, issuers, host.toLowerCase(Locale.ROOT));
    }

    /** {@return the caller's trust manager, or null for the connector's} */
    @Nullable
    X509TrustManager trustManager() {
        return trustManager;
    }

    /** {@return the authorities to one of which the chain must lead, or null for any} */
    @Nullable
    Set<X500Principal> acceptedIssuers() {
        return acceptedIssuers;
    }

    @Override
    public boolean equals(@Nullable Object other) {
        return other instanceof Rule rule
                && rule.trustManager == trustManager
                && rule.host.equals(host)
                && Objects.equals(rule.acceptedIssuers, acceptedIssuers);
    }

    @Override
    public int hashCode() {
        return Objects.hash(System.identityHashCode(trustManager), host, acceptedIssuers);
    }
}
