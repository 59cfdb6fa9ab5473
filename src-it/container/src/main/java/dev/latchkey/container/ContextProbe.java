package dev.latchkey.container;

import java.io.IOException;
import java.io.InputStream;
import java.net.HttpURLConnection;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.cert.X509Certificate;
import java.time.Duration;
import javax.net.ssl.HttpsURLConnection;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManager;
import javax.net.ssl.X509TrustManager;
import org.jspecify.annotations.Nullable;

/**
 * Waits until the server passes requests to an application that it has logged as started.
 *
 * <p>Jetty starts a context first and maps its path afterwards: on a busy machine a request in between is answered 404
 * by the server itself, whose error page, unlike an application's, names no servlet. Bounded, because an answer may not
 * be had at all (PROXY protocol in front). One thread.
 */
final class ContextProbe {
    private static final long MOST_NANOS = Duration.ofSeconds(5).toNanos();
    private static final int TIMEOUT_MILLIS = 2_000;
    private static final String NAMES_A_SERVLET = "SERVLET:";

    private final String base;

    /** @param base scheme, host and port */
    ContextProbe(String base) {
        this.base = base;
    }

    /** Returns when the path of the application is mapped, or when that cannot be found out. */
    void await(String name) {
        long start = System.nanoTime();
        try {
            while (!isMapped(name) && System.nanoTime() - start < MOST_NANOS) {
                Thread.onSpinWait(); // each look is a request: that paces it
            }
        } catch (IOException | GeneralSecurityException unknown) {
            return; // no answer to be had this way; the log's word has to do
        }
    }

    private boolean isMapped(String name) throws IOException, GeneralSecurityException {
        HttpURLConnection connection =
                (HttpURLConnection) URI.create(base + "/" + name + "/").toURL().openConnection();
        connection.setInstanceFollowRedirects(false);
        connection.setConnectTimeout(TIMEOUT_MILLIS);
        connection.setReadTimeout(TIMEOUT_MILLIS);
        if (connection instanceof HttpsURLConnection https) {
            https.setSSLSocketFactory(trustingAnyServer().getSocketFactory());
            https.setHostnameVerifier((host, session) -> true);
        }
        return connection.getResponseCode() != HttpURLConnection.HTTP_NOT_FOUND
                || text(connection.getErrorStream()).contains(NAMES_A_SERVLET);
    }

    private static String text(@Nullable InputStream stream) throws IOException {
        if (stream == null) {
            return "";
        }
        try (stream) {
            return new String(stream.readAllBytes(), StandardCharsets.ISO_8859_1);
        }
    }

    /** It is our own server on loopback, and nothing is told to it. */
    private static SSLContext trustingAnyServer() throws GeneralSecurityException {
        SSLContext context = SSLContext.getInstance("TLS");
        context.init(null, new TrustManager[] {new TrustsAll()}, null);
        return context;
    }

    private static final class TrustsAll implements X509TrustManager {
        @Override
        public void checkClientTrusted(X509Certificate[] chain, String authType) {
            // Nobody asks.
        }

        @Override
        public void checkServerTrusted(X509Certificate[] chain, String authType) {
            // Our own server on loopback.
        }

        @Override
        public X509Certificate[] getAcceptedIssuers() {
            return new X509Certificate[0];
        }
    }
}
