package dev.latchkey.it.embedded;

import static org.assertj.core.api.Assertions.assertThat;

import dev.latchkey.ClientCertificate;
import dev.latchkey.ClientCertificates;
import org.junit.jupiter.api.Test;

class BasicIT {
    @Test
    void aRequestStepsUpAndTheNextOneHasTheCertificate() throws Exception {
        try (StepUpServer server = new StepUpServer()
                        .on("/secure", (request, response) -> {
                            ClientCertificate c = ClientCertificates.of(request).negotiateClientCertificate();
                            response.getWriter().print(c);
                        })
                        .start();
                StepUpClient client = StepUpClient.connect(server.port(), TestPki.ALICE)) {
            assertThat(client.get("/secure").text()).isEqualTo("ClientCertificate[trusted, renegotiation]");
            assertThat(client.get("/secure").text())
                    .isEqualTo("ClientCertificate[trusted, renegotiation, already present]");
            assertThat(client.timesAsked()).isEqualTo(1);
        }
    }
}
