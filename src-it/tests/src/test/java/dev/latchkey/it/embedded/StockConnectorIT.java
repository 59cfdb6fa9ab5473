package dev.latchkey.it.embedded;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.latchkey.ClientCertificates;
import dev.latchkey.it.Clients;
import dev.latchkey.it.Lane;
import dev.latchkey.it.OnlyOn;
import dev.latchkey.testkit.HttpAnswer;
import dev.latchkey.testkit.RecordPipe;
import dev.latchkey.testkit.TlsClient;
import dev.latchkey.testkit.TlsConnection;
import dev.latchkey.testkit.TlsRecord;
import java.io.IOException;
import java.security.cert.X509Certificate;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** R5: a connector without Latchkey is as it was, even if it shares server and SslContextFactory with one that has it. */
class StockConnectorIT {
    private static StepUpServer server;

    @BeforeAll
    static void start() throws Exception {
        server = new StepUpServer()
                .withStockConnector()
                .tls(t -> t.setRenegotiationAllowed(true))
                .on("/secure", Answers::stepUp)
                .on("/see", (request, response) -> {
                    X509Certificate[] chain =
                            (X509Certificate[]) request.getAttribute("jakarta.servlet.request.X509Certificate");
                    response.getWriter()
                            .print((chain == null ? "none" : chain[0].getSubjectX500Principal()) + " service "
                                    + (request.getAttribute(ClientCertificates.ATTRIBUTE) != null));
                })
                .start();
    }

    @AfterAll
    static void stop() throws Exception {
        server.close();
    }

    @Test
    void r5OnTheStockConnectorThereIsNoServiceAndTheReasonSaysSo() throws Exception {
        try (TlsConnection client = Clients.connect(server.stockPort(), TestPki.ALICE)) {
            assertThat(client.get("/see").text()).isEqualTo("none service false");
            HttpAnswer answer = client.get("/secure");
            assertThat(answer.text()).isEqualTo("LK102 tls-ends-elsewhere");
            assertThat(answer.status()).isEqualTo(403);
            assertThat(client.timesAsked()).isZero();
        }
    }

    @Test
    @OnlyOn(
            value = Lane.JSSE_TLS12,
            because = "TLS 1.3 has no renegotiation; OpenSSL's engine never lets a client's in")
    void r5R15OnTheStockConnectorAClientMayRenegotiateIfSoSetAndHereItMayNot() throws Exception {
        try (RecordPipe pipe = RecordPipe.to(server.stockPort());
                TlsConnection client = Clients.connect(pipe.port(), TestPki.ALICE)) {
            int before = pipe.toServer().records(TlsRecord.HANDSHAKE);
            client.renegotiate();
            assertThat(client.get("/see").text()).isEqualTo("none service false");
            assertThat(pipe.toServer().records(TlsRecord.HANDSHAKE)).isGreaterThan(before);
        }
        try (TlsConnection client = Clients.connect(server.port(), TestPki.ALICE)) {
            assertThatThrownBy(() -> {
                        client.renegotiate();
                        client.get("/see");
                    })
                    .isInstanceOf(IOException.class);
        }
    }

    @Test
    @OnlyOn(
            value = {Lane.JSSE_TLS12, Lane.OPENSSL_TLS12},
            because = "the client for TLS 1.3 resumes nothing; ResumptionIT has a real one")
    void r5ATlsSessionWithAnUntrustedCertificateIsNotResumedOnTheStockConnector() throws Exception {
        assertThat(stepUpAndConnectAgain(server.port())).isEqualTo("resumed, none service true");
        assertThat(stepUpAndConnectAgain(server.stockPort())).isEqualTo("not resumed, none service false");
    }

    private static String stepUpAndConnectAgain(int port) throws Exception {
        TlsClient stranger = Clients.with(TestPki.STRANGER).anyPort();
        try (TlsConnection client = Clients.open(stranger, server.port())) {
            assertThat(client.get("/secure").text()).isEqualTo("LK202 untrusted");
        }
        try (TlsConnection client = Clients.open(stranger, port)) {
            return (client.isResumed() ? "resumed, " : "not resumed, ")
                    + client.get("/see").text();
        }
    }
}
