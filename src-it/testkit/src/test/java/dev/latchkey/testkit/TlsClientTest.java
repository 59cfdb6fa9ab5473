package dev.latchkey.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import javax.net.ssl.SSLHandshakeException;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

class TlsClientTest {
    private static final HeldCertificate ROOT = HeldCertificate.authority("Root");
    private static final HeldCertificate OTHER = HeldCertificate.authority("Other root");
    private static final HeldCertificate SERVER =
            ROOT.issue("localhost").server("localhost").make();
    private static SmallTlsServer server;

    @BeforeAll
    static void start() throws Exception {
        server = new SmallTlsServer(SERVER, false, ROOT);
    }

    @AfterAll
    static void stop() throws Exception {
        server.close();
    }

    @ParameterizedTest
    @ValueSource(strings = {"TLSv1.2", "TLSv1.3"})
    void speaksTheProtocolThatIsAskedFor(String protocol) throws Exception {
        try (TlsConnection connection =
                TlsClient.trusting(ROOT).protocols(protocol).connect(server.port())) {
            assertThat(connection.get("/x").text()).isEqualTo("GET /x HTTP/1.1");
            assertThat(connection.protocol()).isEqualTo(protocol);
            assertThat(connection.serverCertificate()).isEqualTo(SERVER.certificate());
            assertThat(connection.timesAsked()).isZero();
        }
    }

    @Test
    void speaksTheCipherSuiteThatIsAskedFor() throws Exception {
        String suite = "TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384";
        try (TlsConnection connection =
                TlsClient.trusting(ROOT).cipherSuites(suite).connect(server.port())) {
            assertThat(connection.cipherSuite()).isEqualTo(suite);
        }
    }

    @Test
    void refusesAServerOfAnotherAuthority() {
        assertThatThrownBy(() -> TlsClient.trusting(OTHER).connect(server.port()))
                .isInstanceOf(SSLHandshakeException.class);
    }

    @ParameterizedTest
    @EnumSource
    void answersARenegotiationWithItsCertificate(KeyAlgorithm algorithm) throws Exception {
        HeldCertificate alice = ROOT.issue("alice").client().key(algorithm).make();
        TlsClient client = TlsClient.trusting(ROOT).protocols("TLSv1.2").certificate(alice);
        try (TlsConnection connection = client.connect(server.port())) {
            assertThat(connection.get("/who").text()).isEqualTo("nobody");
            ask(connection);
            assertThat(connection.get("/who").text()).isEqualTo("CN=alice");
            assertThat(connection.timesAsked()).isEqualTo(1);
            assertThat(connection.authorities()).containsExactly("CN=Root");
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"TLSv1.2", "TLSv1.3"})
    void sendsAnUnacceptedCertificateOnlyWhenToldTo(String protocol) throws Exception {
        HeldCertificate stranger = OTHER.issue("mallory").client().make();
        HeldCertificate friend = ROOT.issue("friend").client().make();
        try (SmallTlsServer asking = new SmallTlsServer(SERVER, true, ROOT)) {
            TlsClient client = TlsClient.trusting(ROOT).protocols(protocol).forgetful();
            try (TlsConnection connection =
                    client.certificateIfAccepted(stranger).connect(asking.port())) {
                assertThat(connection.get("/who").text()).isEqualTo("nobody");
                assertThat(connection.timesAsked()).isEqualTo(1);
            }
            try (TlsConnection connection = client.certificateIfAccepted(friend).connect(asking.port())) {
                assertThat(connection.get("/who").text()).isEqualTo("CN=friend");
            }
            assertThatThrownBy(() -> {
                        try (TlsConnection connection =
                                client.certificate(stranger).connect(asking.port())) {
                            connection.get("/who");
                        }
                    })
                    .isInstanceOf(IOException.class);
        }
    }

    /** JSSE's blocking server goes on serving between the flights of its renegotiation: each flight needs a request. */
    private static void ask(TlsConnection connection) throws IOException {
        connection.get("/ask");
        connection.get("/flight");
    }

    @ParameterizedTest
    @ValueSource(strings = {"TLSv1.2", "TLSv1.3"})
    void resumesUnlessForgetful(String protocol) throws Exception {
        TlsClient client = TlsClient.trusting(ROOT).protocols(protocol);
        assertThat(resumed(client)).isFalse();
        assertThat(resumed(client)).isTrue();
        TlsClient forgetful = TlsClient.trusting(ROOT).protocols(protocol).forgetful();
        assertThat(resumed(forgetful)).isFalse();
        assertThat(resumed(forgetful)).isFalse();
    }

    private static boolean resumed(TlsClient client) throws IOException {
        try (TlsConnection connection = client.connect(server.port())) {
            connection.get("/");
            return connection.isResumed();
        }
    }

    @Test
    void startsARenegotiationItselfOnTls12Only() throws Exception {
        try (RecordPipe pipe = RecordPipe.to(server.port())) {
            TlsClient client = TlsClient.trusting(ROOT).protocols("TLSv1.2");
            try (TlsConnection connection = client.connect(pipe.port())) {
                connection.get("/");
                int before = pipe.toServer().records(TlsRecord.HANDSHAKE);
                connection.renegotiate();
                assertThat(connection.get("/x").status()).isEqualTo(200);
                assertThat(pipe.toServer().records(TlsRecord.HANDSHAKE)).isGreaterThan(before);
            }
        }
        try (TlsConnection connection =
                TlsClient.trusting(ROOT).protocols("TLSv1.3").connect(server.port())) {
            assertThatThrownBy(connection::renegotiate).isInstanceOf(IllegalStateException.class);
        }
    }
}
