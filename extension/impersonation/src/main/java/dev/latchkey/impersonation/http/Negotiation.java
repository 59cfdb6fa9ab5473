package dev.latchkey.impersonation.http;

import dev.latchkey.impersonation.Identity;
import java.net.URI;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Which servers are shown who asks by a Negotiate token (RFC 4559), and how.
 *
 * <pre>{@code
 * Negotiation negotiation = Negotiation.builder()
 *         .allow("https://files.example.com")
 *         .build();
 * }</pre>
 *
 * <p>A server that is not named is never sent a token, whatever it asks for. A token is sent beforehand, with the
 * request: so nothing has to be sent twice, and a one-shot body is safe. Immutable; any thread.
 */
public final class Negotiation {
    private final Map<String, String> hosts;
    private final Set<String> delegated;
    private final boolean provenServers;

    private Negotiation(Builder builder) {
        hosts = Map.copyOf(builder.hosts);
        delegated = Set.copyOf(builder.delegated);
        provenServers = builder.provenServers;
    }

    /** {@return a builder that names no server yet} */
    public static Builder builder() {
        return new Builder();
    }

    /**
     * Makes a token for a request, on the calling thread, as an identity.
     *
     * <p>May ask the KDC over the network.
     *
     * @param identity who asks
     * @param uri what for
     * @return the token, to be closed; null where none is to be sent, since the server is not named or the identity is
     *     of a kind that has none: "no identity", or an account of this system alone
     * @throws NegotiateException if one is to be sent and cannot be made
     * @throws dev.latchkey.impersonation.IdentityException if the identity could not be applied
     */
    public @Nullable NegotiateToken token(Identity identity, URI uri) {
        String origin = origin(uri);
        String host = hosts.get(origin);
        if (host == null || identity.isNone()) {
            return null;
        }
        NegotiateExchange exchange = Exchanges.open(identity, host, delegated.contains(origin));
        return exchange == null ? null : new NegotiateToken(exchange, provenServers);
    }

    /** {@return whether a server is named} */
    public boolean allows(URI uri) {
        return hosts.containsKey(origin(uri));
    }

    /** Scheme, host and port (RFC 6454), each in one form. */
    static String origin(URI uri) {
        String scheme = uri.getScheme();
        String host = uri.getHost();
        if (scheme == null || host == null) {
            throw new IllegalArgumentException("No origin: " + uri + "; it takes https://host or https://host:port");
        }
        String lowerScheme = scheme.toLowerCase(Locale.ROOT);
        int port = uri.getPort() >= 0 ? uri.getPort() : lowerScheme.equals("https") ? 443 : 80;
        return lowerScheme + "://" + host.toLowerCase(Locale.ROOT) + ":" + port;
    }

    /** Builds a {@link Negotiation}. One thread. */
    public static final class Builder {
        private final Map<String, String> hosts = new HashMap<>();
        private final Set<String> delegated = new HashSet<>();
        private boolean provenServers = true;

        private Builder() {}

        /**
         * Names a server that is sent tokens, for the service {@code HTTP} of its host.
         *
         * @param origin such as {@code https://files.example.com} or {@code https://files.example.com:8443}
         * @throws IllegalArgumentException if it is no http or https origin, or has a path
         */
        public Builder allow(String origin) {
            return allow(origin, checked(origin).getHost().toLowerCase(Locale.ROOT));
        }

        /**
         * Names a server that Kerberos knows by another host than its address.
         *
         * @param origin as in {@link #allow(String)}
         * @param host the host of its service name: {@code HTTP/host}
         */
        public Builder allow(String origin, String host) {
            if (!host.matches("[A-Za-z0-9._:\\[\\]-]+")) {
                throw new IllegalArgumentException("No host: " + host + "; it takes the part behind HTTP/");
            }
            hosts.put(origin(checked(origin)), host);
            return this;
        }

        /**
         * Lets a server act as the user further on. Off for each server until it is named here; a server that gets this
         * can do everything the user can.
         *
         * @throws IllegalArgumentException if the origin was not {@linkplain #allow(String) allowed} before
         */
        public Builder delegate(String origin) {
            String normal = origin(checked(origin));
            if (!hosts.containsKey(normal)) {
                throw new IllegalArgumentException(
                        origin + " is to be delegated to, and is not allowed: allow it first");
            }
            delegated.add(normal);
            return this;
        }

        /**
         * Takes answers of servers that do not prove who they are. By default an answer of success, or a redirect, to a
         * request with a token must carry the server's own.
         */
        public Builder acceptUnprovenServers() {
            provenServers = false;
            return this;
        }

        /**
         * {@return what was built} Not to be called as a user: on Windows it loads a library.
         *
         * @throws NegotiateException {@link NegotiateFailure#UNSAFE_SETUP} if this process would prove itself instead
         *     of an identity
         */
        public Negotiation build() {
            GssExchange.refuseUnsafeSetup();
            Exchanges.prepare();
            return new Negotiation(this);
        }

        private static URI checked(String origin) {
            URI uri = URI.create(origin);
            String scheme = uri.getScheme();
            boolean http = "http".equalsIgnoreCase(scheme) || "https".equalsIgnoreCase(scheme);
            boolean bare = uri.getRawUserInfo() == null
                    && (uri.getRawPath() == null || uri.getRawPath().isEmpty())
                    && uri.getRawQuery() == null
                    && uri.getRawFragment() == null;
            if (!http || uri.getHost() == null || !bare) {
                throw new IllegalArgumentException(
                        "No origin: " + origin + "; it takes https://host or https://host:port, and nothing behind");
            }
            return uri;
        }
    }
}
