package dev.latchkey.it.tls;

import static org.awaitility.Awaitility.await;

import dev.latchkey.NegotiationException;
import dev.latchkey.it.Clients;
import dev.latchkey.it.Lane;
import dev.latchkey.it.embedded.StepUpServer;
import dev.latchkey.it.embedded.TestPki;
import dev.latchkey.it.tls.Provocations.Provocation;
import dev.latchkey.jetty.NegotiationStatistics;
import dev.latchkey.testkit.HeldCertificate;
import dev.latchkey.testkit.HttpAnswer;
import dev.latchkey.testkit.TlsClient;
import dev.latchkey.testkit.TlsConnection;
import jakarta.servlet.http.HttpServletRequest;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.eclipse.jetty.server.Connector;
import org.eclipse.jetty.server.Handler;
import org.eclipse.jetty.server.HttpConnectionFactory;
import org.eclipse.jetty.server.Request;
import org.eclipse.jetty.server.Response;
import org.eclipse.jetty.server.ServerConnector;
import org.eclipse.jetty.util.Callback;

/** One server on which one failure is provoked, and what came of it. For one thread; the server's own note the failure. */
final class ReasonScene implements AutoCloseable {
    static final String PATH = "/ask";
    static final int NO_ANSWER = -1;

    private final CompletableFuture<NegotiationException> failure = new CompletableFuture<>();
    private final List<TlsConnection> clients = new ArrayList<>();
    private final Provocation provocation;
    private final StepUpServer server = new StepUpServer();
    private final ServerConnector plain = new ServerConnector(server.server(), new HttpConnectionFactory());

    ReasonScene(Provocation provocation) throws Exception {
        this.provocation = provocation;
        plain.setHost("127.0.0.1");
        server.server().addConnector(plain);
        server.withStockConnector();
        provocation.setUp().accept(server);
        if (provocation.core()) {
            server.handler(new Handler.Abstract() {
                @Override
                public boolean handle(Request request, Response response, Callback callback) throws Exception {
                    note(() -> provocation.call().ask(request, response));
                    callback.succeeded();
                    return true;
                }
            });
        } else {
            server.on(PATH + "/*", (request, response) -> {
                HttpServletRequest asked = request;
                note(() -> provocation.call().ask(asked, response));
            });
        }
        server.start();
    }

    /** A call that may fail. */
    interface Step {
        void run() throws Exception;
    }

    /** Notes the failure, which goes on its way. */
    private void note(Step step) throws Exception {
        try {
            step.run();
        } catch (NegotiationException x) {
            failure.complete(x);
            throw x;
        }
    }

    /** {@return the failure of the call, as the application saw it} */
    CompletableFuture<NegotiationException> failure() {
        return failure;
    }

    StepUpServer server() {
        return server;
    }

    int plainPort() {
        return plain.getLocalPort();
    }

    /** {@return a client that is closed at the end} */
    Client client(HeldCertificate certificate) throws IOException {
        return client(Clients.with(certificate), server.port());
    }

    Client client(TlsClient client, int port) throws IOException {
        TlsConnection connection = client.connect(port);
        clients.add(connection);
        return new Client(connection);
    }

    /** {@return a client that cannot be asked by JSSE or does not offer to be} */
    Client clientOfTls13() throws IOException {
        return client(TlsClient.trusting(TestPki.AUTHORITY).protocols("TLSv1.3"), server.port());
    }

    /** {@return the counts of the connector that was asked on} */
    NegotiationStatistics statistics() {
        return switch (provocation.on()) {
            case LATCHKEY -> server.statistics();
            case STOCK -> countsOf(server.server().getConnectors()[2]);
            case PLAIN -> countsOf(plain);
        };
    }

    private static NegotiationStatistics countsOf(Connector connector) {
        return connector.getBean(NegotiationStatistics.class);
    }

    /** Waits until the server has done with all connections. */
    void awaitEnd() {
        clients.forEach(client -> {
            try {
                client.close();
            } catch (IOException gone) {
                // Which is what was wanted.
            }
        });
        await().pollDelay(Duration.ZERO)
                .until(() -> server.connector().getConnectedEndPoints().isEmpty()
                        && server.statistics().getInFlight() == 0
                        && server.statistics().getKeptBytes() == 0);
    }

    @Override
    public void close() throws Exception {
        awaitEnd();
        server.close();
    }

    /** A connection on which requests are written by hand. */
    record Client(TlsConnection connection) {
        HttpAnswer get(String path, String headers) throws IOException {
            connection.send("GET " + path + " HTTP/1.1\r\nHost: localhost\r\n" + headers + "\r\n");
            return connection.readFinal();
        }

        void send(String text) throws IOException {
            connection.send(text);
        }

        /** Reads no further than the status: what comes behind it breaks off. */
        int statusAlone() throws IOException {
            StringBuilder line = new StringBuilder();
            for (int c = connection.readByte(); c > 0 && c != '\r'; c = connection.readByte()) {
                line.append((char) c);
            }
            return Integer.parseInt(line.substring(9, 12));
        }

        HttpAnswer readFinal() throws IOException {
            return connection.readFinal();
        }
    }

    static boolean isTls12() {
        return !Lane.current().isPostHandshake();
    }
}
