package dev.latchkey.it.tls;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.latchkey.it.Clients;
import dev.latchkey.it.Lane;
import dev.latchkey.it.OnlyOn;
import dev.latchkey.it.embedded.StepUpServer;
import dev.latchkey.it.embedded.TestPki;
import dev.latchkey.testkit.TlsClient;
import dev.latchkey.testkit.TlsConnection;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.atomic.AtomicInteger;
import org.bouncycastle.tls.ContentType;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * R15: a client cannot start a renegotiation before, during or after a step-up, whatever Jetty's own settings say; and
 * peers without RFC 5746 are never asked.
 */
class ClientRenegotiationIT {
    @TempDir
    Path dir;

    private final AtomicInteger served = new AtomicInteger();

    private StepUpServer server(boolean allowed, int limit) {
        return new StepUpServer()
                .tls(t -> {
                    t.setRenegotiationAllowed(allowed);
                    t.setRenegotiationLimit(limit);
                })
                .on("/secure", Report.asks())
                .on("/open", (request, response) -> {
                    served.incrementAndGet();
                    Report.shows().handle(request, response);
                });
    }

    private static TlsClient java() {
        return Clients.with(TestPki.ALICE);
    }

    @ParameterizedTest
    @CsvSource({"false, 5", "true, 5", "true, 0", "true, -1"})
    void refusedBeforeAStepUp(boolean allowed, int limit) throws Exception {
        try (StepUpServer server = server(allowed, limit).start();
                TlsConnection client = java().connect(server.port())) {
            assertThat(client.protocol()).isEqualTo(Lane.current().protocol());
            assertThat(client.get("/open").status()).isEqualTo(200);
            assertThatThrownBy(() -> {
                        client.renegotiate();
                        client.get("/open");
                    })
                    .isInstanceOf(IOException.class);
            assertThat(served).hasValue(1);
            assertThat(client.timesAsked()).isZero();
        }
    }

    @ParameterizedTest
    @CsvSource({"false, 5", "true, 5", "true, 0", "true, -1"})
    void refusedAfterAStepUpWhichWorksWhateverTheSettings(boolean allowed, int limit) throws Exception {
        try (StepUpServer server = server(allowed, limit).start();
                TlsConnection client = java().connect(server.port())) {
            assertThat(client.get("/secure").values())
                    .containsEntry("subject", "CN=alice")
                    .containsEntry("mechanism", Lane.current().mechanism())
                    .containsEntry("tls", Lane.current().protocol());
            assertThatThrownBy(() -> {
                        client.renegotiate();
                        client.get("/open");
                    })
                    .isInstanceOf(IOException.class);
            assertThat(served).hasValue(0);
            assertThat(client.timesAsked()).isEqualTo(1);
        }
    }

    @ParameterizedTest
    @CsvSource({"false, 5", "true, 5"})
    void aSecondClientHelloInsideOursEndsTheHandshake(boolean allowed, int limit) throws Exception {
        CraftedClient[] self = new CraftedClient[1];
        try (StepUpServer server = server(allowed, limit).start();
                CraftedClient client = CraftedClient.recipe()
                        .certificate(TestPki.ALICE)
                        .tamper((type, message, wire) -> {
                            if (type == CraftedClient.CERTIFICATE) {
                                wire.record(ContentType.handshake, self[0].lastClientHello());
                            }
                            wire.record(ContentType.handshake, message);
                        })
                        .connect(server.port())) {
            self[0] = client;
            assertThat(client.protocolVersion()).isEqualTo(Lane.current().protocol());
            assertThatThrownBy(() -> client.get("/secure")).isInstanceOf(IOException.class);
            server.awaitNothingKept();
            assertThat(server.statistics().getFailures("handshake-failed")).isEqualTo(1);
            assertThat(server.statistics().getCertificates()).isZero();
        }
    }

    /** In the same flight as Finished: ours is over, and this one is the client's own. */
    @ParameterizedTest
    @CsvSource({"false, 5", "true, 5"})
    void aClientHelloRightBehindFinishedIsRefused(boolean allowed, int limit) throws Exception {
        CraftedClient[] self = new CraftedClient[1];
        try (StepUpServer server = server(allowed, limit).start();
                CraftedClient client = CraftedClient.recipe()
                        .certificate(TestPki.ALICE)
                        .tamper((type, message, wire) -> {
                            wire.record(ContentType.handshake, message);
                            if (type == CraftedClient.FINISHED) {
                                wire.record(ContentType.handshake, self[0].lastClientHello());
                            }
                        })
                        .connect(server.port())) {
            self[0] = client;
            assertThat(client.protocolVersion()).isEqualTo(Lane.current().protocol());
            assertThatThrownBy(() -> {
                        client.get("/secure"); // its answer may come yet
                        client.get("/open");
                    })
                    .isInstanceOf(IOException.class);
            server.awaitNothingKept();
            assertThat(served).hasValue(0);
            assertThat(client.timesAsked()).isEqualTo(1);
        }
    }

    @Test
    @OnlyOn(
            value = {Lane.JSSE_TLS12, Lane.OPENSSL_TLS12},
            because = "such programs have nothing to renegotiate on TLS 1.3")
    void opensslCannotRenegotiateEither() throws Exception {
        Path ca = Files.writeString(dir.resolve("ca.pem"), TestPki.AUTHORITY.chainPem());
        try (StepUpServer server = server(true, 5).start();
                LiveProgram openssl = new LiveProgram(
                        "openssl",
                        "s_client",
                        "-connect",
                        "127.0.0.1:" + server.port(),
                        "-CAfile",
                        ca.toString(),
                        "-tls1_2",
                        "-crlf")) {
            openssl.awaitSaid("Verify return code: 0 (ok)");
            assertThat(openssl.said()).contains("TLSv1.2").contains("Secure Renegotiation IS supported");
            openssl.type("R\n");
            openssl.awaitSaid("RENEGOTIATING");
            openssl.awaitEnd();
            assertThat(served).hasValue(0);
        }
    }

    @Test
    @OnlyOn(
            value = {Lane.JSSE_TLS12, Lane.OPENSSL_TLS12},
            because = "such programs have nothing to renegotiate on TLS 1.3")
    void aPeerWithoutRfc5746IsNotAskedAndItsConnectionLives() throws Exception {
        Path ca = Files.writeString(dir.resolve("ca.pem"), TestPki.AUTHORITY.chainPem());
        try (StepUpServer server = server(false, 5).start();
                LiveProgram gnutls = new LiveProgram(
                        "gnutls-cli",
                        "--priority",
                        "NORMAL:-VERS-ALL:+VERS-TLS1.2:%DISABLE_SAFE_RENEGOTIATION",
                        "--x509cafile",
                        ca.toString(),
                        "-p",
                        String.valueOf(server.port()),
                        "localhost")) {
            gnutls.awaitSaid("Simple Client Mode");
            assertThat(gnutls.said()).contains("TLS1.2");
            gnutls.get("/secure");
            gnutls.awaitSaid("reason=client-cannot");
            gnutls.awaitSaid("secure=true");
            assertThat(gnutls.said())
                    .contains("403 Forbidden")
                    .contains("usable=true")
                    .contains("tls=TLSv1.2");
            gnutls.get("/open");
            gnutls.awaitSaid("200 OK");
            assertThat(server.statistics().getStarted()).isZero();
            assertThat(server.statistics().getFailures("client-cannot")).isEqualTo(1);
        }
    }
}
