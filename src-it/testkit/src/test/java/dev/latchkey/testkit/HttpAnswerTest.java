package dev.latchkey.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayInputStream;
import java.io.EOFException;
import java.io.InputStream;
import java.net.ProtocolException;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class HttpAnswerTest {
    @Test
    void readsOneAnswerAndNotAByteMore() throws Exception {
        InputStream in = in("HTTP/1.1 200 OK\r\nContent-Length: 5\r\nX-One: a\r\n\r\nhelloHTTP/1.1 204 No Content\r\n"
                + "Connection: close\r\n\r\nrest");

        HttpAnswer first = HttpAnswer.read(in);
        HttpAnswer second = HttpAnswer.read(in);

        assertThat(first.status()).isEqualTo(200);
        assertThat(first.text()).isEqualTo("hello");
        assertThat(first.header("x-ONE")).contains("a");
        assertThat(first.saysClose()).isFalse();
        assertThat(second.status()).isEqualTo(204);
        assertThat(second.body()).isEmpty();
        assertThat(second.saysClose()).isTrue();
        assertThat(in.readAllBytes()).asString().isEqualTo("rest");
    }

    @Test
    void readsChunksWithExtensionsAndTrailers() throws Exception {
        HttpAnswer answer = HttpAnswer.read(in("HTTP/1.1 403 Forbidden\r\nTransfer-Encoding: chunked\r\n\r\n"
                + "7;x=y\r\nreason=\r\n9\r\nuntrusted\r\n0\r\nTrailer: t\r\n\r\n"));

        assertThat(answer.values()).containsExactly(java.util.Map.entry("reason", "untrusted"));
    }

    @Test
    void interimAnswersAreReadAloneOrPassedOver() throws Exception {
        String both = "HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 200 OK\r\n\r\nto the end";
        assertThat(HttpAnswer.read(in(both)).status()).isEqualTo(100);
        assertThat(HttpAnswer.readFinal(in(both)).text()).isEqualTo("to the end");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "HTTP/1.1 2",
                "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhell",
                "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n"
            })
    void anEndTooSoonIsAnEof(String answer) {
        assertThatThrownBy(() -> HttpAnswer.read(in(answer))).isInstanceOf(EOFException.class);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "nonsense\r\n\r\n",
                "HTTP/1.1 20 OK\r\n\r\n",
                "HTTP/1.1 200 OK\r\nno field\r\n\r\n",
                "HTTP/1.1 200 OK\r\nContent-Length: -1\r\n\r\n",
                "HTTP/1.1 200 OK\r\nTransfer-Encoding: gzip\r\n\r\n",
                "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nxyz\r\n",
                "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n1\r\nab\r\n0\r\n\r\n"
            })
    void badFramingIsAProtocolError(String answer) {
        assertThatThrownBy(() -> HttpAnswer.read(in(answer))).isInstanceOf(ProtocolException.class);
    }

    private static InputStream in(String text) {
        return new ByteArrayInputStream(text.getBytes(StandardCharsets.ISO_8859_1));
    }
}
