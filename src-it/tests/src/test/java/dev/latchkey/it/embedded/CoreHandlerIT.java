package dev.latchkey.it.embedded;

import static org.assertj.core.api.Assertions.assertThat;

import dev.latchkey.ClientCertificates;
import dev.latchkey.it.Clients;
import dev.latchkey.testkit.TlsConnection;
import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import org.eclipse.jetty.http.HttpFields;
import org.eclipse.jetty.http.Trailers;
import org.eclipse.jetty.io.Content;
import org.eclipse.jetty.server.Handler;
import org.eclipse.jetty.server.Request;
import org.eclipse.jetty.server.Response;
import org.eclipse.jetty.util.BufferUtil;
import org.eclipse.jetty.util.Callback;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A core handler, without any servlet: the chunks of the body and its trailers are there after the step-up. */
class CoreHandlerIT {
    /** Steps up, then reads the body chunk by chunk and echoes it. */
    private static final class Echo extends Handler.Abstract {
        @Override
        public boolean handle(Request request, Response response, Callback callback) throws Exception {
            if (Request.getPathInContext(request).equals("/blocking")) {
                String subject = Answers.describe(ClientCertificates.of(request).negotiateClientCertificate());
                read(request, response, callback, subject, new ByteArrayOutputStream(), null);
                return true;
            }
            ClientCertificates.of(request).negotiateClientCertificateAsync().whenComplete((certificate, failure) -> {
                if (failure == null) {
                    String subject = Answers.describe(certificate);
                    read(request, response, callback, subject, new ByteArrayOutputStream(), null);
                } else {
                    callback.failed(failure);
                }
            });
            return true;
        }

        private static void read(
                Request request,
                Response response,
                Callback callback,
                String subject,
                ByteArrayOutputStream body,
                HttpFields before) {
            HttpFields trailers = before;
            while (true) {
                Content.Chunk chunk = request.read();
                if (chunk == null) {
                    HttpFields sofar = trailers;
                    request.demand(() -> read(request, response, callback, subject, body, sofar));
                    return;
                }
                if (Content.Chunk.isFailure(chunk)) {
                    callback.failed(chunk.getFailure());
                    return;
                }
                if (chunk instanceof Trailers t) {
                    trailers = t.getTrailers();
                }
                body.writeBytes(BufferUtil.toArray(chunk.getByteBuffer()));
                chunk.release();
                if (chunk.isLast()) {
                    break;
                }
            }
            response.getHeaders().put("Subject", subject);
            response.getHeaders().put("Trailers", trailers == null ? "none" : String.valueOf(trailers.get("X-After")));
            response.write(true, ByteBuffer.wrap(body.toByteArray()), callback);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"/blocking", "/async"})
    void theBodyAndItsTrailersAreReadAfterwards(String path) throws Exception {
        try (StepUpServer server = new StepUpServer().handler(new Echo()).start();
                TlsConnection client = Clients.connect(server.port(), TestPki.ALICE)) {
            client.send("POST " + path + " HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n"
                    + "Trailer: X-After\r\n\r\n5\r\nhello\r\n1\r\n \r\n");
            client.send("5\r\nworld\r\n0\r\nX-After: the end\r\n\r\n");
            var answer = client.readFinal();
            assertThat(answer.header("Subject")).contains("CN=alice");
            assertThat(answer.header("Trailers")).contains("the end");
            assertThat(answer.text()).isEqualTo("hello world");
            assertThat(client.post(path, new byte[3]).header("Subject")).contains("CN=alice already");
        }
    }
}
