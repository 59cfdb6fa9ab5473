package dev.latchkey.it.embedded;

import static org.assertj.core.api.Assertions.assertThat;

import dev.latchkey.ClientCertificates;
import dev.latchkey.it.Clients;
import dev.latchkey.testkit.HttpAnswer;
import dev.latchkey.testkit.TlsConnection;
import jakarta.servlet.DispatcherType;
import jakarta.servlet.MultipartConfigElement;
import jakarta.servlet.http.HttpServletRequest;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.eclipse.jetty.ee10.servlet.ServletHolder;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** R1, R36: after a step-up the application reads the body byte for byte as the client sent it. */
class BodyIT {
    private static final int LIMIT = 4096;
    private static final String MULTIPART = "multipart/form-data; boundary=cut";
    private static final String FORM = "application/x-www-form-urlencoded";

    private static StepUpServer server;

    @BeforeAll
    static void start() throws Exception {
        server = new StepUpServer().settings(s -> s.setBodyLimit(LIMIT));
        ServletHolder body = server.servlet("/body", new BodyExchange());
        body.getRegistration().setMultipartConfig(new MultipartConfigElement(""));
        server.on("/forwarding", (request, response) -> {
            ClientCertificates.of(request).negotiateClientCertificate();
            request.getRequestDispatcher("/echo").forward(request, response);
        });
        server.on("/including", (request, response) -> {
            ClientCertificates.of(request).negotiateClientCertificate();
            request.getRequestDispatcher("/echo").include(request, response);
        });
        server.on("/forwarded-first", (request, response) -> request.getRequestDispatcher("/body")
                .forward(request, response));
        server.on("/dispatching", (request, response) -> {
            if (request.getDispatcherType() == DispatcherType.ASYNC) {
                echo(request, response);
                return;
            }
            var async = request.startAsync();
            ClientCertificates.of(request).negotiateClientCertificateAsync().thenRun(async::dispatch);
        });
        server.on("/echo", BodyIT::echo);
        server.start();
    }

    private static void echo(HttpServletRequest request, jakarta.servlet.http.HttpServletResponse response)
            throws Exception {
        response.getOutputStream().write(request.getInputStream().readAllBytes());
    }

    @AfterAll
    static void stop() throws Exception {
        server.close();
    }

    private static byte[] bytes(int count) {
        byte[] bytes = new byte[count];
        new Random(count).nextBytes(bytes); // the same each time: the seed is the size
        return bytes;
    }

    private static byte[] letters(int count) {
        StringBuilder text = new StringBuilder();
        IntStream.range(0, count).forEach(i -> text.append((char) ('a' + i % 26)));
        return text.toString().getBytes(StandardCharsets.ISO_8859_1);
    }

    /** A request with its body: fixed length, or chunked with a trailer. */
    private static byte[] request(String path, String type, byte[] body, boolean chunked) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        write(out, "POST " + path + " HTTP/1.1\r\nHost: localhost\r\nContent-Type: " + type + "\r\n");
        if (!chunked) {
            write(out, "Content-Length: " + body.length + "\r\n\r\n");
            out.writeBytes(body);
            return out.toByteArray();
        }
        write(out, "Transfer-Encoding: chunked\r\nTrailer: X-After\r\n\r\n");
        for (int at = 0; at < body.length; at += 1500) {
            int length = Math.min(1500, body.length - at);
            write(out, Integer.toHexString(length) + "\r\n");
            out.write(body, at, length);
            write(out, "\r\n");
        }
        write(out, "0\r\nX-After: the end\r\n\r\n");
        return out.toByteArray();
    }

    private static void write(ByteArrayOutputStream out, String text) {
        out.writeBytes(text.getBytes(StandardCharsets.ISO_8859_1));
    }

    private static HttpAnswer exchange(byte[] request, int expectedQuestions) throws Exception {
        try (TlsConnection client = Clients.connect(server.port(), TestPki.ALICE)) {
            client.send(request);
            HttpAnswer answer = client.readFinal();
            assertThat(client.timesAsked()).isEqualTo(expectedQuestions);
            if (answer.status() == 200) {
                // What came after the body is a request of its own, and is served: nothing was left over.
                assertThat(answer.saysClose()).isFalse();
                client.send(request("/echo", "text/plain", "next".getBytes(StandardCharsets.UTF_8), false));
                assertThat(client.readFinal().text()).isEqualTo("next");
            }
            return answer;
        }
    }

    static Stream<Arguments> sizesAndWays() {
        List<Arguments> all = new ArrayList<>();
        for (String how : List.of("blocking", "async")) {
            for (int size : new int[] {0, 1, LIMIT - 1, LIMIT}) {
                for (boolean chunked : new boolean[] {false, true}) {
                    all.add(Arguments.of(how, size, chunked));
                }
            }
        }
        return all.stream();
    }

    @ParameterizedTest
    @MethodSource("sizesAndWays")
    void aBodyUpToTheLimitIsReadAfterwards(String how, int size, boolean chunked) throws Exception {
        byte[] body = bytes(size);
        HttpAnswer answer = exchange(request("/body?how=" + how, "application/octet-stream", body, chunked), 1);
        assertThat(answer.status()).isEqualTo(200);
        assertThat(answer.header("subject")).contains("CN=alice");
        assertThat(answer.body()).isEqualTo(body);
        if (chunked) {
            assertThat(answer.header("trailers")).contains("{x-after=the end}");
        }
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void oneByteMoreThanTheLimitIsTooLarge(boolean chunked) throws Exception {
        for (String how : List.of("blocking", "async")) {
            HttpAnswer answer =
                    exchange(request("/body?how=" + how, "application/octet-stream", bytes(LIMIT + 1), chunked), 0);
            assertThat(answer.status()).as(how + " " + answer).isEqualTo(413);
            assertThat(answer.saysClose()).isTrue();
        }
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void oneMebibyteWithTheCallsOwnLimitIsReadAfterwards(boolean chunked) throws Exception {
        byte[] body = bytes(1024 * 1024);
        for (String how : List.of("blocking", "async")) {
            String path = "/body?how=" + how + "&limit=" + body.length;
            HttpAnswer answer = exchange(request(path, "application/octet-stream", body, chunked), 1);
            assertThat(answer.header("subject")).contains("CN=alice");
            assertThat(answer.body()).isEqualTo(body);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"stream", "reader", "listener"})
    void eachWayToReadGivesTheSameBytes(String read) throws Exception {
        byte[] body = bytes(3000);
        for (String how : List.of("blocking", "async")) {
            for (boolean chunked : new boolean[] {false, true}) {
                String path = "/body?how=" + how + "&read=" + read;
                HttpAnswer answer = exchange(request(path, "application/octet-stream", body, chunked), 1);
                assertThat(answer.body()).as(how + " " + chunked).isEqualTo(body);
            }
        }
    }

    @Test
    void aFormIsReadAfterwards() throws Exception {
        byte[] data = letters(3000);
        byte[] form = ("data=" + new String(data, StandardCharsets.UTF_8)).getBytes(StandardCharsets.UTF_8);
        for (String how : List.of("blocking", "async")) {
            HttpAnswer answer = exchange(request("/body?how=" + how + "&read=parameter", FORM, form, false), 1);
            assertThat(answer.body()).isEqualTo(data);
        }
    }

    @Test
    void aMultipartBodyIsReadAfterwards() throws Exception {
        byte[] data = letters(3000);
        byte[] parts = ("--cut\r\nContent-Disposition: form-data; name=\"data\"; filename=\"a.txt\"\r\n\r\n"
                        + new String(data, StandardCharsets.UTF_8) + "\r\n--cut--\r\n")
                .getBytes(StandardCharsets.UTF_8);
        for (String how : List.of("blocking", "async")) {
            for (boolean chunked : new boolean[] {false, true}) {
                HttpAnswer answer = exchange(request("/body?how=" + how + "&read=part", MULTIPART, parts, chunked), 1);
                assertThat(answer.body()).isEqualTo(data);
            }
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"stream", "listener"})
    void aBodyReadInPartBeforeTheStepUpGoesOnAfterIt(String read) throws Exception {
        byte[] body = bytes(LIMIT);
        for (String how : List.of("blocking", "async")) {
            for (boolean chunked : new boolean[] {false, true}) {
                String path = "/body?how=" + how + "&read=" + read + "&before=1000";
                HttpAnswer answer = exchange(request(path, "application/octet-stream", body, chunked), 1);
                assertThat(answer.body()).as(how + " " + chunked).isEqualTo(body);
            }
        }
    }

    @Test
    void aSecondNegotiationOnTheSameRequestKeepsTheBodyToo() throws Exception {
        byte[] body = bytes(LIMIT);
        for (boolean chunked : new boolean[] {false, true}) {
            HttpAnswer answer = exchange(request("/body?again", "application/octet-stream", body, chunked), 2);
            assertThat(answer.header("subject")).contains("CN=alice");
            assertThat(answer.body()).isEqualTo(body);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"/forwarding", "/including", "/dispatching", "/forwarded-first"})
    void r36AForwardAnIncludeAndADispatchKeepTheBodyWhole(String path) throws Exception {
        byte[] body = bytes(LIMIT);
        for (boolean chunked : new boolean[] {false, true}) {
            HttpAnswer answer = exchange(request(path, "application/octet-stream", body, chunked), 1);
            assertThat(answer.body()).isEqualTo(body);
        }
    }

    @Test
    void aBodyThatComesByteByByteIsReadAfterwards() throws Exception {
        byte[] body = bytes(500);
        byte[] request = request("/body", "application/octet-stream", body, true);
        try (TlsConnection client = Clients.connect(server.port(), TestPki.ALICE)) {
            for (byte each : request) {
                client.send(new byte[] {each});
            }
            assertThat(client.readFinal().body()).isEqualTo(body);
        }
    }

    @Test
    void aClientWithoutACertificateHasItsBodyServedToo() throws Exception {
        byte[] body = bytes(LIMIT);
        try (TlsConnection client = Clients.connect(server.port(), null)) {
            HttpAnswer answer = client.post("/body", body);
            assertThat(answer.header("subject")).contains("none");
            assertThat(answer.body()).isEqualTo(body);
        }
    }
}
