package dev.latchkey.impersonation.http;

import dev.latchkey.impersonation.Identity;
import dev.latchkey.impersonation.IdentityException;
import dev.latchkey.impersonation.IdentityFlow;
import dev.latchkey.impersonation.naming.IdentityAddressResolver;
import dev.latchkey.impersonation.naming.IdentityNameResolver;
import java.net.URI;
import java.time.Duration;
import java.util.concurrent.Executor;
import org.eclipse.jetty.client.Connection;
import org.eclipse.jetty.client.Destination;
import org.eclipse.jetty.client.HttpClient;
import org.eclipse.jetty.client.HttpClientTransport;
import org.eclipse.jetty.client.Origin;
import org.eclipse.jetty.client.ProtocolHandler;
import org.eclipse.jetty.client.Request;
import org.eclipse.jetty.client.Response;
import org.eclipse.jetty.client.transport.HttpClientTransportOverHTTP;
import org.eclipse.jetty.client.transport.HttpConversation;
import org.eclipse.jetty.http.HttpCookieStore;
import org.eclipse.jetty.http.HttpHeader;
import org.eclipse.jetty.io.ClientConnectionFactory;
import org.eclipse.jetty.util.Promise;
import org.eclipse.jetty.util.ssl.SslContextFactory;
import org.jspecify.annotations.Nullable;

/**
 * Jetty's HTTP client, whose requests are sent as the identity of the thread that sends them.
 *
 * <p>Each identity has its own connections, TLS sessions and cookies. Servers that a {@link Negotiation} names are sent a token with
 * the request, on redirects too, and must prove themselves. Listeners run, and bodies are read, as the identity;
 * threads of the client are clean otherwise. Destinations that were not used for a minute are forgotten, with their
 * connections.
 *
 * <p>Used as {@link HttpClient} is. Results of {@code Authentication}s are not remembered, since they would serve all
 * identities; do not set a redirect cache, for the same reason. The identity is taken in {@code send}, so one request
 * object is one user's. Threads as {@link HttpClient}.
 */
@SuppressWarnings("try") // Jetty's close() throws Exception, and is Jetty's.
public class IdentityHttpClient extends HttpClient {
    private static final long IDLE_MILLIS = 30_000;
    private static final long DESTINATION_IDLE_MILLIS = 60_000;

    /** Room for the token of who is in many groups, 64 KiB in base64, and for other headers. */
    private static final int MOST_HEADERS = 96 * 1024;

    /** Jetty asks for a name within {@link #newConnection}, and 12.0 does not say for which destination. */
    private static final ThreadLocal<@Nullable Identity> CONNECTING = new ThreadLocal<>();

    private final IdentityFlow flow;
    private final @Nullable Negotiation negotiation;
    private final PerIdentity<HttpCookieStore> cookies = new PerIdentity<>(HttpCookieStore.Default::new);
    private final PerIdentity<SessionPorts> sessions = new PerIdentity<>(SessionPorts::new);
    private final TagsUnderWay underWay = new TagsUnderWay();

    /**
     * @param flow where identities are taken from, as {@code Identities.flow()}
     * @param negotiation which servers are sent tokens; null for none
     */
    public IdentityHttpClient(IdentityFlow flow, @Nullable Negotiation negotiation) {
        this(flow, negotiation, new HttpClientTransportOverHTTP());
    }

    /** As the shorter one, with a transport of one's own, such as for HTTP/2. */
    @SuppressWarnings("this-escape") // Jetty's setters, which these call, do nothing but set.
    public IdentityHttpClient(IdentityFlow flow, @Nullable Negotiation negotiation, HttpClientTransport transport) {
        super(transport);
        this.flow = flow;
        this.negotiation = negotiation;
        // The one that Jetty has is for all; ours are in the hops.
        setHttpCookieStore(new HttpCookieStore.Empty());
        setAuthenticationStore(new ForgetfulAuthenticationStore());
        // Destinations go only if both are set.
        setIdleTimeout(IDLE_MILLIS);
        setDestinationIdleTimeout(DESTINATION_IDLE_MILLIS);
        setMaxRequestHeadersSize(MOST_HEADERS);
    }

    @Override
    protected void doStart() throws Exception {
        if (!(getHttpCookieStore() instanceof HttpCookieStore.Empty)) {
            throw new IllegalStateException("A cookie store of the client's serves all identities; set none");
        }
        // Threads that are born while somebody is impersonated stay that user's.
        flow.none().call(() -> {
            startClean();
            return Boolean.TRUE;
        });
    }

    private void startClean() throws Exception {
        boolean ownResolver = getSocketAddressResolver() == null;
        super.doStart();
        if (ownResolver) {
            Executor threads = task -> getExecutor().execute(task);
            IdentityNameResolver names =
                    new IdentityNameResolver(flow, threads, Duration.ofMillis(getAddressResolutionTimeout()));
            setSocketAddressResolver(new IdentityAddressResolver(names, CONNECTING::get));
        }
    }

    @Override
    public Request newRequest(URI uri) {
        return new IdentityRequest(this, new HttpConversation(), uri);
    }

    /** Called for each hop: by the sending thread, and on a redirect by one of the client's. */
    @Override
    public Origin createOrigin(Request request, Origin.Protocol protocol) {
        if (!(request.getTag() instanceof IdentityTag)) {
            // One that did not come from newRequest, such as a WebSocket's upgrade.
            IdentityTag tag = capture(request.getTag());
            request.tag(tag);
            request.onComplete(result -> done(tag));
        }
        IdentityTag tag = (IdentityTag) request.getTag();
        if (Hop.of(request) == null) {
            prepare(request, tag);
        }
        return super.createOrigin(request, protocol);
    }

    private void prepare(Request request, IdentityTag tag) {
        URI uri = request.getURI();
        HttpCookieStore own = cookies.of(tag.key());
        NegotiateToken token = null;
        if (negotiation != null && !request.getHeaders().contains(HttpHeader.AUTHORIZATION)) {
            token = negotiation.token(tag.identity(), uri);
        }
        Hop hop = new Hop(token, own);
        hop.attach(request);
        if (token != null) {
            String authorization = token.authorization();
            request.headers(headers -> headers.put(HttpHeader.AUTHORIZATION, authorization));
            request.onComplete(result -> hop.close());
        }
        own.match(uri).forEach(request::cookie);
    }

    @Override
    public @Nullable ProtocolHandler findProtocolHandler(Request request, Response response) {
        ProtocolHandler handler = super.findProtocolHandler(request, response);
        Hop hop = Hop.of(request);
        return handler == null || hop == null ? handler : hop.before(handler);
    }

    /** {@return TLS whose sessions are resumed by the same identity alone} */
    @Override
    public ClientConnectionFactory newSslClientConnectionFactory(
            SslContextFactory.@Nullable Client tls, ClientConnectionFactory next) {
        return new IdentitySslConnectionFactory(
                tls == null ? getSslContextFactory() : tls,
                getByteBufferPool(),
                getExecutor(),
                next,
                tag -> sessions.of(tag.key()));
    }

    /** A name is resolved as an identity that uses the destination: its first may be gone. */
    @Override
    public void newConnection(Destination destination, Promise<Connection> promise) {
        try (Identity user = destination.getOrigin().getTag() instanceof IdentityTag tag ? user(tag) : flow.none()) {
            CONNECTING.set(user);
            super.newConnection(destination, promise);
        } catch (IdentityException gone) {
            promise.failed(gone);
        } finally {
            CONNECTING.remove();
        }
    }

    private Identity user(IdentityTag first) {
        Identity any = underWay.retain(first.key());
        return any == null ? first.identity().retain() : any;
    }

    /** {@return a tag with the identity of the calling thread, to be given to {@link #done}} */
    IdentityTag capture(@Nullable Object inner) {
        IdentityTag tag = new IdentityTag(flow.current(), inner);
        underWay.add(tag);
        return tag;
    }

    /** Ends what {@link #capture} began. */
    void done(IdentityTag tag) {
        underWay.done(tag);
    }

    /** Does the client's own work. */
    void clean(Runnable work) {
        flow.none().run(work);
    }
}
