package dev.latchkey.it.tls;

import static org.assertj.core.api.Assertions.assertThat;

import dev.latchkey.ClientCertificates;
import dev.latchkey.NegotiationException;
import dev.latchkey.NegotiationOptions;
import dev.latchkey.it.Clients;
import dev.latchkey.it.Lane;
import dev.latchkey.it.embedded.Exchange;
import dev.latchkey.it.embedded.StepUpServer;
import dev.latchkey.it.embedded.TestPki;
import dev.latchkey.testkit.HeldCertificate;
import dev.latchkey.testkit.HttpAnswer;
import dev.latchkey.testkit.TlsConnection;
import jakarta.servlet.http.HttpServletRequest;
import java.util.Arrays;
import java.util.List;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLParameters;
import org.eclipse.jetty.ee10.servlet.ServletContextRequest;
import org.eclipse.jetty.io.ssl.SslConnection;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** R16: a negotiation leaves the engine's settings as they were, whether it fails or not. */
class VerifyStateIT {
    private static final HeldCertificate OTHER = HeldCertificate.authority("Another CA");

    private static final NegotiationOptions OF_ANOTHER_AUTHORITY = NegotiationOptions.builder()
            .fresh()
            .acceptedIssuers(List.of(OTHER.certificate().getSubjectX500Principal()))
            .build();

    private static SSLEngine engine(HttpServletRequest request) {
        SslConnection.SslEndPoint endPoint =
                (SslConnection.SslEndPoint) ServletContextRequest.getServletContextRequest(request)
                        .getConnectionMetaData()
                        .getConnection()
                        .getEndPoint();
        return endPoint.getSslConnection().getSSLEngine();
    }

    /** All that can be set on an engine, as one line. */
    private static String settings(SSLEngine engine) {
        SSLParameters p = engine.getSSLParameters();
        String identification = p.getEndpointIdentificationAlgorithm();
        return String.join(
                " ",
                "want:" + engine.getWantClientAuth() + "," + p.getWantClientAuth(),
                "need:" + engine.getNeedClientAuth() + "," + p.getNeedClientAuth(),
                "identification:" + (identification == null ? "" : identification),
                "protocols:" + Arrays.toString(p.getProtocols()),
                "suites:" + Arrays.toString(p.getCipherSuites()),
                "constraints:" + p.getAlgorithmConstraints(),
                "order:" + p.getUseCipherSuitesOrder(),
                "alpn:" + Arrays.toString(p.getApplicationProtocols()),
                "names:" + p.getServerNames(),
                "matchers:" + p.getSNIMatchers(),
                "packets:" + p.getMaximumPacketSize(),
                "creation:" + engine.getEnableSessionCreation());
    }

    private static Exchange compares(NegotiationOptions options) {
        return (request, response) -> {
            String before = settings(engine(request));
            String reason = "";
            try {
                ClientCertificates.of(request).negotiateClientCertificate(options);
            } catch (NegotiationException x) {
                reason = x.reason().token();
            }
            String after = settings(engine(request));
            response.setContentType("text/plain");
            response.getWriter().print("reason=" + reason + "\nbefore=" + before + "\nafter=" + after + "\n");
        };
    }

    @ParameterizedTest
    @ValueSource(strings = {"none", "want", "need"})
    void theEngineIsSetAsBefore(String atFirst) throws Exception {
        try (StepUpServer server = new StepUpServer()
                        .tls(t -> {
                            t.setWantClientAuth(atFirst.equals("want"));
                            t.setNeedClientAuth(atFirst.equals("need"));
                        })
                        .on("/fails", compares(OF_ANOTHER_AUTHORITY))
                        .on(
                                "/works",
                                compares(NegotiationOptions.builder().fresh().build()))
                        .start();
                TlsConnection client = Clients.with(TestPki.ALICE).connect(server.port())) {
            assertThat(client.protocol()).isEqualTo(Lane.current().protocol());
            int asked = client.timesAsked();
            assertSame(client.get("/fails"), "untrusted", atFirst);
            assertThat(server.statistics().getFailures("untrusted")).isEqualTo(1);
            assertSame(client.get("/works"), "", atFirst);
            assertSame(client.get("/fails"), "untrusted", atFirst);
            assertThat(client.timesAsked()).isEqualTo(asked + 3);
            assertThat(server.statistics().getCertificates()).isEqualTo(1);
        }
    }

    private static void assertSame(HttpAnswer answer, String reason, String atFirst) {
        assertThat(answer.values()).containsEntry("reason", reason);
        assertThat(answer.values().get("before"))
                .contains("want:" + atFirst.equals("want") + ",")
                .contains("need:" + atFirst.equals("need") + ",")
                .contains("identification: ");
        assertThat(answer.values().get("after")).isEqualTo(answer.values().get("before"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"none", "want"})
    void alsoWhenThereIsNoCertificate(String atFirst) throws Exception {
        try (StepUpServer server = new StepUpServer()
                        .tls(t -> t.setWantClientAuth(atFirst.equals("want")))
                        .on(
                                "/needs",
                                compares(NegotiationOptions.builder().need().build()))
                        .start();
                TlsConnection client = Clients.with(null).connect(server.port())) {
            assertThat(client.protocol()).isEqualTo(Lane.current().protocol());
            assertSame(client.get("/needs"), "no-certificate", atFirst);
            assertSame(client.get("/needs"), "no-certificate", atFirst);
            assertThat(server.statistics().getFailures("no-certificate")).isEqualTo(2);
        }
    }
}
