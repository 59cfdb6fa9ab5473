package dev.latchkey.jetty;

import dev.latchkey.NegotiationOptions;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLEngine;
import org.eclipse.jetty.io.Connection;
import org.eclipse.jetty.io.EndPoint;
import org.eclipse.jetty.io.ssl.SslConnection;
import org.eclipse.jetty.server.ConnectionFactory;
import org.eclipse.jetty.server.Connector;
import org.eclipse.jetty.server.HttpConfiguration;
import org.eclipse.jetty.server.Request;
import org.eclipse.jetty.server.ServerConnector;
import org.eclipse.jetty.server.SslConnectionFactory;
import org.eclipse.jetty.util.annotation.ManagedAttribute;
import org.eclipse.jetty.util.annotation.ManagedObject;
import org.eclipse.jetty.util.ssl.SslContextFactory;
import org.jspecify.annotations.Nullable;

/**
 * Makes the TLS connections of a connector such that a request can ask for the client's certificate. The one way in.
 *
 * <p>Embedded:
 *
 * <pre>{@code
 * ServerConnector connector = new ServerConnector(server, sslContextFactory, new HttpConnectionFactory(config));
 * LatchkeySslConnectionFactory.install(connector).setDeadline(60_000);
 * }</pre>
 *
 * <p>In a JETTY_BASE the module {@code latchkey} does the same. A connector without it is untouched, even if it shares
 * the {@link SslContextFactory}. Whatever {@code renegotiationAllowed} and {@code renegotiationLimit} say there, clients
 * cannot start a renegotiation on these connections.
 *
 * <p>Set it up before the server starts; afterwards the settings may be changed by any thread, for negotiations to come.
 */
@ManagedObject("TLS connections whose requests can ask for a client certificate")
public final class LatchkeySslConnectionFactory extends SslConnectionFactory {
    /** JSSE's buffer for one TLS record, in bytes. */
    private static final int LARGEST_RECORD = 16709;

    private static final int DEFAULT_AUTHORITIES = 16 * 1024;
    private static final long DEFAULT_BUDGET = 64L * 1024 * 1024;
    private static final String H2 = "h2";
    private static final long LONGEST_MILLIS = Duration.ofDays(1).toMillis();

    /** A load of the stores, and the trust that it made. */
    private record Loaded(SSLContext context, Trust trust) {}

    private final BufferBudget ownBudget = new BufferBudget(DEFAULT_BUDGET);
    private final NegotiationStatistics statistics;
    private volatile BufferBudget budget = ownBudget;
    private volatile long deadline = 120_000;
    private volatile long bodyTimeout = 30_000;
    private volatile long minBodyDataRate = 1_000;
    private volatile long bodyLimit = 128 * 1024;
    private volatile long discardLimit = 64L * 1024 * 1024;
    private volatile long discardTimeout = 3_000;
    private volatile int maxAuthoritiesSize = DEFAULT_AUTHORITIES;
    private volatile int maxBlockedThreads = BlockedThreads.BY_POOL;
    private volatile BlockedThreads blockedThreads = new BlockedThreads();
    private volatile VersionAnswer http2 = VersionAnswer.of("latchkey.http2", "reset", true);
    private final Alternatives alternatives = new Alternatives();
    private volatile int mostOfHello;
    private volatile @Nullable Loaded loaded;
    private volatile JudgingThreads judgingThreads = new JudgingThreads();
    private volatile CompletableFuture<Void> stopped = new CompletableFuture<>();

    /**
     * For a connector that {@link #install} cannot take. Call {@link DeclarativeStepUp#install} on the server as well,
     * before web applications are added to it: a server that has such does not start otherwise.
     *
     * @param sslContextFactory not started yet: a provider of ours is put in front of the one it names
     * @param nextProtocol the protocol inside TLS: {@code http/1.1}, or {@code alpn}
     * @throws IllegalStateException if the SslContextFactory runs already
     */
    public LatchkeySslConnectionFactory(SslContextFactory.Server sslContextFactory, String nextProtocol) {
        super(sslContextFactory, nextProtocol);
        requireNotRunning(sslContextFactory);
        sslContextFactory.setProvider(StepUpProvider.nameFor(sslContextFactory.getProvider()));
        statistics = new NegotiationStatistics(this::getKeptBytes);
        installBean(statistics);
        installBean(alternatives);
    }

    /**
     * Makes a connector's TLS connections negotiable: replaces its SslConnectionFactory, in place, by one with the same
     * SslContextFactory and next protocol.
     *
     * @param connector one with TLS, not started
     * @return the factory that is in place now, to be set up further; the one there already if it was installed before
     * @throws IllegalArgumentException if the connector has no TLS
     * @throws IllegalStateException if the connector or its SslContextFactory runs
     */
    public static LatchkeySslConnectionFactory install(ServerConnector connector) {
        SslConnectionFactory stock = connector.getConnectionFactory(SslConnectionFactory.class);
        if (stock == null) {
            throw new IllegalArgumentException(
                    "the connector has no SslConnectionFactory; enable the module https, or add one before Latchkey");
        }
        if (stock instanceof LatchkeySslConnectionFactory installed) {
            return installed;
        }
        if (connector.isRunning()) {
            throw new IllegalStateException("the connector runs already; install Latchkey before the server starts");
        }
        LatchkeySslConnectionFactory ours =
                new LatchkeySslConnectionFactory(stock.getSslContextFactory(), stock.getNextProtocol());
        ours.setDirectBuffersForEncryption(stock.isDirectBuffersForEncryption());
        ours.setDirectBuffersForDecryption(stock.isDirectBuffersForDecryption());
        ours.setEnsureSecureRequestCustomizer(stock.isEnsureSecureRequestCustomizer());
        ours.setInputBufferSize(stock.getInputBufferSize());
        String defaultProtocol = connector.getDefaultProtocol();
        List<ConnectionFactory> factories = new ArrayList<>(connector.getConnectionFactories());
        factories.replaceAll(factory -> factory == stock ? ours : factory);
        connector.setConnectionFactories(factories);
        connector.setDefaultProtocol(defaultProtocol);
        // Now, because the server starts its applications before its connectors.
        DeclarativeStepUp.install(connector.getServer());
        return ours;
    }

    /** {@return the name of the JSSE provider that makes the TLS engines, or null for the JDK's preferred one} */
    public @Nullable String getProvider() {
        return StepUpProvider.baseOf(getSslContextFactory().getProvider());
    }

    /**
     * Sets who makes the TLS engines, instead of whom the SslContextFactory named so far.
     *
     * @param provider the name of a registered JSSE provider, or null for the JDK's preferred one
     * @throws IllegalArgumentException if there is no such provider
     * @throws IllegalStateException if the SslContextFactory runs already
     */
    public void setProvider(@Nullable String provider) {
        requireNotRunning(getSslContextFactory());
        getSslContextFactory().setProvider(StepUpProvider.nameFor(provider));
    }

    private static void requireNotRunning(SslContextFactory.Server sslContextFactory) {
        if (sslContextFactory.isRunning()) {
            throw new IllegalStateException("the SslContextFactory runs already; install Latchkey before the server"
                    + " starts, so that it can wrap the TLS engine's provider");
        }
    }

    @Override
    public void configure(Connector connector) {
        super.configure(connector);
        budget = ownBudget.shared(connector.getServer());
        blockedThreads = BlockedThreads.of(connector.getServer());
        judgingThreads = JudgingThreads.of(connector.getServer());
        DeclarativeStepUp.install(connector.getServer()).refuseWhatNothingEnforces();
        if (connector.getConnectionFactory(H2) != null) {
            StartReport.http2(connector, getHttp2(), alternatives);
        }
        connector.getContainedBeans(HttpConfiguration.class).forEach(this::addCustomizer);
    }

    private void addCustomizer(HttpConfiguration configuration) {
        if (configuration.getCustomizer(ClientCertificateCustomizer.class) == null) {
            configuration.addCustomizer(new ClientCertificateCustomizer(this));
        }
    }

    @Override
    protected void doStart() throws Exception {
        super.doStart();
        // The engine's buffers may hold several records; a ClientHello that has not come whole waits in one of its own.
        mostOfHello = Math.min(
                LARGEST_RECORD,
                getSslContextFactory().newSSLEngine().getSession().getPacketBufferSize());
        StartReport.tls(this, findTrust());
        judgingThreads.start();
        stopped = new CompletableFuture<>();
    }

    @Override
    protected void doStop() throws Exception {
        super.doStop();
        judgingThreads.stop();
        stopped.complete(null);
    }

    /** {@return completes when this stops: for who cannot wait for a judgement any longer then} */
    CompletableFuture<Void> stopped() {
        return stopped;
    }

    /** {@return where chains are judged, by all connectors of the server} */
    JudgingThreads judgingThreads() {
        return judgingThreads;
    }

    @Override
    public Connection newConnection(Connector connector, EndPoint endPoint) {
        if (!alternatives.needHello()) {
            return newTlsConnection(connector, endPoint, null);
        }
        return configure(
                new ClientHelloConnection(
                        connector, endPoint, mostOfHello, hello -> newTlsConnection(connector, endPoint, hello)),
                connector,
                endPoint);
    }

    private Connection newTlsConnection(Connector connector, EndPoint endPoint, @Nullable ClientHello hello) {
        StepUpContextSpi.EngineRequest request = StepUpContextSpi.beginRequest(hello);
        try {
            return super.newConnection(connector, endPoint);
        } finally {
            StepUpContextSpi.endRequest(request);
        }
    }

    @Override
    protected SslConnection newSslConnection(Connector connector, EndPoint endPoint, SSLEngine engine) {
        ClientHello hello = StepUpContextSpi.helloOfRequest();
        if (hello != null) {
            FirstHandshakeChoice.apply(hello, engine, alternatives, connector.getConnectionFactory(H2) != null);
        }
        return new NegotiableSslConnection(this, connector, endPoint, engine, StepUpContextSpi.trustOfRequest(), hello);
    }

    /** {@return the connector's trust as it is now; after a reload of the stores a new one} */
    Trust currentTrust() {
        Trust trust = findTrust();
        if (trust == null) {
            throw new IllegalStateException("the SSLContext is not one of ours");
        }
        return trust;
    }

    private @Nullable Trust findTrust() {
        SSLContext context = currentContext();
        Loaded known = loaded;
        if (known != null && (context == null || known.context() == context)) {
            return known.trust();
        }
        if (context == null) {
            return null;
        }
        StepUpContextSpi.EngineRequest request = StepUpContextSpi.beginRequest();
        try {
            context.createSSLEngine();
            Trust trust = request.trust();
            if (trust != null) {
                loaded = new Loaded(context, trust);
            }
            return trust;
        } finally {
            StepUpContextSpi.endRequest(request);
        }
    }

    /** {@return the SSLContext, or null when there is none: the server stops, or a reload of the stores failed} */
    private @Nullable SSLContext currentContext() {
        try {
            return getSslContextFactory().getSslContext();
        } catch (IllegalStateException reloadFailed) {
            return null; // connections that are open go on under the trust that they were made under
        }
    }

    KeptBytes newKeptBytes(NegotiableSslConnection connection) {
        return new KeptBytes(connection.pool(), budget, () -> Shares.client(connection.getEndPoint()));
    }

    /** {@return a place for a thread that is to wait for a client, which closes it afterwards} */
    BlockedThreads.Place newPlace(Connector connector, NegotiableSslConnection connection) {
        return blockedThreads.place(maxBlockedThreads, connector.getExecutor(), connection.getEndPoint());
    }

    Lingering newLingering(Request request, NegotiableSslConnection connection) {
        Connector connector = request.getConnectionMetaData().getConnector();
        return new Lingering(
                connection, connector.getExecutor(), connector.getScheduler(), discardLimit, discardTimeout);
    }

    /** {@return the options that apply where a call leaves something open} */
    NegotiationOptions defaultOptions() {
        return NegotiationOptions.builder()
                .deadline(Duration.ofMillis(deadline))
                .bodyTimeout(Duration.ofMillis(bodyTimeout))
                .bodyLimit(bodyLimit)
                .build();
    }

    /** {@return the counts of this connector's negotiations} */
    @ManagedAttribute(value = "the counts of negotiations", readonly = true)
    public NegotiationStatistics getStatistics() {
        return statistics;
    }

    /** {@return the bytes kept now, by all connectors of the server} */
    private long getKeptBytes() {
        return budget.taken();
    }

    /** {@return how long a client may take to answer, in milliseconds} */
    @ManagedAttribute("how long a client may take to answer, in milliseconds")
    public long getDeadline() {
        return deadline;
    }

    /**
     * Sets how long a client may take to answer, where the call does not say.
     *
     * @param millis from 1 to 86,400,000, which is a day; 120,000 by default, because a person may have to find a card and type a PIN
     */
    public void setDeadline(long millis) {
        deadline = time(millis, "deadline");
    }

    /** {@return how long the rest of a request's body may take to arrive, in milliseconds} */
    @ManagedAttribute("how long the rest of a request's body may take to arrive, in milliseconds")
    public long getBodyTimeout() {
        return bodyTimeout;
    }

    /**
     * Sets how long the rest of a request's body may take to arrive, where the call does not say.
     *
     * @param millis from 1 to 86,400,000, which is a day; 30,000 by default
     */
    public void setBodyTimeout(long millis) {
        bodyTimeout = time(millis, "bodyTimeout");
    }

    /** {@return the rate, in bytes a second, at which a body may take longer} */
    @ManagedAttribute(value = "the rate at which a body may take longer, in bytes a second", readonly = true)
    public long getMinBodyDataRate() {
        return minBodyDataRate;
    }

    /**
     * Sets the rate at which a body may take longer than the time for it: each so many bytes that have come lengthen it
     * by a second. So an upload at an honest rate is not cut.
     *
     * @param bytesPerSecond 0 ("never longer") or more; 1,000 by default
     */
    public void setMinBodyDataRate(long bytesPerSecond) {
        minBodyDataRate = atLeast(0, bytesPerSecond, "minBodyDataRate");
    }

    /** {@return how many bytes of body one negotiation may keep} */
    @ManagedAttribute("how many bytes of body one negotiation may keep")
    public long getBodyLimit() {
        return bodyLimit;
    }

    /**
     * Sets how many bytes of body one negotiation may keep, where the call does not say.
     *
     * @param bytes 0 ("only without a body") or more; 131,072 by default
     */
    public void setBodyLimit(long bytes) {
        bodyLimit = atLeast(0, bytes, "bodyLimit");
    }

    /** {@return how many bytes of a body that is too large are read and thrown away} */
    @ManagedAttribute("how many bytes of a body that is too large are read and thrown away")
    public long getDiscardLimit() {
        return discardLimit;
    }

    /**
     * Sets how many bytes of a body that is too large are read and thrown away after the response, so that the client
     * sees it.
     *
     * @param bytes 0 or more; 67,108,864 by default
     */
    public void setDiscardLimit(long bytes) {
        discardLimit = atLeast(0, bytes, "discardLimit");
    }

    /** {@return how long that may take, in milliseconds} */
    @ManagedAttribute("how long a body that is too large is read and thrown away, in milliseconds")
    public long getDiscardTimeout() {
        return discardTimeout;
    }

    /**
     * Sets how long a body that is too large is read and thrown away after the response.
     *
     * @param millis from 1 to 86,400,000, which is a day; 3,000 by default
     */
    public void setDiscardTimeout(long millis) {
        discardTimeout = time(millis, "discardTimeout");
    }

    /** {@return how many bytes all negotiations of the server may keep together} */
    @ManagedAttribute("how many bytes all negotiations of the server may keep together")
    public long getBufferBudget() {
        return budget.limit();
    }

    /**
     * Sets how many bytes all negotiations of the server may keep together; above it they fail with
     * {@link dev.latchkey.Reason#TOO_MANY}. With several connectors the largest budget counts. A client's address never
     * has more of it than it leaves to others, so one alone has a half.
     *
     * @param bytes 0 or more; 67,108,864 by default
     */
    public void setBufferBudget(long bytes) {
        budget.setLimit(atLeast(0, bytes, "bufferBudget"));
    }

    /** {@return how many threads wait for clients now, by all connectors of the server} */
    @ManagedAttribute(value = "how many threads of the server wait for clients now", readonly = true)
    public int getBlockedThreads() {
        return blockedThreads.waiting();
    }

    /** {@return how many threads may wait for clients at one time; -1 for half of the pool} */
    @ManagedAttribute("how many threads of the server may wait for clients at one time; -1 for half of the pool")
    public int getMaxBlockedThreads() {
        return maxBlockedThreads;
    }

    /**
     * Sets how many threads of the server may wait for clients at one time: in blocking calls, and in guards that block,
     * which are all but those of paths. Above it they fail at once with {@link dev.latchkey.Reason#TOO_MANY}, and other
     * requests are served however many clients do not answer. For a client's address no more wait than are left to others,
     * so for one alone it is a half. Virtual threads do not count.
     *
     * @param count 0 ("asynchronous calls only") or more; -1, the default, for half of the pool's threads, or for any
     *     number where the pool does not tell its size
     */
    public void setMaxBlockedThreads(int count) {
        maxBlockedThreads = (int) atLeast(BlockedThreads.BY_POOL, count, "maxBlockedThreads");
    }

    /** {@return the size in bytes above which the list of authorities is sent empty} */
    @ManagedAttribute("the size above which the list of trusted authorities is sent empty, in bytes")
    public int getMaxAuthoritiesSize() {
        return maxAuthoritiesSize;
    }

    /**
     * Sets the encoded size of the names of the trusted authorities above which clients are told of none, which means
     * any. Java clients refuse a list of more than 32 KiB.
     *
     * @param bytes 0 ("always empty") or more; 16,384 by default
     */
    public void setMaxAuthoritiesSize(int bytes) {
        maxAuthoritiesSize = (int) atLeast(0, bytes, "maxAuthoritiesSize");
    }

    /** {@return what is done for clients that cannot be asked on an open connection, to be set up further} */
    @ManagedAttribute(value = "what is done for clients that cannot be asked", readonly = true)
    public Alternatives getAlternatives() {
        return alternatives;
    }

    /** {@return how a step-up is answered on HTTP/2} */
    VersionAnswer http2Answer() {
        return http2;
    }

    /** {@return how a step-up is answered on HTTP/2: {@code reset}, or a status} */
    @ManagedAttribute("how a step-up is answered on HTTP/2: reset, or a status")
    public String getHttp2() {
        return http2.asText();
    }

    /**
     * Sets how a step-up is answered on HTTP/2, which forbids both ways to ask on an open connection.
     *
     * @param answer {@code reset} (the default): the stream is reset with HTTP_1_1_REQUIRED (RFC 9113 section 7), and
     *     browsers and curl come back on HTTP/1.1 by themselves; or a status from 400 to 499, which tells the reason
     * @throws IllegalArgumentException if it is neither
     */
    public void setHttp2(String answer) {
        http2 = VersionAnswer.of("latchkey.http2", answer, true);
    }

    private static long time(long millis, String name) {
        if (millis < 1 || millis > LONGEST_MILLIS) {
            throw new IllegalArgumentException("latchkey." + name + "=" + millis + ": it must be from 1 to "
                    + LONGEST_MILLIS + ", which is a day");
        }
        return millis;
    }

    private static long atLeast(long least, long value, String name) {
        if (value < least) {
            throw new IllegalArgumentException("latchkey." + name + "=" + value + ": it must be at least " + least);
        }
        return value;
    }
}
