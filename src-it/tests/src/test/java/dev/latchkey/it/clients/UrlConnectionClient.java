package dev.latchkey.it.clients;

import dev.latchkey.it.OneProtocolSocketFactory;
import java.io.IOException;
import java.io.InputStream;
import java.net.Socket;
import java.net.URL;
import java.nio.charset.StandardCharsets;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;
import javax.net.ssl.HttpsURLConnection;
import javax.net.ssl.SSLSocketFactory;

/** HttpsURLConnection of the Java that the tests run on; it keeps its connection alive between the requests. */
final class UrlConnectionClient implements RealClient {
    /** Counts the connections. */
    private static final class Counting extends OneProtocolSocketFactory {
        private final AtomicInteger sockets = new AtomicInteger();

        Counting(String protocol, SSLSocketFactory delegate) {
            super(protocol, delegate);
        }

        @Override
        protected Socket pinned(Socket socket) {
            sockets.incrementAndGet();
            return super.pinned(socket);
        }
    }

    @Override
    public String name() {
        return "HttpsURLConnection";
    }

    @Override
    public Answers run(Ask ask) throws Exception {
        Counting sockets =
                new Counting(ask.protocol(), JavaTls.context(ask, null).getSocketFactory());
        Answer open = send(ask, sockets, Ask.OPEN, false);
        Optional<Answer> secure;
        String detail = "";
        try {
            secure = Optional.of(send(ask, sockets, ask.path(), ask.isPost()));
            if (sockets.sockets.get() != 1) {
                throw new IllegalStateException("Not on one connection: " + sockets.sockets);
            }
        } catch (IOException e) {
            secure = Optional.empty();
            detail = e.toString();
        }
        return new Answers(open, secure, detail);
    }

    private static Answer send(Ask ask, SSLSocketFactory sockets, String path, boolean post) throws IOException {
        HttpsURLConnection connection =
                (HttpsURLConnection) new URL("https://localhost:" + ask.port() + path).openConnection();
        connection.setSSLSocketFactory(sockets);
        connection.setReadTimeout(60_000);
        if (post) {
            connection.setDoOutput(true);
            connection.setFixedLengthStreamingMode(Ask.BODY.length());
            connection.getOutputStream().write(Ask.BODY.getBytes(StandardCharsets.US_ASCII));
        }
        int status = connection.getResponseCode();
        try (InputStream body = status < 400 ? connection.getInputStream() : connection.getErrorStream()) {
            return Answer.of(status, body.readAllBytes());
        }
    }
}
