package dev.latchkey.jetty;

import dev.latchkey.NegotiationException;
import dev.latchkey.Reason;
import java.security.cert.CertificateException;
import java.security.cert.X509Certificate;
import java.util.Optional;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Supplier;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLSession;
import javax.net.ssl.X509ExtendedTrustManager;
import org.eclipse.jetty.io.EndPoint;
import org.eclipse.jetty.server.Connector;
import org.eclipse.jetty.util.Callback;

/**
 * Judges a chain while the first handshake waits for the verdict, and no longer than the deadline.
 *
 * <p>There the verdict is the engine's answer to the client, so it cannot be put off. The thread that moves the
 * connection's bytes waits, under the locks of the connection and the engine, while one of {@link JudgingThreads} asks the
 * trust manager, which sees a view of the engine that takes no lock. How many may wait is bounded as for all that
 * {@link BlockedThreads} counts. For one connection.
 */
final class FirstJudgement {
    private final LatchkeySslConnectionFactory factory;
    private final Connector connector;
    private final EndPoint endPoint;

    FirstJudgement(LatchkeySslConnectionFactory factory, Connector connector, EndPoint endPoint) {
        this.factory = factory;
        this.connector = connector;
        this.endPoint = endPoint;
    }

    /** Asks, as the engine would; what is not said in time is a refusal. */
    void check(X509ExtendedTrustManager judge, X509Certificate[] chain, String authType, SSLEngine engine)
            throws CertificateException {
        SSLSession session = engine.getHandshakeSession();
        if (session == null) {
            throw new CertificateException("No handshake session");
        }
        FailureLog.Call call = factory.getStatistics()
                .failureLog()
                .begin(
                        connector,
                        "first handshake, " + session.getProtocol() + ", from "
                                + RequestLine.address(endPoint.getRemoteSocketAddress()));
        SSLEngine view = new FinishedEngine(engine, session);
        Optional<CertificateException> refusal;
        try (BlockedThreads.Place place =
                BlockedThreads.whileJudged(factory.getMaxBlockedThreads(), connector, endPoint)) {
            place.take();
            refusal = await(() -> {
                try {
                    judge.checkClientTrusted(chain, authType, view);
                    return Optional.empty();
                } catch (CertificateException refused) {
                    return Optional.of(refused);
                }
            });
        } catch (NegotiationException why) {
            call.failed(why);
            throw new CertificateException(why.getMessage(), why);
        }
        if (refusal.isPresent()) {
            throw refusal.get();
        }
    }

    private Optional<CertificateException> await(Supplier<Optional<CertificateException>> question)
            throws NegotiationException, CertificateException {
        long millis = factory.getDeadline();
        try {
            JudgingThreads threads = factory.judgingThreads();
            CompletableFuture<Optional<CertificateException>> verdict = threads.judge(question);
            try {
                CompletableFuture.anyOf(verdict, factory.stopped()).get(millis, TimeUnit.MILLISECONDS);
            } finally {
                verdict.cancel(false); // what nobody waits for need not begin
            }
            return verdict.get();
        } catch (TimeoutException late) {
            throw new JettyNegotiationException(Reason.VALIDATION_TIMEOUT, false, millis + " ms", null);
        } catch (RejectedExecutionException tooMany) {
            throw new JettyNegotiationException(
                    Reason.TOO_MANY, false, "too many chains wait to be validated", tooMany);
        } catch (ExecutionException broken) {
            // A trust manager that breaks has not accepted anything.
            throw new CertificateException("the trust manager failed", broken.getCause());
        } catch (InterruptedException x) {
            Thread.currentThread().interrupt();
            throw new JettyNegotiationException(Reason.STOPPING, false, null, x);
        } catch (CancellationException stopping) {
            throw new JettyNegotiationException(Reason.STOPPING, false, null, stopping);
        }
    }

    /** {@return a callback of whoever waits for bytes in the first handshake: what they lead to may wait, so not on a selector} */
    static Callback blocking(Callback reader) {
        return new Callback.Nested(reader) {
            @Override
            public InvocationType getInvocationType() {
                return InvocationType.BLOCKING;
            }
        };
    }
}
