package dev.latchkey.it.clients;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.Optional;
import javax.net.ssl.SSLParameters;

/** java.net.http.HttpClient of the Java that the tests run on. */
final class JavaHttpClient implements RealClient {
    @Override
    public String name() {
        return "java.net.http";
    }

    @Override
    public Answers run(Ask ask) throws Exception {
        SSLParameters pinned = new SSLParameters();
        pinned.setProtocols(new String[] {ask.protocol()});
        HttpClient client = HttpClient.newBuilder()
                .version(HttpClient.Version.HTTP_1_1)
                .sslContext(JavaTls.context(ask, null))
                .sslParameters(pinned)
                .build();
        Answer open = send(client, request(ask, Ask.OPEN).build());
        HttpRequest.Builder second = request(ask, ask.path());
        if (ask.isPost()) {
            second.POST(BodyPublishers.ofString(Ask.BODY));
        }
        try {
            return new Answers(open, Optional.of(send(client, second.build())), "");
        } catch (IOException e) {
            return new Answers(open, Optional.empty(), e.toString());
        }
    }

    private static HttpRequest.Builder request(Ask ask, String path) {
        return HttpRequest.newBuilder(URI.create("https://localhost:" + ask.port() + path))
                .timeout(Duration.ofSeconds(60));
    }

    private static Answer send(HttpClient client, HttpRequest request) throws IOException, InterruptedException {
        HttpResponse<byte[]> response = client.send(request, HttpResponse.BodyHandlers.ofByteArray());
        return Answer.of(response.statusCode(), response.body());
    }
}
