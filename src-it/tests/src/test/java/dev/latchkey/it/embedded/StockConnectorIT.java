package dev.latchkey.it.embedded;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.latchkey.ClientCertificates;
import dev.latchkey.testkit.HttpAnswer;
import java.io.IOException;
import java.security.cert.X509Certificate;
import java.util.concurrent.atomic.AtomicInteger;
import javax.net.ssl.SSLContext;
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
        try (StepUpClient client = StepUpClient.connect(server.stockPort(), TestPki.ALICE)) {
            assertThat(client.get("/see").text()).isEqualTo("none service false");
            HttpAnswer answer = client.get("/secure");
            assertThat(answer.text()).isEqualTo("LK102 tls-ends-elsewhere");
            assertThat(answer.status()).isEqualTo(403);
            assertThat(client.timesAsked()).isZero();
        }
    }

    @Test
    void r5R15OnTheStockConnectorAClientMayRenegotiateIfSoSetAndHereItMayNot() throws Exception {
        try (StepUpClient client = StepUpClient.connect(server.stockPort(), TestPki.ALICE)) {
            byte[] before = client.socket().getSession().getId();
            client.renegotiate();
            assertThat(client.get("/see").text()).isEqualTo("none service false");
            assertThat(client.socket().getSession().getId()).isNotNull().isNotSameAs(before);
        }
        try (StepUpClient client = StepUpClient.connect(server.port(), TestPki.ALICE)) {
            assertThatThrownBy(() -> {
                        client.renegotiate();
                        client.get("/see");
                    })
                    .isInstanceOf(IOException.class);
        }
    }

    @Test
    void r5ATlsSessionWithAnUntrustedCertificateIsNotResumedOnTheStockConnector() throws Exception {
        assertThat(stepUpAndConnectAgain(server.port())).isEqualTo("resumed, none service true");
        assertThat(stepUpAndConnectAgain(server.stockPort())).isEqualTo("not resumed, none service false");
    }

    private static String stepUpAndConnectAgain(int port) throws Exception {
        AtomicInteger asked = new AtomicInteger();
        SSLContext context = StepUpClient.contextOf(() -> TestPki.STRANGER, asked);
        long made;
        try (StepUpClient client = StepUpClient.connect(server.port(), context, asked)) {
            assertThat(client.get("/secure").text()).isEqualTo("LK202 untrusted");
            made = client.socket().getSession().getCreationTime();
        }
        try (StepUpClient client = StepUpClient.connect(port, context, asked)) {
            boolean resumed = client.socket().getSession().getCreationTime() == made;
            return (resumed ? "resumed, " : "not resumed, ")
                    + client.get("/see").text();
        }
    }
}
