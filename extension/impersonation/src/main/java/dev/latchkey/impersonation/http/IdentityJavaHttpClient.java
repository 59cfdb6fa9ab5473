package dev.latchkey.impersonation.http;

import dev.latchkey.impersonation.Identity;
import dev.latchkey.impersonation.IdentityFlow;
import dev.latchkey.impersonation.ImpersonatingFuture;
import java.io.IOException;
import java.net.Authenticator;
import java.net.CookieHandler;
import java.net.CookieManager;
import java.net.ProxySelector;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandler;
import java.net.http.HttpResponse.PushPromiseHandler;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executor;
import java.util.concurrent.Executors;
import java.util.function.Consumer;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLParameters;
import org.jspecify.annotations.Nullable;

/**
 * A {@code java.net.http} client whose requests are sent as the identity of the thread that sends them.
 *
 * <p>Within it each identity has a client of its own, with its connections, TLS sessions and, if wanted, cookies. There
 * are so many at most, and those not used for a while are ended. One is in use until the bodies of its answers have been
 * read, or closed: an {@code ofInputStream} that is forgotten keeps it for good. Servers that a {@link Negotiation} names are sent a token
 * with the request, and must prove themselves before their body is read. Body handlers and publishers run as the
 * identity, and what follows on the returned future as whoever adds it; threads of the clients are clean otherwise.
 *
 * <p>Redirects are followed here, since that client would send the token along: {@code previousResponse()} is empty. A
 * WebSocket cannot be made, and a server's pushes are not taken. Any thread.
 */
public final class IdentityJavaHttpClient extends HttpClient implements AutoCloseable {
    private final IdentityFlow flow;
    private final @Nullable Negotiation negotiation;
    private final Redirect redirects;
    private final boolean cookies;
    private final Consumer<HttpClient.Builder> settings;
    private final Executor threads;
    private final HttpClient sample;
    private final IdentityClients clients;

    private IdentityJavaHttpClient(Builder builder) {
        flow = builder.flow;
        negotiation = builder.negotiation;
        redirects = builder.redirects;
        cookies = builder.cookies;
        settings = builder.settings;
        threads = Executors.newCachedThreadPool(flow.cleanThreads("latchkey-http-"));
        HttpClient[] made = new HttpClient[1];
        flow.none().run(() -> made[0] = withoutCookies(builderWithSettings().build()));
        sample = made[0];
        clients = new IdentityClients(flow, this::make, builder.most, builder.idle);
    }

    /**
     * {@return a builder}
     *
     * @param flow where identities are taken from, as {@code Identities.flow()}
     */
    public static Builder builder(IdentityFlow flow) {
        return new Builder(flow);
    }

    private HttpClient make() {
        SessionsBuilder sessions = new SessionsBuilder(HttpClient.newBuilder().executor(threads));
        settings.accept(sessions.builder());
        HttpClient.Builder builder = sessions.apart().followRedirects(Redirect.NEVER);
        if (cookies) {
            builder.cookieHandler(new CookieManager());
        }
        return cookies ? builder.build() : withoutCookies(builder.build());
    }

    private HttpClient.Builder builderWithSettings() {
        HttpClient.Builder builder = HttpClient.newBuilder().executor(threads);
        settings.accept(builder);
        return builder.followRedirects(Redirect.NEVER);
    }

    private static HttpClient withoutCookies(HttpClient made) {
        if (made.cookieHandler().isPresent()) {
            throw new IllegalArgumentException(
                    "A cookie handler would serve all identities: leave it out, and call cookiePerIdentity()");
        }
        return made;
    }

    @Override
    public <T> HttpResponse<T> send(HttpRequest request, BodyHandler<T> handler)
            throws IOException, InterruptedException {
        CompletableFuture<HttpResponse<T>> answer = sendAsync(request, handler);
        try {
            return answer.get();
        } catch (InterruptedException e) {
            answer.cancel(true);
            throw e;
        } catch (CancellationException e) {
            throw new IOException("The request was cancelled", e);
        } catch (ExecutionException e) {
            Throwable cause = e.getCause();
            if (cause instanceof RuntimeException failure) {
                throw failure;
            }
            if (cause instanceof Error failure) {
                throw failure;
            }
            throw cause instanceof IOException failure ? failure : new IOException(cause);
        }
    }

    /** {@return the answer; what is added to it runs as whoever adds it} */
    @Override
    public <T> CompletableFuture<HttpResponse<T>> sendAsync(HttpRequest request, BodyHandler<T> handler) {
        return sendAsync(request, handler, null);
    }

    /** As the shorter one, without a handler of pushes: those are the server's, and would be handled by nobody. */
    @Override
    public <T> CompletableFuture<HttpResponse<T>> sendAsync(
            HttpRequest request, BodyHandler<T> handler, @Nullable PushPromiseHandler<T> pushes) {
        if (pushes != null) {
            throw new UnsupportedOperationException("Pushes are not taken: they would be handled with no identity");
        }
        ImpersonatingFuture<HttpResponse<T>> answer = flow.newIncompleteFuture(threads);
        Identity caller = flow.current();
        IdentityClients.Lease lease;
        try {
            lease = clients.lend(caller.key());
        } catch (RuntimeException e) {
            caller.close();
            answer.completeExceptionally(e);
            return answer;
        }
        return new JavaExchange<>(caller, lease, negotiation, redirects, handler, answer).begin(request);
    }

    /** {@return how many identities have a client now} */
    public int size() {
        return clients.size();
    }

    /** Closes all clients; those that are in use when that is over. */
    // On Java 21 and later this overrides what waits for requests that are under way.
    @Override
    public void close() {
        clients.close();
    }

    @Override
    public Optional<CookieHandler> cookieHandler() {
        return Optional.empty();
    }

    @Override
    public Optional<Duration> connectTimeout() {
        return sample.connectTimeout();
    }

    @Override
    public Redirect followRedirects() {
        return redirects;
    }

    @Override
    public Optional<ProxySelector> proxy() {
        return sample.proxy();
    }

    @Override
    public SSLContext sslContext() {
        return sample.sslContext();
    }

    @Override
    public SSLParameters sslParameters() {
        return sample.sslParameters();
    }

    @Override
    public Optional<Authenticator> authenticator() {
        return sample.authenticator();
    }

    @Override
    public Version version() {
        return sample.version();
    }

    @Override
    public Optional<Executor> executor() {
        return sample.executor();
    }

    /** Builds a client. One thread. */
    public static final class Builder {
        private final IdentityFlow flow;
        private @Nullable Negotiation negotiation;
        private Redirect redirects = Redirect.NEVER;
        private boolean cookies;
        private Consumer<HttpClient.Builder> settings = builder -> {};
        private int most = 1000;
        private Duration idle = Duration.ofSeconds(60);

        private Builder(IdentityFlow flow) {
            this.flow = flow;
        }

        /** Sets which servers are sent tokens; none by default. */
        public Builder negotiation(Negotiation negotiation) {
            this.negotiation = negotiation;
            return this;
        }

        /** Sets which redirects are followed, five at most; none by default. */
        public Builder followRedirects(Redirect policy) {
            redirects = policy;
            return this;
        }

        /** Keeps cookies, each identity's apart; they are forgotten with its client. Off by default. */
        public Builder cookiePerIdentity() {
            cookies = true;
            return this;
        }

        /**
         * Sets what else the client of each identity is to have, such as a TLS context or timeouts. Called for each,
         * with no identity. A cookie handler is refused: it would serve all.
         */
        public Builder settings(Consumer<HttpClient.Builder> settings) {
            this.settings = settings;
            return this;
        }

        /**
         * Sets how many identities may have a client at once; 1,000 by default. Above it the one that was unused
         * longest goes; if all are in use, a request fails with {@link NegotiateFailure#TOO_MANY}. Each takes a thread,
         * two or three descriptors and some 200 KiB.
         *
         * @throws IllegalArgumentException if it is not positive
         */
        public Builder maxIdentities(int most) {
            if (most < 1) {
                throw new IllegalArgumentException("maxIdentities takes 1 or more, not " + most);
            }
            this.most = most;
            return this;
        }

        /**
         * Sets how long an unused client stays; a minute by default.
         *
         * @throws IllegalArgumentException if it is not positive
         */
        public Builder idleTimeout(Duration idle) {
            if (idle.isNegative() || idle.isZero()) {
                throw new IllegalArgumentException("idleTimeout takes a positive time, not " + idle);
            }
            this.idle = idle;
            return this;
        }

        /** {@return the client, to be closed} */
        public IdentityJavaHttpClient build() {
            return new IdentityJavaHttpClient(this);
        }
    }
}
