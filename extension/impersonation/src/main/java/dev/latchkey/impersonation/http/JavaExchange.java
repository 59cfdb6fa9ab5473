package dev.latchkey.impersonation.http;

import dev.latchkey.impersonation.Identity;
import dev.latchkey.impersonation.ImpersonatingFuture;
import java.io.IOException;
import java.net.http.HttpClient.Redirect;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandler;
import java.net.http.HttpResponse.BodySubscriber;
import java.net.http.HttpResponse.BodySubscribers;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import org.jspecify.annotations.NullUnmarked;
import org.jspecify.annotations.Nullable;

/**
 * One request of {@code java.net.http} as one identity, with the redirects that follow from it.
 *
 * <p>Owns its identity and its client until the answer is there; the answer's body has its own of both, to its end.
 * Begun on any thread; one hop after the other.
 */
final class JavaExchange<T> {
    private final Identity identity;
    private final IdentityClients.Lease lease;
    private final @Nullable Negotiation negotiation;
    private final Redirect redirects;
    private final BodyHandler<T> handler;
    private final CompletableFuture<HttpResponse<T>> answer;
    private volatile @Nullable CompletableFuture<HttpResponse<T>> hop;
    private volatile @Nullable JavaBody<T> body;

    /** Takes the identity and the lease over. */
    JavaExchange(
            Identity identity,
            IdentityClients.Lease lease,
            @Nullable Negotiation negotiation,
            Redirect redirects,
            BodyHandler<T> handler,
            ImpersonatingFuture<HttpResponse<T>> answer) {
        this.identity = identity;
        this.lease = lease;
        this.negotiation = negotiation;
        this.redirects = redirects;
        this.handler = handler;
        this.answer = answer;
    }

    /** {@return the answer} */
    CompletableFuture<HttpResponse<T>> begin(HttpRequest request) {
        answer.whenComplete((response, failure) -> {
            // Given up from outside, as by cancel or orTimeout; else it is over already.
            CompletableFuture<HttpResponse<T>> current = hop;
            if (current != null) {
                current.cancel(true);
            }
        });
        hop(request, Redirects.MOST);
        return answer;
    }

    private void hop(HttpRequest request, int redirectsLeft) {
        NegotiateToken token = null;
        try {
            boolean own = request.headers().firstValue("authorization").isPresent();
            token = negotiation == null || own ? null : negotiation.token(identity, request.uri());
            NegotiateToken sent = token;
            Redirect policy = redirectsLeft > 0 ? redirects : Redirect.NEVER;
            HttpRequest outgoing = outgoing(request, sent);
            CompletableFuture<HttpResponse<T>> sending = identity.flow().none().call(() -> lease.client()
                    .sendAsync(outgoing, info -> body(info, request, sent, policy)));
            hop = sending;
            if (answer.isDone()) {
                sending.cancel(true);
            }
            sending.whenComplete((response, failure) -> ended(request, sent, policy, redirectsLeft, response, failure));
        } catch (Exception e) {
            close(token);
            finish(null, e);
        }
    }

    private HttpRequest outgoing(HttpRequest request, @Nullable NegotiateToken token) {
        HttpRequest.Builder outgoing = HttpRequest.newBuilder(request, (name, value) -> true);
        request.bodyPublisher()
                .ifPresent(body -> outgoing.method(request.method(), JavaBodies.publishedAs(identity, body)));
        if (token != null) {
            outgoing.setHeader("Authorization", token.authorization());
        }
        return outgoing.build();
    }

    /** Before anything of the body is seen, the server is checked. */
    private BodySubscriber<T> body(
            HttpResponse.ResponseInfo info, HttpRequest request, @Nullable NegotiateToken token, Redirect policy) {
        try {
            if (token != null) {
                token.verify(info.statusCode(), info.headers().allValues("www-authenticate"));
            }
            if (Redirects.next(policy, request, info.statusCode(), info.headers()) != null) {
                return discarding();
            }
            BodySubscriber<T> subscriber = identity.call(() -> handler.apply(info));
            JavaBody<T> received = new JavaBody<>(identity, lease, subscriber);
            body = received;
            if (answer.isDone()) {
                // Given up meanwhile, and finish() may not have seen the body.
                received.abandon();
            }
            return received;
        } catch (RuntimeException e) {
            return JavaBodies.refused(e);
        } catch (Exception e) {
            return JavaBodies.refused(new CompletionException(e));
        }
    }

    /** The body of a redirect that is followed is nobody's. */
    @NullUnmarked
    private static <T> BodySubscriber<T> discarding() {
        return BodySubscribers.replacing(null);
    }

    private void ended(
            HttpRequest request,
            @Nullable NegotiateToken token,
            Redirect policy,
            int redirectsLeft,
            @Nullable HttpResponse<T> response,
            @Nullable Throwable failure) {
        close(token);
        if (response == null) {
            finish(
                    null,
                    failure instanceof CompletionException && failure.getCause() != null
                            ? failure.getCause()
                            : failure);
            return;
        }
        HttpRequest next = Redirects.next(policy, request, response.statusCode(), response.headers());
        if (next == null) {
            finish(response, null);
        } else {
            hop(next, redirectsLeft - 1);
        }
    }

    private void finish(@Nullable HttpResponse<T> response, @Nullable Throwable failure) {
        JavaBody<T> failed = body;
        if (failed != null && failure != null) {
            // Once more if the client has said so: then it does nothing.
            failed.onError(failure);
        }
        boolean[] taken = new boolean[1];
        // First, so that who is told can count on it.
        lease.close();
        try (identity) {
            identity.run(() -> taken[0] = response != null
                    ? answer.complete(response)
                    : answer.completeExceptionally(failure == null ? new IOException("no answer") : failure));
        } catch (RuntimeException e) {
            // As nobody, rather than never: what follows is told that the identity failed.
            answer.completeExceptionally(e);
        }
        JavaBody<T> received = body;
        if (received != null && !taken[0]) {
            // It was given up meanwhile: nobody has the body to read it or to close it.
            received.abandon();
        }
    }

    private static void close(@Nullable NegotiateToken token) {
        if (token != null) {
            token.close();
        }
    }
}
