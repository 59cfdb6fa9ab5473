package dev.latchkey.it.embedded;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.latchkey.it.Lane;
import dev.latchkey.it.NativeHandles;
import dev.latchkey.jetty.DeclarativeStepUp;
import dev.latchkey.jetty.LatchkeySslConnectionFactory;
import dev.latchkey.jetty.NegotiationStatistics;
import dev.latchkey.openssl.OpenSsl;
import dev.latchkey.openssl.OpenSslConnectionListener;
import dev.latchkey.testkit.HeldCertificate;
import dev.latchkey.testkit.KeyStores;
import dev.latchkey.testkit.RestingServers;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Executor;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import java.util.function.UnaryOperator;
import org.awaitility.core.ConditionFactory;
import org.eclipse.jetty.alpn.server.ALPNServerConnectionFactory;
import org.eclipse.jetty.ee10.servlet.ServletContextHandler;
import org.eclipse.jetty.ee10.servlet.ServletHolder;
import org.eclipse.jetty.http2.server.HTTP2ServerConnectionFactory;
import org.eclipse.jetty.io.ArrayByteBufferPool;
import org.eclipse.jetty.server.AbstractConnectionFactory;
import org.eclipse.jetty.server.ConnectionFactory;
import org.eclipse.jetty.server.Handler;
import org.eclipse.jetty.server.HttpConfiguration;
import org.eclipse.jetty.server.HttpConnectionFactory;
import org.eclipse.jetty.server.Server;
import org.eclipse.jetty.server.ServerConnector;
import org.eclipse.jetty.util.ssl.SslContextFactory;
import org.eclipse.jetty.util.thread.QueuedThreadPool;
import org.eclipse.jetty.util.thread.ScheduledExecutorScheduler;

/**
 * A server whose connector can step up, for one test; it checks when it closes that nothing was left behind.
 *
 * <pre>{@code
 * try (StepUpServer server = new StepUpServer().on("/secure", (request, response) -> ...).start();
 *         TlsConnection client = Clients.connect(server.port(), TestPki.ALICE)) {
 *     ...
 * }
 * }</pre>
 *
 * <p>On loopback, with the engine and TLS version of the {@link Lane}, and certificates of {@link TestPki}. Set it up, then {@link #start()}. Close clients first, which
 * the order above does: {@link #close()} fails if negotiations run, bytes are kept, the server does not stop, buffers of
 * the pool are out, threads live, or TLS connections of OpenSSL's.
 */
public final class StepUpServer implements AutoCloseable {
    private static final Duration PATIENCE = Duration.ofSeconds(20);
    private static final AtomicInteger NUMBER = new AtomicInteger();

    private final String name = "step-up-server-" + NUMBER.incrementAndGet();
    private final ArrayByteBufferPool.Tracking pool = new ArrayByteBufferPool.Tracking();
    private final QueuedThreadPool threads = new QueuedThreadPool(40, 4);
    private final Server server;
    private final SslContextFactory.Server tls;
    private final HttpConfiguration http = new HttpConfiguration();
    private final ServletContextHandler context = new ServletContextHandler();
    private final List<Consumer<ServerConnector>> connectorSetUps = new ArrayList<>();
    private final List<Consumer<LatchkeySslConnectionFactory>> setUps = new ArrayList<>();
    private Handler handler = context;
    private Executor executor;
    private boolean withStockConnector;
    private boolean withHttp2;
    private ServerConnector connector;
    private ServerConnector stockConnector;
    private LatchkeySslConnectionFactory factory;
    private long handlesBefore;

    /** A server with 40 threads, an idle timeout of 30 s and no servlets yet. */
    public StepUpServer() {
        this(new SslContextFactory.Server());
    }

    /** The same, with an SslContextFactory of the test's own, which is set up here. */
    public StepUpServer(SslContextFactory.Server tls) {
        this.tls = tls;
        threads.setName(name);
        server = new Server(threads, new ScheduledExecutorScheduler(name + "-scheduler", false), pool);
        setLane(tls);
        tls.setKeyStorePassword("secret");
        tls.setKeyStore(KeyStores.holding(TestPki.SERVER, "secret"));
        tls.setTrustStore(KeyStores.trusting(TestPki.AUTHORITY));
    }

    /** Gives an SslContextFactory the engine and the TLS version of the lane. */
    public static void setLane(SslContextFactory.Server tls) {
        if (Lane.current().isOpenSsl()) {
            Lane.requireOpenSsl();
            tls.setProvider(OpenSsl.PROVIDER_NAME);
        }
        tls.setIncludeProtocols(Lane.current().protocol());
    }

    /** Sets the size of the pool: selectors and acceptor take 2 of these threads. */
    public StepUpServer threads(int count) {
        threads.setMinThreads(Math.min(4, count));
        threads.setMaxThreads(count);
        threads.setReservedThreads(0);
        return this;
    }

    /** Sets the TLS versions. */
    public StepUpServer protocols(String... names) {
        tls.setIncludeProtocols(names);
        return this;
    }

    /** Sets the server's certificates, by alias; {@link TestPki#SERVER} without. */
    public StepUpServer certificates(Map<String, HeldCertificate> byAlias) {
        tls.setKeyStore(KeyStores.holding(byAlias, "secret"));
        return this;
    }

    /** Sets the authorities that the connector trusts; {@link TestPki#AUTHORITY} without. */
    public StepUpServer trusting(HeldCertificate... authorities) {
        tls.setTrustStore(KeyStores.trusting(authorities));
        return this;
    }

    /** Sets the connector's idle timeout. */
    public StepUpServer idleTimeout(Duration timeout) {
        return connector(c -> c.setIdleTimeout(timeout.toMillis()));
    }

    /** The first handshake asks for a certificate already. */
    public StepUpServer wantClientAuth() {
        tls.setWantClientAuth(true);
        return this;
    }

    /** Sets up TLS further. */
    public StepUpServer tls(Consumer<SslContextFactory.Server> setUp) {
        setUp.accept(tls);
        return this;
    }

    /** Sets up HTTP further. */
    public StepUpServer http(Consumer<HttpConfiguration> setUp) {
        setUp.accept(http);
        return this;
    }

    /** Sets up Latchkey. */
    public StepUpServer settings(Consumer<LatchkeySslConnectionFactory> setUp) {
        setUps.add(setUp);
        return this;
    }

    /** Sets up the connector that steps up, after Latchkey was installed. */
    public StepUpServer connector(Consumer<ServerConnector> setUp) {
        connectorSetUps.add(setUp);
        return this;
    }

    /** Puts an executor of the test's own before the server's pool. */
    public StepUpServer executor(UnaryOperator<Executor> before) {
        executor = before.apply(threads);
        return this;
    }

    /** Adds a second connector with TLS, that shares the SslContextFactory and has no Latchkey. */
    public StepUpServer withStockConnector() {
        withStockConnector = true;
        return this;
    }

    /** Offers HTTP/2 by ALPN, before HTTP/1.1. */
    public StepUpServer http2() {
        withHttp2 = true;
        return this;
    }

    /** Handles requests by a core handler in place of servlets. */
    public StepUpServer handler(Handler core) {
        handler = core;
        return this;
    }

    /** Adds a servlet that supports async. */
    public StepUpServer on(String path, Exchange exchange) {
        servlet(path, exchange);
        return this;
    }

    /** Adds a servlet that supports async; {@return its holder, to be set up further} */
    public ServletHolder servlet(String path, Exchange exchange) {
        ServletHolder holder = new ServletHolder(new ExchangeServlet(exchange));
        holder.setAsyncSupported(true);
        context.addServlet(holder, path);
        return holder;
    }

    /** {@return the web application} */
    public ServletContextHandler context() {
        return context;
    }

    /** {@return the server, for what cannot be set up otherwise} */
    public Server server() {
        return server;
    }

    /** Starts. */
    public StepUpServer start() throws Exception {
        handlesBefore = NativeHandles.open();
        connector = newConnector();
        factory = LatchkeySslConnectionFactory.install(connector);
        // These are on the tests' class path for the applications that are deployed elsewhere.
        DeclarativeStepUp.install(server).setEnforcedElsewhere("dev.latchkey.it.*");
        setUps.forEach(s -> s.accept(factory));
        connectorSetUps.forEach(s -> s.accept(connector));
        if (withStockConnector) {
            stockConnector = newConnector();
            // As its documentation says for a connector without Latchkey: a client may leave without a word.
            stockConnector.addBean(new OpenSslConnectionListener());
        }
        server.setHandler(handler);
        try {
            server.start();
        } catch (Exception x) {
            server.stop();
            throw x;
        }
        return this;
    }

    private ServerConnector newConnector() {
        ServerConnector made = new ServerConnector(server, executor, null, pool, 0, 1, connectionFactories());
        made.setHost("127.0.0.1");
        server.addConnector(made);
        return made;
    }

    private ConnectionFactory[] connectionFactories() {
        HttpConfiguration configuration = new HttpConfiguration(http);
        HttpConnectionFactory http1 = new HttpConnectionFactory(configuration);
        if (!withHttp2) {
            return AbstractConnectionFactory.getFactories(tls, http1);
        }
        ALPNServerConnectionFactory alpn = new ALPNServerConnectionFactory();
        alpn.setDefaultProtocol(http1.getProtocol());
        return AbstractConnectionFactory.getFactories(
                tls, alpn, new HTTP2ServerConnectionFactory(configuration), http1);
    }

    /** {@return where the connector listens that steps up} */
    public int port() {
        return connector.getLocalPort();
    }

    /** {@return where the stock connector listens} */
    public int stockPort() {
        return stockConnector.getLocalPort();
    }

    /** {@return the connector that steps up} */
    public ServerConnector connector() {
        return connector;
    }

    /** {@return the factory in place} */
    public LatchkeySslConnectionFactory factory() {
        return factory;
    }

    /** {@return the figures of the connector} */
    public NegotiationStatistics statistics() {
        return factory.getStatistics();
    }

    /** Waits until so many negotiations run. */
    public void awaitInFlight(int count) {
        await("negotiations in flight")
                .atMost(PATIENCE)
                .untilAsserted(() -> assertThat(statistics().getInFlight()).isEqualTo(count));
    }

    /** Waits until so many clients are connected. */
    public void awaitConnections(int count) {
        await("connections").atMost(PATIENCE).untilAsserted(() -> assertThat(connector.getConnectedEndPoints())
                .hasSize(count));
    }

    /** {@return how many buffers of the pool are out now} */
    public int buffersOut() {
        return pool.getLeaks().size();
    }

    /** Waits until no negotiation runs and nothing is kept: what must hold after each request has ended. */
    public void awaitNothingKept() {
        awaitInFlight(0);
        await("kept bytes")
                .atMost(PATIENCE)
                .untilAsserted(() -> assertThat(statistics().getKeptBytes()).isZero());
    }

    /** Stops, and fails if anything was left behind. */
    @Override
    public void close() throws Exception {
        try {
            if (server.isRunning()) {
                awaitNothingKept();
            }
        } finally {
            RestingServers.stop(server, PATIENCE);
        }
        soon("buffers of the pool that are out")
                .untilAsserted(
                        () -> assertThat(pool.getLeaks()).as(pool::dumpLeaks).isEmpty());
        soon("threads of the server")
                .untilAsserted(() -> assertThat(threadsLeft()).isEmpty());
        soon("native handles")
                .untilAsserted(() -> assertThat(NativeHandles.open()).isLessThanOrEqualTo(handlesBefore));
    }

    /** Looks at once: most of it holds already when the server has stopped, and each test waits for all of it. */
    private static ConditionFactory soon(String what) {
        return await(what).atMost(PATIENCE).pollDelay(Duration.ZERO);
    }

    private List<String> threadsLeft() {
        return Thread.getAllStackTraces().keySet().stream()
                .map(Thread::getName)
                .filter(n -> n.startsWith(name + "-"))
                .toList();
    }
}
