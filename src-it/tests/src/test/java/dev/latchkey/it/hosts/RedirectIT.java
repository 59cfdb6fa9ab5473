package dev.latchkey.it.hosts;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.latchkey.ClientCertificates;
import dev.latchkey.it.Curl;
import dev.latchkey.it.embedded.StepUpServer;
import dev.latchkey.testkit.HttpAnswer;
import dev.latchkey.testkit.TlsConnection;
import java.net.URI;
import java.nio.file.Path;
import java.util.List;
import org.eclipse.jetty.http.UriCompliance;
import org.eclipse.jetty.server.Handler;
import org.eclipse.jetty.server.Request;
import org.eclipse.jetty.server.Response;
import org.eclipse.jetty.server.SecureRequestCustomizer;
import org.eclipse.jetty.util.Callback;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A step-up that cannot be done on its connection sends the client to a host that asks in the first handshake. */
class RedirectIT {
    @TempDir
    Path dir;

    private static StepUpServer server() {
        return Hosts.asking().settings(f -> f.getAlternatives().setRedirectHost(Hosts.CERT));
    }

    @Test
    void theClientArrivesThereWithItsCertificateAtTheSamePathAndQuery() throws Exception {
        try (StepUpServer server = server().start()) {
            String path = "/ask/a%20b?x=1&y=%2F";
            Curl curl =
                    Hosts.curl(dir, server.port()).tls("1.3").with("--http2").certificate("alice");
            assertRedirected(curl.get(path), server, path);
            assertThat(curl.run("-L", path).out())
                    .contains("subject=CN=alice\n")
                    .contains("mechanism=first-handshake\n")
                    .contains("http=HTTP/2.0");
            assertThat(curl.get(Hosts.url(Hosts.WWW, server.port(), "/open")).status())
                    .as("who asks nothing is not redirected")
                    .isEqualTo(200);
            try (TlsConnection http11 = Hosts.java("TLSv1.3").connect(server.port())) {
                assertRedirected(Hosts.get(http11, "localhost:" + server.port(), path), server, path);
            }
        }
    }

    private static void assertRedirected(HttpAnswer answer, StepUpServer server, String path) {
        assertThat(answer.status()).isEqualTo(307);
        assertThat(answer.header("Location")).contains(Hosts.url(Hosts.CERT, server.port(), path));
        assertThat(answer.header("Cache-Control")).contains("no-store");
        assertThat(answer.body()).isEmpty();
    }

    @Test
    void otherMethodsFailAsBeforeUnlessTheyMayBecomeAGet() throws Exception {
        try (StepUpServer server = server().start();
                TlsConnection connection = Hosts.java("TLSv1.3").connect(server.port())) {
            HttpAnswer refused = connection.post("/ask", new byte[10]);
            assertThat(refused.status()).isEqualTo(403);
            assertThat(refused.values().get("reason")).isIn("engine-cannot", "client-cannot");
        }
        try (StepUpServer server = server().start();
                TlsConnection connection = Hosts.java("TLSv1.3").connect(server.port())) {
            assertThat(connection.get("/ask").status()).isEqualTo(307);
            assertThat(connection.get("/open").status())
                    .as("the connection lives")
                    .isEqualTo(200);
        }
        try (StepUpServer server = server().settings(f -> f.getAlternatives().setRedirectStatus(303))
                        .start();
                TlsConnection connection = Hosts.java("TLSv1.3").connect(server.port())) {
            HttpAnswer redirected = connection.post("/ask", new byte[10]);
            assertThat(redirected.status()).isEqualTo(303);
            assertThat(redirected.header("Location"))
                    .hasValueSatisfying(l ->
                            assertThat(l).startsWith("https://" + Hosts.CERT).endsWith("/ask"));
        }
    }

    @Test
    void nothingThatAClientSendsNamesTheHost() throws Exception {
        try (StepUpServer server = server().http(c -> c.setCustomizers(List.of(new SecureRequestCustomizer(false))))
                        .start();
                TlsConnection connection = Hosts.java("TLSv1.3").connect(server.port())) {
            for (String line : new String[] {
                "GET /ask/@evil.example HTTP/1.1\r\nHost: evil.example\r\n\r\n",
                "GET https://evil.example/ask HTTP/1.1\r\nHost: evil.example\r\n\r\n",
                "GET /ask?https://evil.example HTTP/1.1\r\nHost: localhost\r\nX-Forwarded-Host: evil.example\r\n\r\n"
            }) {
                connection.send(line);
                HttpAnswer answer = connection.readFinal();
                assertThat(answer.status()).as(line).isEqualTo(307);
                assertThat(answer.header("Location")).as(line).hasValueSatisfying(l -> assertThat(l)
                        .matches("https://cert\\.example\\.org(:\\d+)?/ask.*"));
            }
        }
    }

    /** URIs that some software reads as another host. Jetty takes them all here, as it does not by default. */
    @ParameterizedTest
    @ValueSource(
            strings = {
                "//evil.example/ask",
                "///evil.example",
                "/ask//evil.example",
                "/%2fevil.example",
                "/%5cevil.example",
                "/\\evil.example",
                "/\\\\evil.example",
                "/@evil.example",
                "/.evil.example",
                "/:@evil.example:443/",
                "/ask/../../evil.example",
                "/ask;@evil.example",
                "/ask?x=//evil.example",
                "https://user@evil.example/ask",
                "https://user:word@evil.example:1/ask",
                "https://evil.example\\@cert.example.org/ask",
                "/ask%0d%0aLocation:%20https://evil.example/"
            })
    void noUriLeadsToAnotherHost(String uri) throws Exception {
        try (StepUpServer server = server().http(c -> {
                            c.setUriCompliance(UriCompliance.UNSAFE);
                            c.setCustomizers(List.of(new SecureRequestCustomizer(false)));
                        })
                        .handler(new Handler.Abstract() {
                            @Override
                            public boolean handle(Request request, Response response, Callback callback)
                                    throws Exception {
                                ClientCertificates.of(request).negotiateClientCertificate();
                                return false;
                            }
                        })
                        .start();
                TlsConnection connection = Hosts.java("TLSv1.3").connect(server.port())) {
            connection.send("GET " + uri + " HTTP/1.1\r\nHost: localhost\r\n\r\n");
            HttpAnswer answer = connection.readFinal();
            if (answer.status() == 400) {
                assertThat(answer.header("Location")).isEmpty();
                return;
            }
            assertThat(answer.status()).isEqualTo(307);
            String location = answer.header("Location").orElseThrow();
            assertThat(location).matches("https://cert\\.example\\.org(:\\d+)?/[^\\r\\n]*");
            assertThat(URI.create(location.replace('\\', '/')).getHost()).isEqualTo(Hosts.CERT);
        }
    }

    @Test
    void whoHasArrivedThereIsNotSentAgain() throws Exception {
        // A host that does not ask in the first handshake: a mistake in the set-up, which must not go round in circles.
        try (StepUpServer server = Hosts.server()
                .settings(f -> f.getAlternatives().setRedirectHost(Hosts.WWW))
                .start()) {
            try (TlsConnection connection = Hosts.java("TLSv1.3").connect(server.port())) {
                assertThat(Hosts.get(connection, "localhost:" + server.port(), "/ask")
                                .status())
                        .isEqualTo(307);
            }
            try (TlsConnection there =
                    Hosts.java("TLSv1.3").serverName(Hosts.WWW).connect(server.port())) {
                HttpAnswer answer = Hosts.get(there, Hosts.WWW + ":" + server.port(), "/ask");
                assertThat(answer.status()).isEqualTo(403);
                assertThat(answer.values().get("reason")).isIn("engine-cannot", "client-cannot");
            }
        }
    }

    @Test
    void unknownValuesAreRefusedByName() {
        for (String host : new String[] {"https://cert.example.org", "a/b", "user@host", "host:99999", "a b"}) {
            assertThatThrownBy(() -> Hosts.server()
                            .settings(f -> f.getAlternatives().setRedirectHost(host))
                            .start())
                    .as(host)
                    .hasMessageStartingWith("latchkey.redirectHost=" + host);
        }
        assertThatThrownBy(() -> Hosts.server()
                        .settings(f -> f.getAlternatives().setRedirectStatus(302))
                        .start())
                .hasMessage("latchkey.redirectStatus=302: it must be 307 or 303");
    }
}
