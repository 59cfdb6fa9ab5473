package dev.latchkey.it.embedded;

import dev.latchkey.ClientCertificate;
import dev.latchkey.ClientCertificates;
import dev.latchkey.NegotiationException;
import dev.latchkey.NegotiationOptions;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.time.Duration;
import java.util.concurrent.CompletionException;

/** What the servlets of these tests answer: a certificate's subject, or the reason of a failure with its status. */
final class Answers {
    private Answers() {}

    /** Steps up with the defaults, and answers what came of it. */
    static void stepUp(HttpServletRequest request, HttpServletResponse response) throws IOException {
        stepUp(NegotiationOptions.defaults()).handleQuietly(request, response);
    }

    /** {@return an exchange that steps up and answers what came of it} */
    static Quiet stepUp(NegotiationOptions options) {
        return (request, response) -> {
            try {
                write(response, ClientCertificates.of(request).negotiateClientCertificate(options));
            } catch (NegotiationException x) {
                write(response, x);
            }
        };
    }

    /** {@return an exchange that steps up without a thread, and answers what came of it} */
    static Quiet stepUpAsync(NegotiationOptions options) {
        return stepUpAsync(options, Duration.ofSeconds(30)); // as containers have it
    }

    /** {@return the same, with an asynchronous timeout of the application's} */
    static Quiet stepUpAsync(NegotiationOptions options, Duration timeout) {
        return (request, response) -> {
            var async = request.startAsync();
            async.setTimeout(timeout.toMillis());
            ClientCertificates.of(request)
                    .negotiateClientCertificateAsync(options)
                    .whenComplete((certificate, failure) -> {
                        try {
                            if (failure == null) {
                                write(response, certificate);
                            } else {
                                write(response, failure);
                            }
                        } catch (IOException gone) {
                            // The client has gone; the test looks at its own side.
                        } finally {
                            async.complete();
                        }
                    });
        };
    }

    /** An exchange that throws no more than I/O. */
    interface Quiet extends Exchange {
        @Override
        default void handle(HttpServletRequest request, HttpServletResponse response) throws IOException {
            handleQuietly(request, response);
        }

        void handleQuietly(HttpServletRequest request, HttpServletResponse response) throws IOException;
    }

    static void write(HttpServletResponse response, ClientCertificate certificate) throws IOException {
        response.getWriter().print(describe(certificate));
    }

    static void write(HttpServletResponse response, Throwable failure) throws IOException {
        if (reasonOf(failure) instanceof NegotiationException x) {
            response.setStatus(x.status());
        } else {
            response.setStatus(500);
        }
        response.getWriter().print(describe(failure));
    }

    /** {@return such as {@code CN=alice} or {@code none}; a certificate that was there is {@code CN=alice already}} */
    static String describe(ClientCertificate certificate) {
        String subject = certificate
                .certificate()
                .map(c -> c.getSubjectX500Principal().getName())
                .orElse("none");
        String distrust = certificate.distrust().map(r -> " " + r.token()).orElse("");
        return subject + distrust + (certificate.wasAlreadyPresent() ? " already" : "");
    }

    /** {@return such as {@code LK401 timeout}} */
    static String describe(Throwable failure) {
        return reasonOf(failure) instanceof NegotiationException x
                ? x.reason().code() + " " + x.reason().token()
                : String.valueOf(failure);
    }

    private static Throwable reasonOf(Throwable failure) {
        return failure instanceof CompletionException && failure.getCause() != null ? failure.getCause() : failure;
    }
}
