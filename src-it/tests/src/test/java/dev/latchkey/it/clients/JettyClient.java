package dev.latchkey.it.clients;

import dev.latchkey.testkit.DemoPki;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import org.eclipse.jetty.client.ContentResponse;
import org.eclipse.jetty.client.HttpClient;
import org.eclipse.jetty.client.Request;
import org.eclipse.jetty.client.StringRequestContent;
import org.eclipse.jetty.client.transport.HttpClientTransportOverHTTP;
import org.eclipse.jetty.io.ClientConnector;
import org.eclipse.jetty.util.ssl.SslContextFactory;

/** Jetty's own client, of the version that the embedded tests run. */
final class JettyClient implements RealClient {
    private final boolean accepting;

    JettyClient(boolean accepting) {
        this.accepting = accepting;
    }

    @Override
    public String name() {
        return "Jetty HttpClient, " + (accepting ? "renegotiationAllowed" : "as it comes");
    }

    @Override
    public Answers run(Ask ask) throws Exception {
        SslContextFactory.Client tls = new SslContextFactory.Client();
        if (accepting) {
            tls.setRenegotiationAllowed(true);
        }
        tls.setIncludeProtocols(ask.protocol());
        tls.setTrustStore(JavaTls.trusted(ask));
        if (ask.hasCertificate()) {
            tls.setKeyStore(JavaTls.own(ask));
            tls.setKeyStorePassword(DemoPki.PASSWORD);
        }
        ClientConnector connector = new ClientConnector();
        connector.setSslContextFactory(tls);
        HttpClient client = new HttpClient(new HttpClientTransportOverHTTP(connector));
        client.setMaxConnectionsPerDestination(1);
        client.start();
        try {
            Answer open = send(request(client, ask, Ask.OPEN));
            Request second = request(client, ask, ask.path()).method(ask.method());
            if (ask.isPost()) {
                second.body(new StringRequestContent(Ask.BODY));
            }
            try {
                return new Answers(open, Optional.of(send(second)), "");
            } catch (ExecutionException e) {
                return new Answers(open, Optional.empty(), e.toString());
            }
        } finally {
            client.stop();
        }
    }

    private static Request request(HttpClient client, Ask ask, String path) {
        return client.newRequest("https://localhost:" + ask.port() + path).timeout(60, TimeUnit.SECONDS);
    }

    private static Answer send(Request request) throws Exception {
        ContentResponse response = request.send();
        return Answer.of(response.getStatus(), response.getContent());
    }
}
