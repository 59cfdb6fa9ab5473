package dev.latchkey.example.impersonation;

import dev.latchkey.impersonation.Identities;
import dev.latchkey.impersonation.http.IdentityJavaHttpClient;
import dev.latchkey.impersonation.http.NegotiateException;
import dev.latchkey.impersonation.http.Negotiation;
import jakarta.servlet.AsyncContext;
import jakarta.servlet.ServletException;
import jakarta.servlet.annotation.WebServlet;
import jakarta.servlet.http.HttpServlet;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.net.URI;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.security.NoSuchAlgorithmException;
import java.time.Duration;
import java.util.Objects;
import java.util.concurrent.CompletionException;
import javax.net.ssl.SSLContext;
import org.jspecify.annotations.Nullable;

/**
 * {@code /second-server/...} shows what a second server has there, which is asked as the caller and so sees the caller.
 *
 * <p>Nothing here names a user or knows a password: the client sends what the thread's identity can prove, which is
 * what the caller has delegated to this server.
 */
@WebServlet(urlPatterns = "/second-server/*", asyncSupported = true)
public class SecondServerServlet extends HttpServlet {
    /** The system property with the second server's address, such as {@code https://files.example.com/files}. */
    public static final String ADDRESS = "latchkey.example.second-server";

    private static final long serialVersionUID = 1L;
    private static final Duration PATIENCE = Duration.ofSeconds(20);

    @Nullable
    private transient URI address;

    @Nullable
    private transient IdentityJavaHttpClient client;

    /** Made by the container. */
    public SecondServerServlet() {}

    @Override
    public void init() throws ServletException {
        String property = System.getProperty(ADDRESS, "");
        if (property.isEmpty()) {
            return;
        }
        address = URI.create(property);
        // Made here, as the server: a user may not read the files that it is made of.
        SSLContext trust = defaultTrust();
        client = IdentityJavaHttpClient.builder(Identities.flow())
                .negotiation(Negotiation.builder()
                        .allow(address.getScheme() + "://" + address.getRawAuthority())
                        .build())
                .settings(builder -> builder.sslContext(trust).connectTimeout(PATIENCE))
                .build();
    }

    private static SSLContext defaultTrust() throws ServletException {
        try {
            return SSLContext.getDefault();
        } catch (NoSuchAlgorithmException e) {
            throw new ServletException("Is javax.net.ssl.trustStore a store of certificates?", e);
        }
    }

    @Override
    public void destroy() {
        if (client != null) {
            client.close();
        }
    }

    @Override
    protected void doGet(HttpServletRequest request, HttpServletResponse response) {
        String path = Objects.requireNonNullElse(request.getPathInfo(), "/");
        if (client == null || address == null || !UserFiles.isPath(path)) {
            String missing = client == null ? "second server: the system property " + ADDRESS + " is not set" : path;
            new Answer(404, "There is no " + missing + "\n").write(response, getServletContext());
            return;
        }
        URI asked = URI.create(address + path);
        AsyncContext async = request.startAsync();
        client.sendAsync(HttpRequest.newBuilder(asked).timeout(PATIENCE).build(), BodyHandlers.ofString())
                .handle((answer, failure) -> answer == null
                        ? refused(failure)
                        : new Answer(answer.statusCode(), asked + " says:\n" + answer.body()))
                .whenComplete((answer, failure) -> {
                    (answer == null ? Answer.failed(failure) : answer).write(response, getServletContext());
                    async.complete();
                });
    }

    private static Answer refused(@Nullable Throwable failure) {
        Throwable cause = failure instanceof CompletionException ? failure.getCause() : failure;
        return cause instanceof NegotiateException e
                ? new Answer(403, "The second server was not asked: " + e.getMessage() + "\n")
                : new Answer(
                        502, "The second server did not answer: " + Objects.toString(cause, "no reason given") + "\n");
    }
}
