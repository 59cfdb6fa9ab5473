package dev.latchkey.it.identity;

import dev.latchkey.impersonation.Identities;
import dev.latchkey.impersonation.IdentityFlow;
import dev.latchkey.impersonation.http.IdentityHttpClient;
import dev.latchkey.impersonation.http.IdentityJavaHttpClient;
import dev.latchkey.impersonation.http.IdentityUrlConnection;
import dev.latchkey.impersonation.http.Negotiation;
import java.io.InputStream;
import java.net.HttpURLConnection;
import java.net.URI;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import org.eclipse.jetty.client.ContentResponse;

/** A client that asks a server as whom the calling thread carries. Any thread. */
interface Caller extends AutoCloseable {
    /** {@return the body of a 200, else the status} */
    String get(String uri) throws Exception;

    @Override
    default void close() throws Exception {}

    /** The clients that there are, by the name of their maker. */
    enum Kind {
        JETTY,
        JAVA,
        URL_CONNECTION;

        Caller with(Negotiation negotiation) throws Exception {
            IdentityFlow flow = Identities.flow();
            return switch (this) {
                case JETTY -> jetty(new IdentityHttpClient(flow, negotiation));
                case JAVA ->
                    java(IdentityJavaHttpClient.builder(flow)
                            .negotiation(negotiation)
                            .cookiePerIdentity()
                            .build());
                case URL_CONNECTION -> uri -> urlConnection(flow, negotiation, uri);
            };
        }
    }

    private static Caller jetty(IdentityHttpClient client) throws Exception {
        client.start();
        return new Caller() {
            @Override
            public String get(String uri) throws Exception {
                ContentResponse response = client.GET(uri);
                return answer(response.getStatus(), response.getContentAsString());
            }

            @Override
            public void close() throws Exception {
                client.stop();
            }
        };
    }

    private static Caller java(IdentityJavaHttpClient client) {
        return new Caller() {
            @Override
            public String get(String uri) throws Exception {
                HttpRequest request = HttpRequest.newBuilder(URI.create(uri)).build();
                var response = client.send(request, BodyHandlers.ofString());
                return answer(response.statusCode(), response.body());
            }

            @Override
            public void close() {
                client.close();
            }
        };
    }

    private static String urlConnection(IdentityFlow flow, Negotiation negotiation, String uri) throws Exception {
        try (IdentityUrlConnection request = IdentityUrlConnection.open(flow, negotiation, URI.create(uri))) {
            HttpURLConnection response = request.response();
            int status = response.getResponseCode();
            try (InputStream body = status < 400 ? response.getInputStream() : response.getErrorStream()) {
                return answer(status, new String(body.readAllBytes(), StandardCharsets.UTF_8));
            }
        }
    }

    static String answer(int status, String body) {
        return status == 200 ? body : String.valueOf(status);
    }
}
