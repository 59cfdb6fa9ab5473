package dev.latchkey.it.identity;

import dev.latchkey.impersonation.Identities;
import dev.latchkey.impersonation.Identity;
import dev.latchkey.impersonation.http.NegotiateToken;
import dev.latchkey.impersonation.http.Negotiation;
import java.io.InputStream;
import java.net.CookieManager;
import java.net.HttpURLConnection;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import org.eclipse.jetty.client.ContentResponse;
import org.eclipse.jetty.client.Request;
import org.eclipse.jetty.http.HttpHeader;
import org.eclipse.jetty.util.thread.QueuedThreadPool;

/**
 * The clients as their makers made them, one for all users, which prove who asks when the server wants to know.
 *
 * <p>They cross users wherever a server remembers who came by a connection or a cookie: the proof that the tests see it.
 */
enum StockCaller {
    JETTY,
    JAVA,
    URL_CONNECTION;

    private interface Get {
        String get(String token) throws Exception;
    }

    Caller with(Negotiation negotiation) throws Exception {
        return switch (this) {
            case JETTY -> {
                org.eclipse.jetty.client.HttpClient client = new org.eclipse.jetty.client.HttpClient();
                // All its threads are started now: none may be while a user is on the starting thread.
                client.setExecutor(new QueuedThreadPool(64, 64));
                client.start();
                yield new Caller() {
                    @Override
                    public String get(String uri) throws Exception {
                        return twice(negotiation, uri, token -> {
                            Request request = client.newRequest(uri);
                            if (!token.isEmpty()) {
                                request.headers(headers -> headers.put(HttpHeader.AUTHORIZATION, token));
                            }
                            ContentResponse response = request.send();
                            return Caller.answer(response.getStatus(), response.getContentAsString());
                        });
                    }

                    @Override
                    public void close() throws Exception {
                        client.stop();
                    }
                };
            }
            case JAVA -> {
                HttpClient client = HttpClient.newBuilder()
                        .cookieHandler(new CookieManager())
                        .build();
                yield uri -> twice(negotiation, uri, token -> {
                    HttpRequest.Builder request = HttpRequest.newBuilder(URI.create(uri));
                    if (!token.isEmpty()) {
                        request.header("Authorization", token);
                    }
                    var response = client.send(request.build(), BodyHandlers.ofString());
                    return Caller.answer(response.statusCode(), response.body());
                });
            }
            // Java's own answers a server's challenge by itself.
            case URL_CONNECTION ->
                uri -> {
                    HttpURLConnection connection =
                            (HttpURLConnection) URI.create(uri).toURL().openConnection();
                    int status = connection.getResponseCode();
                    try (InputStream body = status < 400 ? connection.getInputStream() : connection.getErrorStream()) {
                        return Caller.answer(status, new String(body.readAllBytes(), StandardCharsets.UTF_8));
                    }
                };
        };
    }

    private static String twice(Negotiation negotiation, String uri, Get get) throws Exception {
        String first = get.get("");
        if (!first.equals("401")) {
            return first;
        }
        try (Identity caller = Identities.current();
                NegotiateToken token = negotiation.token(caller, URI.create(uri))) {
            return get.get(token.authorization());
        }
    }
}
