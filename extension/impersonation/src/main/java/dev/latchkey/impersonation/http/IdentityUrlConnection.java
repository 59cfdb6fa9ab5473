package dev.latchkey.impersonation.http;

import dev.latchkey.impersonation.Identity;
import dev.latchkey.impersonation.IdentityFlow;
import dev.latchkey.impersonation.IdentityKey;
import java.io.IOException;
import java.net.Authenticator;
import java.net.CookieHandler;
import java.net.HttpURLConnection;
import java.net.URI;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import javax.net.ssl.HttpsURLConnection;
import javax.net.ssl.SSLSocketFactory;
import org.jspecify.annotations.Nullable;

/**
 * One request by {@code HttpURLConnection} as the identity of the calling thread.
 *
 * <pre>{@code
 * try (IdentityUrlConnection request = IdentityUrlConnection.open(Identities.flow(), negotiation, uri)) {
 *     request.connection().setRequestProperty("Accept", "text/plain");
 *     InputStream body = request.response().getInputStream();
 * }
 * }</pre>
 *
 * <p>The token is sent beforehand, and the server's is checked before its response is given out. Connections that Java
 * keeps alive, and TLS sessions that it resumes, are each identity's own; one that was kept for another is closed instead
 * of used. Redirects are not followed: Java would send the token along. One thread, the one that opened it.
 */
public final class IdentityUrlConnection implements AutoCloseable {
    private static final PerIdentity<Owner> OWNERS = new PerIdentity<>(Owner::new);

    private final HttpURLConnection connection;
    private final Owner owner;
    private final @Nullable NegotiateToken token;

    private IdentityUrlConnection(HttpURLConnection connection, Owner owner, @Nullable NegotiateToken token) {
        this.connection = connection;
        this.owner = owner;
        this.token = token;
    }

    /**
     * Prepares a request. Nothing is sent yet but, perhaps, a question to the KDC.
     *
     * @param flow where identities are taken from, as {@code Identities.flow()}
     * @param negotiation must name the server: else Java would answer its challenge by itself
     * @param uri what is asked for
     * @throws IllegalArgumentException if the server is not named
     * @throws IllegalStateException if the JVM's cookie handler serves all identities
     * @throws NegotiateException if the identity cannot prove itself
     * @throws IOException if the connection cannot be made
     */
    public static IdentityUrlConnection open(IdentityFlow flow, Negotiation negotiation, URI uri) throws IOException {
        if (!negotiation.allows(uri)) {
            throw new IllegalArgumentException("The negotiation does not name " + uri.getScheme() + "://"
                    + uri.getRawAuthority() + ": allow it there, or use an HttpURLConnection without identity");
        }
        CookieHandler cookies = CookieHandler.getDefault();
        if (cookies != null && !(cookies instanceof IdentityCookieHandler)) {
            throw new IllegalStateException(
                    "CookieHandler.getDefault() serves all identities:" + " set an IdentityCookieHandler, or none");
        }
        try (Identity caller = flow.current()) {
            NegotiateToken token = negotiation.token(caller, uri);
            if (token == null && !caller.isNone()) {
                throw new NegotiateException(NegotiateFailure.NO_CREDENTIAL, "it has no Subject", null);
            }
            try {
                return prepared(uri, caller.key(), token);
            } catch (IOException | RuntimeException e) {
                if (token != null) {
                    token.close();
                }
                throw e;
            }
        }
    }

    /** Takes the token over. */
    static IdentityUrlConnection prepared(URI uri, IdentityKey key, @Nullable NegotiateToken token) throws IOException {
        HttpURLConnection connection = (HttpURLConnection) uri.toURL().openConnection();
        connection.setInstanceFollowRedirects(false);
        Owner owner = OWNERS.of(key);
        connection.setAuthenticator(owner.authenticator);
        if (connection instanceof HttpsURLConnection tls) {
            tls.setSSLSocketFactory(owner.sockets(tls.getSSLSocketFactory()));
        }
        if (token != null) {
            connection.setRequestProperty("Authorization", token.authorization());
        }
        return new IdentityUrlConnection(connection, owner, token);
    }

    /** {@return the connection, to set headers on and to write a body to, before {@link #response()}} */
    public HttpURLConnection connection() {
        return connection;
    }

    /**
     * Sends the request if it was not sent yet, and checks the server.
     *
     * @return the connection, to read from
     * @throws NegotiateException {@link NegotiateFailure#SERVER_UNPROVEN} if it did not prove itself
     * @throws IOException if there was no answer
     */
    public HttpURLConnection response() throws IOException {
        if (connection instanceof HttpsURLConnection tls) {
            // The application may have set one of its own meanwhile.
            tls.setSSLSocketFactory(owner.sockets(tls.getSSLSocketFactory()));
        }
        int status = connection.getResponseCode();
        if (token != null) {
            List<String> challenges = connection.getHeaderFields().entrySet().stream()
                    .filter(header -> "WWW-Authenticate".equalsIgnoreCase(header.getKey()))
                    .flatMap(header -> header.getValue().stream())
                    .toList();
            try {
                token.verify(status, challenges);
            } catch (NegotiateException e) {
                connection.disconnect();
                throw e;
            }
        }
        return connection;
    }

    /** Gives back what the token holds; the connection is kept alive if its body was read. */
    @Override
    public void close() {
        if (token != null) {
            token.close();
        }
    }

    /**
     * What Java tells an identity's kept connections and remembered logins apart by, and its TLS sessions.
     *
     * <p>Java keeps a connection for the same factory of sockets alone, so there is one for each that it is put around.
     */
    private static final class Owner {
        private static final int MOST = 16;

        final Authenticator authenticator = new Authenticator() {};
        private final SessionPorts ports = new SessionPorts();
        private final Map<SSLSocketFactory, SSLSocketFactory> apart = new LinkedHashMap<>(16, 0.75f, true) {
            private static final long serialVersionUID = 1L;

            @Override
            protected boolean removeEldestEntry(Map.Entry<SSLSocketFactory, SSLSocketFactory> eldest) {
                return size() > MOST;
            }
        };

        synchronized SSLSocketFactory sockets(SSLSocketFactory factory) {
            return apart.containsValue(factory)
                    ? factory
                    : apart.computeIfAbsent(factory, each -> SessionsApart.in(each, ports));
        }
    }
}
