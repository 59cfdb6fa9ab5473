package dev.latchkey.it.hosts;

import dev.latchkey.ClientCertificate;
import dev.latchkey.ClientCertificates;
import dev.latchkey.NegotiationException;
import dev.latchkey.it.Curl;
import dev.latchkey.it.embedded.StepUpServer;
import dev.latchkey.it.embedded.TestPki;
import dev.latchkey.testkit.HeldCertificate;
import dev.latchkey.testkit.HttpAnswer;
import dev.latchkey.testkit.TlsClient;
import dev.latchkey.testkit.TlsConnection;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.SSLPeerUnverifiedException;
import org.eclipse.jetty.io.EndPoint;
import org.eclipse.jetty.util.ssl.SslContextFactory;

/** A server with several hosts, and clients for them. No state. */
final class Hosts {
    static final String WWW = "www.example.org";
    static final String CERT = "cert.example.org";
    static final String PKI = "a.pki.example.org";

    private static final HeldCertificate SERVER = TestPki.issue(TestPki.AUTHORITY, "hosts")
            .server("localhost", "127.0.0.1", WWW, CERT, PKI)
            .make();

    private Hosts() {}

    /** {@return a server on TLS 1.2 and 1.3 with HTTP/2, which shows at /open and asks at /ask} */
    static StepUpServer server() {
        return server(new SslContextFactory.Server());
    }

    private static StepUpServer server(SslContextFactory.Server tls) {
        return new StepUpServer(tls)
                .protocols("TLSv1.2", "TLSv1.3")
                .http2()
                .certificates(Map.of("server", SERVER))
                .on(
                        "/open",
                        (request, response) -> show(
                                request,
                                response,
                                ClientCertificates.of(request).current()))
                .on("/ask/*", (request, response) -> {
                    try {
                        show(request, response, ClientCertificates.of(request).negotiateClientCertificate());
                    } catch (NegotiationException x) {
                        response.setStatus(x.status());
                        String told = "reason=" + x.reason().token() + "\n";
                        response.setContentLength(told.length());
                        response.getWriter().print(told);
                        response.flushBuffer(); // the head goes first, by itself
                    }
                });
    }

    /** {@return the same with hosts that ask} */
    static StepUpServer asking() {
        return asking(new SslContextFactory.Server());
    }

    /**
     * {@return the same, where Jetty does not match names: with its matchers JSSE resumes no session on a connection to
     * another host, and on TLS 1.2 none at all, so that nothing of ours would be seen}
     */
    static StepUpServer askingWithoutMatchers() {
        return asking(new SslContextFactory.Server() {
            @Override
            public SSLParameters customize(SSLParameters parameters) {
                SSLParameters customized = super.customize(parameters);
                customized.setSNIMatchers(List.of());
                return customized;
            }
        });
    }

    private static StepUpServer asking(SslContextFactory.Server tls) {
        return server(tls).settings(f -> f.getAlternatives().setHosts(CERT + ", *.pki.example.org"));
    }

    private static void show(HttpServletRequest request, HttpServletResponse response, ClientCertificate certificate)
            throws IOException {
        EndPoint.SslSessionData data =
                (EndPoint.SslSessionData) request.getAttribute(EndPoint.SslSessionData.ATTRIBUTE);
        String peer;
        try {
            peer = data.sslSession().getPeerPrincipal().getName();
        } catch (SSLPeerUnverifiedException none) {
            peer = "";
        }
        response.getWriter()
                .println("subject="
                        + certificate
                                .certificate()
                                .map(x -> x.getSubjectX500Principal().getName())
                                .orElse("")
                        + "\nmechanism="
                        + certificate.mechanism().map(m -> m.token()).orElse("")
                        + "\nsession=" + peer
                        + "\ntls=" + data.sslSession().getProtocol()
                        + "\nhttp=" + request.getProtocol());
    }

    /** {@return curl, with the files it needs in a directory, for whom all hosts are here} */
    static Curl curl(Path dir, int port) throws IOException {
        Files.writeString(dir.resolve("ca.pem"), TestPki.AUTHORITY.chainPem());
        Files.writeString(dir.resolve("alice.pem"), TestPki.ALICE.chainPem());
        Files.writeString(dir.resolve("alice.key"), TestPki.ALICE.keyPem());
        return Curl.to(port, dir).with("--connect-to", "::127.0.0.1:" + port);
    }

    /** {@return whether the server's engine is JSSE, which cannot ask on TLS 1.3; else curl can be asked there} */
    static boolean isJsse(StepUpServer server) {
        return server.factory().getProvider() == null;
    }

    static String url(String host, int port, String path) {
        return "https://" + host + ":" + port + path;
    }

    /** {@return a client of Java's, which offers TLS 1.2 and 1.3, no ALPN, and cannot be asked on TLS 1.3} */
    static TlsClient java(String... protocols) {
        return TlsClient.trusting(TestPki.AUTHORITY).protocols(protocols).certificate(TestPki.ALICE);
    }

    static HttpAnswer get(TlsConnection connection, String host, String path) throws IOException {
        connection.send("GET " + path + " HTTP/1.1\r\nHost: " + host + "\r\n\r\n");
        return connection.readFinal();
    }
}
