package dev.latchkey.example.stepup;

import static org.assertj.core.api.Assertions.assertThat;

import dev.latchkey.ClientCertificate;
import dev.latchkey.ClientCertificates;
import dev.latchkey.NegotiationException;
import dev.latchkey.NegotiationOptions;
import dev.latchkey.Reason;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.time.Duration;
import java.util.HexFormat;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.eclipse.jetty.ee9.webapp.WebAppContext;
import org.eclipse.jetty.http.HttpTester;
import org.eclipse.jetty.server.HttpConnectionFactory;
import org.eclipse.jetty.server.LocalConnector;
import org.eclipse.jetty.server.Server;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * The application's own part, deployed by its web.xml: what it answers to each outcome. The outcomes are scripted here;
 * that they come from a real connection is shown in src-it/tests.
 */
class StepUpApplicationTest {
    private final Server server = new Server();
    private final LocalConnector connector = new LocalConnector(server);
    private final Script script = new Script();

    @BeforeEach
    void start() throws Exception {
        connector
                .getConnectionFactory(HttpConnectionFactory.class)
                .getHttpConfiguration()
                .addCustomizer((request, headers) -> {
                    request.setAttribute(ClientCertificates.ATTRIBUTE, script);
                    return request;
                });
        server.addConnector(connector);
        WebAppContext application = new WebAppContext("src/main/webapp", "/step-up");
        application.setParentLoaderPriority(true);
        server.setHandler(application);
        server.start();
        assertThat(application.getUnavailableException()).isNull();
    }

    @AfterEach
    void stop() throws Exception {
        server.stop();
    }

    @ParameterizedTest
    @ValueSource(strings = {"secure", "required", "fresh", "async"})
    void answersWithWhatTheBodyWas(String path) throws Exception {
        HttpTester.Response response = post(path, "a body\n");
        assertThat(response.getStatus()).isEqualTo(200);
        assertThat(response.get("Content-Type")).isEqualToIgnoringCase("text/plain;charset=utf-8");
        String sha256 = HexFormat.of()
                .formatHex(MessageDigest.getInstance("SHA-256").digest("a body\n".getBytes(StandardCharsets.UTF_8)));
        assertThat(response.getContent().lines())
                .containsExactly(
                        "subject=",
                        "trusted=",
                        "mechanism=",
                        "protocol=",
                        "httpVersion=HTTP/1.1",
                        "alreadyPresent=false",
                        "bodyBytes=7",
                        "bodySha256=" + sha256);
    }

    @ParameterizedTest
    @CsvSource({
        "GET, open, current",
        "GET, secure, WANT",
        "POST, secure, WANT",
        "GET, required, NEED",
        "POST, required, NEED",
        "GET, fresh, WANT fresh",
        "GET, async, async WANT",
        "POST, async, async WANT",
        "POST, forget, forget current",
        "GET, '', current"
    })
    void asksOnlyAsItSays(String method, String path, String calls) throws Exception {
        assertThat(exchange(method, path, "", "").getStatus()).isEqualTo(200);
        assertThat(script.calls).hasToString(calls);
    }

    static Stream<Arguments> failures() {
        return Stream.of(Reason.values()).flatMap(reason -> Stream.of("secure", "required", "async", "")
                .flatMap(path -> Stream.of(true, false).map(usable -> Arguments.of(reason, path, usable))));
    }

    @ParameterizedTest
    @MethodSource("failures")
    void aFailureIsA4xxThatNamesItsReason(Reason reason, String path, boolean usable) throws Exception {
        script.failure = new NegotiationException(reason, usable, null, null);
        HttpTester.Response response = path.isEmpty() ? press("want", "") : post(path, "");
        assertThat(response.getStatus()).isEqualTo(reason.status()).isBetween(400, 499);
        assertThat(response.get("Connection")).isEqualTo(usable ? null : "close");
        if (path.isEmpty()) {
            assertThat(response.getContent()).contains(reason.phrase().replace("'", "&#39;"), reason.code());
        } else {
            assertThat(response.getContent().lines())
                    .contains("reason=" + reason.token(), "code=" + reason.code(), "subject=", "trusted=");
        }
    }

    @ParameterizedTest
    @CsvSource({"want, WANT", "need, NEED", "fresh, WANT fresh", "forget, forget"})
    void eachButtonOfThePageDoesWhatItSays(String button, String calls) throws Exception {
        HttpTester.Response response = press(button, "Sec-Fetch-Site: same-origin\r\n");
        assertThat(response.getStatus()).isEqualTo(200);
        assertThat(script.calls).hasToString(calls);
        assertThat(response.getContent()).contains("role=\"status\"");
    }

    @Test
    void anUnknownButtonAsksNobody() throws Exception {
        assertThat(press("<script>", "").getStatus()).isEqualTo(400);
        assertThat(script.calls).isEmpty();
    }

    @Test
    void thePageAllowsNothingFromElsewhere() throws Exception {
        HttpTester.Response response = exchange("GET", "", "", "");
        assertThat(response.get("Content-Security-Policy"))
                .startsWith("default-src 'none'")
                .doesNotContain("unsafe", "http", "*");
        assertThat(response.getContent()).doesNotContain("<script", "style=", "://");
    }

    @Test
    void aScreenReaderFindsItsWay() throws Exception {
        String page = exchange("GET", "", "", "").getContent();
        assertThat(page).contains("<html lang=\"en\">", "<title>", "name=\"viewport\"", "<main>", "<h1>");
        Set<String> ids = Pattern.compile(" id=\"([^\"]+)\"")
                .matcher(page)
                .results()
                .map(found -> found.group(1))
                .collect(Collectors.toSet());
        List<String> named = Pattern.compile(" aria-(?:labelledby|describedby)=\"([^\"]+)\"")
                .matcher(page)
                .results()
                .map(found -> found.group(1))
                .toList();
        assertThat(named).hasSize(4 + 4); // sections and buttons
        assertThat(ids).containsExactlyInAnyOrderElementsOf(named);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "Sec-Fetch-Site: cross-site",
                "Sec-Fetch-Site: same-site",
                "Origin: https://localhost.example",
                "Origin: http://localhost:1",
                "Origin: null"
            })
    void aPostOfAnotherSiteIsRefused(String header) throws Exception {
        for (String path : new String[] {"forget", "secure", ""}) {
            HttpTester.Response response = exchange("POST", path, header + "\r\n", "");
            assertThat(response.getStatus()).isEqualTo(403);
            assertThat(response.getContent()).contains("reason=cross-site");
        }
        assertThat(script.calls).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(strings = {"Sec-Fetch-Site: same-origin", "Sec-Fetch-Site: none", "Origin: http://localhost"})
    void aPostOfThePageItselfIsServed(String header) throws Exception {
        assertThat(exchange("POST", "forget", header + "\r\n", "").getStatus()).isEqualTo(200);
    }

    @Test
    void withoutCdiTheInjectedServletSaysWhatToDo() throws Exception {
        HttpTester.Response response = exchange("GET", "injected", "", "");
        assertThat(response.getStatus()).isEqualTo(404);
        assertThat(response.getContent()).contains("reason=no-cdi");
        assertThat(script.calls).isEmpty();
    }

    private HttpTester.Response press(String button, String headers) throws Exception {
        return exchange("POST", "", headers + "Content-Type: application/x-www-form-urlencoded\r\n", "ask=" + button);
    }

    private HttpTester.Response post(String path, String body) throws Exception {
        return exchange("POST", path, "", body);
    }

    private HttpTester.Response exchange(String method, String path, String headers, String body) throws Exception {
        return HttpTester.parseResponse(
                connector.getResponse("%s /step-up/%s HTTP/1.1\r\nHost: localhost\r\n%sContent-Length: %d\r\n\r\n%s"
                        .formatted(method, path, headers, body.length(), body)));
    }

    /** Stands in for the server: records what is asked of it, and answers or fails as told. */
    private static final class Script implements ClientCertificates {
        final StringBuilder calls = new StringBuilder();
        NegotiationException failure;

        @Override
        public ClientCertificate current() {
            record("current");
            return ClientCertificate.none();
        }

        @Override
        public NegotiationOptions defaults() {
            return NegotiationOptions.builder()
                    .deadline(Duration.ofSeconds(1))
                    .bodyTimeout(Duration.ofSeconds(1))
                    .build();
        }

        @Override
        public ClientCertificate negotiateClientCertificate(NegotiationOptions options) throws NegotiationException {
            record(name(options));
            if (failure != null) {
                throw failure;
            }
            return ClientCertificate.none();
        }

        @Override
        public CompletionStage<ClientCertificate> negotiateClientCertificateAsync(NegotiationOptions options) {
            record("async " + name(options));
            return failure != null
                    ? CompletableFuture.failedStage(failure)
                    : CompletableFuture.completedStage(ClientCertificate.none());
        }

        @Override
        public void forget() {
            record("forget");
        }

        private static String name(NegotiationOptions options) {
            return options.presence() + (options.isFresh() ? " fresh" : "");
        }

        private void record(String call) {
            calls.append(calls.isEmpty() ? "" : " ").append(call);
        }
    }
}
