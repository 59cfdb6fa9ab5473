package dev.latchkey.benchmark;

import com.sun.management.OperatingSystemMXBean;
import dev.latchkey.ClientCertificate;
import dev.latchkey.ClientCertificates;
import dev.latchkey.Mechanism;
import dev.latchkey.jetty.LatchkeySslConnectionFactory;
import dev.latchkey.openssl.OpenSsl;
import dev.latchkey.openssl.OpenSslConnectionListener;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.lang.management.ManagementFactory;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.stream.Stream;
import org.eclipse.jetty.io.Content;
import org.eclipse.jetty.server.Handler;
import org.eclipse.jetty.server.HttpConfiguration;
import org.eclipse.jetty.server.HttpConnectionFactory;
import org.eclipse.jetty.server.Request;
import org.eclipse.jetty.server.Response;
import org.eclipse.jetty.server.SecureRequestCustomizer;
import org.eclipse.jetty.server.Server;
import org.eclipse.jetty.server.ServerConnector;
import org.eclipse.jetty.util.Callback;
import org.eclipse.jetty.util.IteratingCallback;
import org.eclipse.jetty.util.ssl.SslContextFactory;
import org.eclipse.jetty.util.thread.QueuedThreadPool;

/**
 * The server side of a load run: one Jetty with a connector for each engine and key, in a JVM of its own.
 *
 * <p>Usage: {@code LoadServer DIRECTORY}, where it writes its {@link Certificates}. It prints a line
 * {@code ENGINE KEY PORT} for each connector, then {@code ready}; then it answers each line on standard input with the CPU
 * time of this process in nanoseconds, its resident memory and its heap in use, in bytes, after a collection where the
 * line is {@code collect}, and how many step-ups are in flight; and it ends with the input. The system property {@code latchkey.load.sessions} says how many
 * TLS sessions it keeps.
 */
public final class LoadServer {
    private static final String PASSWORD = Certificates.PASSWORD;

    private LoadServer() {}

    /** Runs until standard input ends. */
    public static void main(String[] arguments) throws Exception {
        Path directory = Path.of(arguments[0]);
        Certificates.write(directory);
        QueuedThreadPool threads = new QueuedThreadPool();
        threads.setIdleTimeout(3_600_000); // Their CPU time is counted as long as they live.
        Server server = new Server(threads);
        server.setHandler(new Load());
        for (EngineKind engine : EngineKind.values()) {
            for (KeyKind key : KeyKind.values()) {
                server.addConnector(connector(server, engine, key, directory));
            }
        }
        server.start();
        for (var connector : server.getConnectors()) {
            System.out.println(connector.getName() + " " + ((ServerConnector) connector).getLocalPort());
        }
        System.out.println("ready");
        try {
            answer(server);
        } finally {
            server.stop();
        }
    }

    private static ServerConnector connector(Server server, EngineKind engine, KeyKind key, Path directory) {
        SslContextFactory.Server tls = new SslContextFactory.Server();
        if (engine == EngineKind.OPENSSL) {
            OpenSsl.register();
            tls.setProvider(OpenSsl.PROVIDER_NAME);
        }
        tls.setKeyStorePath(directory.resolve(key.storeFile()).toString());
        tls.setKeyStorePassword(PASSWORD);
        tls.setTrustStorePath(directory.resolve(Certificates.TRUST_STORE).toString());
        tls.setTrustStorePassword(PASSWORD);
        tls.setSslSessionCacheSize(Integer.getInteger("latchkey.load.sessions", tls.getSslSessionCacheSize()));
        HttpConfiguration http = new HttpConfiguration();
        SecureRequestCustomizer secure = new SecureRequestCustomizer();
        secure.setSniHostCheck(false);
        http.addCustomizer(secure);
        ServerConnector connector = new ServerConnector(server, tls, new HttpConnectionFactory(http));
        connector.setName(engine + " " + key);
        connector.setHost("127.0.0.1");
        connector.setAcceptQueueSize(4096);
        connector.setIdleTimeout(600_000);
        connector.addBean(new OpenSslConnectionListener());
        LatchkeySslConnectionFactory.install(connector);
        return connector;
    }

    private static void answer(Server server) throws IOException {
        OperatingSystemMXBean system = ManagementFactory.getPlatformMXBean(OperatingSystemMXBean.class);
        BufferedReader commands = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.US_ASCII));
        for (String line = commands.readLine(); line != null; line = commands.readLine()) {
            if (line.equals("collect")) {
                System.gc();
            }
            long heap =
                    Runtime.getRuntime().totalMemory() - Runtime.getRuntime().freeMemory();
            System.out.println(
                    system.getProcessCpuTime() + " " + residentBytes() + " " + heap + " " + inFlight(server));
        }
    }

    private static int inFlight(Server server) {
        return Stream.of(server.getConnectors())
                .map(connector -> connector.getConnectionFactory(LatchkeySslConnectionFactory.class))
                .mapToInt(factory -> factory.getStatistics().getInFlight())
                .sum();
    }

    private static long residentBytes() throws IOException {
        Path status = Path.of("/proc/self/status");
        if (!Files.exists(status)) {
            return -1;
        }
        Optional<String> line = Files.readAllLines(status).stream()
                .filter(l -> l.startsWith("VmRSS:"))
                .findFirst();
        return line.map(l -> Long.parseLong(l.replaceAll("\\D", "")) * 1024).orElse(-1L);
    }

    /** {@code /open}, {@code /secure} and {@code /async} (step-ups), {@code /bytes?N}, and {@code /sink}, which takes a body. */
    private static final class Load extends Handler.Abstract {
        @Override
        public boolean handle(Request request, Response response, Callback callback) throws Exception {
            switch (Request.getPathInContext(request)) {
                case "/open" -> answer(request, response, callback, "");
                case "/secure" -> {
                    ClientCertificate c = ClientCertificates.of(request).negotiateClientCertificate();
                    answer(
                            request,
                            response,
                            callback,
                            c.mechanism().map(Mechanism::token).orElse("none"));
                }
                case "/async" ->
                    ClientCertificates.of(request)
                            .negotiateClientCertificateAsync()
                            .whenComplete((c, failure) -> {
                                if (failure == null) {
                                    answer(
                                            request,
                                            response,
                                            callback,
                                            c.mechanism().map(Mechanism::token).orElse("none"));
                                } else {
                                    Response.writeError(request, response, callback, failure);
                                }
                            });
                case "/bytes" -> {
                    long size = Long.parseLong(request.getHttpURI().getQuery());
                    response.getHeaders().put("Content-Length", size);
                    new Sending(response, callback, size).iterate();
                }
                case "/sink" ->
                    Content.Source.consumeAll(
                            request,
                            Callback.from(() -> answer(request, response, callback, "taken"), callback::failed));
                default -> Response.writeError(request, response, callback, 404);
            }
            return true;
        }

        private static void answer(Request request, Response response, Callback callback, String mechanism) {
            String protocol = request.getAttribute("org.eclipse.jetty.io.Endpoint.SslSessionData") == null ? "" : "tls";
            Content.Sink.write(response, true, "protocol=" + protocol + "\nmechanism=" + mechanism + "\n", callback);
        }
    }

    /** Sends zeros from one direct buffer, as a server sends a mapped file. */
    private static final class Sending extends IteratingCallback {
        private static final ByteBuffer ZEROS = ByteBuffer.allocateDirect(64 * 1024);

        private final Response response;
        private final Callback callback;
        private long left;

        Sending(Response response, Callback callback, long size) {
            this.response = response;
            this.callback = callback;
            this.left = size;
        }

        @Override
        protected Action process() {
            if (left == 0) {
                return Action.SUCCEEDED;
            }
            ByteBuffer part = ZEROS.duplicate();
            part.limit((int) Math.min(left, part.capacity()));
            left -= part.remaining();
            response.write(left == 0, part, this);
            return Action.SCHEDULED;
        }

        @Override
        protected void onCompleteSuccess() {
            callback.succeeded();
        }

        @Override
        protected void onCompleteFailure(Throwable cause) {
            callback.failed(cause);
        }
    }
}
