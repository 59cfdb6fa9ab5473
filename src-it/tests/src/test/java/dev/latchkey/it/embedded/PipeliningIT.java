package dev.latchkey.it.embedded;

import static org.assertj.core.api.Assertions.assertThat;

import dev.latchkey.NegotiationOptions;
import dev.latchkey.it.Clients;
import dev.latchkey.testkit.HttpAnswer;
import dev.latchkey.testkit.TlsConnection;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** R14: what was sent before the client proved who it is is never served as if it came after (CVE-2009-3555). */
class PipeliningIT {
    private static final AtomicInteger SERVED = new AtomicInteger();
    private static final String SECOND = "GET /second HTTP/1.1\r\nHost: localhost\r\n\r\n";

    private static StepUpServer server;

    @BeforeAll
    static void start() throws Exception {
        server = new StepUpServer()
                .on("/blocking", Answers.stepUp(NegotiationOptions.defaults()))
                .on("/async", Answers.stepUpAsync(NegotiationOptions.defaults()))
                .on("/second", (request, response) -> SERVED.incrementAndGet())
                .start();
    }

    @AfterAll
    static void stop() throws Exception {
        server.close();
    }

    static Stream<Arguments> firstRequests() {
        return Stream.of("blocking", "async").flatMap(how -> Stream.of(
                        "GET /%s HTTP/1.1\r\nHost: localhost\r\n\r\n",
                        "POST /%s HTTP/1.1\r\nHost: localhost\r\nContent-Length: 5\r\n\r\nhello",
                        "POST /%s HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n\r\n"
                                + "5\r\nhello\r\n0\r\n\r\n",
                        "POST /%s HTTP/1.1\r\nHost: localhost\r\nExpect: 100-continue\r\n"
                                + "Content-Length: 5\r\n\r\nhello")
                .map(head -> Arguments.of(how, head.formatted(how))));
    }

    private static void assertOnlyTheFirstIsServed(List<String> records) throws Exception {
        int before = SERVED.get();
        try (TlsConnection client = Clients.connect(server.port(), TestPki.ALICE)) {
            for (String record : records) {
                client.send(record);
            }
            HttpAnswer answer = client.readFinal();
            assertThat(answer.text()).isEqualTo("CN=alice");
            assertThat(client.timesAsked()).isEqualTo(1);
            assertThat(answer.saysClose()).as("Connection: close in " + answer).isTrue();
            assertThat(client.readByte()).isEqualTo(-1);
        }
        assertThat(SERVED.get()).isEqualTo(before);
    }

    @ParameterizedTest(name = "{0} {1}")
    @MethodSource("firstRequests")
    void r14ARequestInTheSameRecordIsNotServed(String how, String first) throws Exception {
        assertOnlyTheFirstIsServed(List.of(first + SECOND));
    }

    @ParameterizedTest(name = "{0} {1}")
    @MethodSource("firstRequests")
    void r14ARequestInARecordOfItsOwnIsNotServed(String how, String first) throws Exception {
        assertOnlyTheFirstIsServed(List.of(first, SECOND));
    }

    @ParameterizedTest(name = "{0} {1}")
    @MethodSource("firstRequests")
    void r14ARequestCutAnywhereIsNotServed(String how, String first) throws Exception {
        assertOnlyTheFirstIsServed(List.of(first + SECOND.substring(0, 7), SECOND.substring(7)));
    }

    @Test
    void withTheCertificateAlreadyThereAPipelinedRequestIsServed() throws Exception {
        try (TlsConnection client = Clients.connect(server.port(), TestPki.ALICE)) {
            assertThat(client.get("/blocking").text()).isEqualTo("CN=alice");
            int before = SERVED.get();
            client.send("GET /blocking HTTP/1.1\r\nHost: localhost\r\n\r\n" + SECOND);
            assertThat(client.readFinal().text()).isEqualTo("CN=alice already");
            assertThat(client.readFinal().status()).isEqualTo(200);
            assertThat(SERVED.get()).isEqualTo(before + 1);
        }
    }
}
