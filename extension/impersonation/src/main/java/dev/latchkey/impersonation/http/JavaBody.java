package dev.latchkey.impersonation.http;

import dev.latchkey.impersonation.Identity;
import java.net.http.HttpResponse.BodySubscriber;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Flow;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;

/**
 * The body of one response of {@code java.net.http}, received as an identity to its very end, which may be long after
 * the response itself.
 *
 * <p>Owns a reference to the identity, and the use of the client until the subscriber was told the end or has cancelled. The subscriber
 * is always told: where it cannot be called as the identity, it is told that as nobody, and sees nothing of the body.
 * Threads as {@link BodySubscriber}; {@link #abandon} by any.
 */
final class JavaBody<T> implements BodySubscriber<T> {
    private final Identity ofExchange;
    private final Identity identity;
    private final IdentityClients.Lease lease;
    private final BodySubscriber<T> subscriber;
    private final AtomicBoolean over = new AtomicBoolean();
    private volatile Flow.@Nullable Subscription subscription;

    /**
     * @param ofExchange the exchange's own, which lasts until the client has asked for the body; that may be after its
     *     end
     * @param lease the exchange's own
     */
    JavaBody(Identity ofExchange, IdentityClients.Lease lease, BodySubscriber<T> subscriber) {
        this.ofExchange = ofExchange;
        this.identity = ofExchange.retain();
        this.lease = lease.again();
        this.subscriber = subscriber;
    }

    @Override
    public CompletionStage<T> getBody() {
        CompletableFuture<T> ofClient = new CompletableFuture<>();
        try {
            ofExchange.call(subscriber::getBody).whenComplete((body, failure) -> goOn(ofClient, body, failure));
        } catch (Exception e) {
            ofClient.completeExceptionally(e);
        }
        return ofClient;
    }

    /** What the client does with the body it does clean: it may start threads, which would be born as the user. */
    private void goOn(CompletableFuture<T> ofClient, T body, @Nullable Throwable failure) {
        RuntimeException refused = AsIdentity.refusal(identity.flow().none(), () -> {
            if (failure == null) {
                ofClient.complete(body);
            } else {
                ofClient.completeExceptionally(failure);
            }
        });
        if (refused != null) {
            ofClient.completeExceptionally(refused);
        }
    }

    @Override
    public void onSubscribe(Flow.Subscription ofClient) {
        subscription = ofClient;
        if (over.get()) {
            ofClient.cancel();
            return;
        }
        RuntimeException refused = refused(() -> subscriber.onSubscribe(new Flow.Subscription() {
            @Override
            public void request(long n) {
                RuntimeException refused = AsIdentity.refusal(identity.flow().none(), () -> ofClient.request(n));
                if (refused != null) {
                    onError(refused);
                }
            }

            @Override
            public void cancel() {
                abandon();
            }
        }));
        if (refused != null) {
            ofClient.cancel();
            onError(refused);
        }
    }

    @Override
    public void onNext(List<ByteBuffer> item) {
        if (over.get()) {
            return;
        }
        RuntimeException refused = refused(() -> subscriber.onNext(item));
        if (refused != null) {
            Flow.Subscription ofClient = subscription;
            if (ofClient != null) {
                ofClient.cancel();
            }
            onError(refused);
        }
    }

    @Override
    public void onError(Throwable failure) {
        end(() -> subscriber.onError(failure), failure);
    }

    @Override
    public void onComplete() {
        end(subscriber::onComplete, null);
    }

    /** Nobody reads it further: the client is told so, and the identity given back. */
    void abandon() {
        if (over.compareAndSet(false, true)) {
            try {
                Flow.Subscription ofClient = subscription;
                if (ofClient != null) {
                    ofClient.cancel();
                }
            } finally {
                lease.close();
                identity.close();
            }
        }
    }

    private void end(Runnable signal, @Nullable Throwable failure) {
        if (!over.compareAndSet(false, true)) {
            return;
        }
        // First, so that who is told can count on it.
        lease.close();
        try (identity) {
            RuntimeException refused = refused(signal);
            if (refused != null) {
                // As nobody, rather than never.
                identity.flow().none().run(() -> subscriber.onError(failure == null ? refused : failure));
            }
        }
    }

    private @Nullable RuntimeException refused(Runnable call) {
        return AsIdentity.refusal(identity, call);
    }
}
