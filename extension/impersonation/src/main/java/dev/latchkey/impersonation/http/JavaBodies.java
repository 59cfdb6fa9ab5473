package dev.latchkey.impersonation.http;

import dev.latchkey.impersonation.Identity;
import java.net.http.HttpRequest.BodyPublisher;
import java.net.http.HttpResponse.BodySubscriber;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Flow;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Supplier;

/**
 * Bodies of {@code java.net.http} that are read and written as an identity, though threads of the client do it.
 *
 * <p>Threads as there.
 */
final class JavaBodies {
    private JavaBodies() {}

    /** {@return the same body, published as the identity} */
    static BodyPublisher publishedAs(Identity identity, BodyPublisher publisher) {
        return new BodyPublisher() {
            @Override
            public long contentLength() {
                return supplied(identity, publisher::contentLength);
            }

            @Override
            public void subscribe(Flow.Subscriber<? super ByteBuffer> client) {
                BackToClient body = new BackToClient(identity.retain(), client);
                body.asIdentity(() -> publisher.subscribe(body));
            }
        };
    }

    private static <R> R supplied(Identity identity, Supplier<R> supplier) {
        try {
            return identity.call(supplier::get);
        } catch (RuntimeException e) {
            throw e;
        } catch (Exception e) {
            throw new IllegalStateException(e);
        }
    }

    /** {@return a subscriber that takes nothing and fails} */
    static <T> BodySubscriber<T> refused(RuntimeException failure) {
        return new BodySubscriber<>() {
            @Override
            public CompletionStage<T> getBody() {
                return CompletableFuture.failedFuture(failure);
            }

            @Override
            public void onSubscribe(Flow.Subscription subscription) {
                subscription.cancel();
            }

            @Override
            public void onNext(List<ByteBuffer> item) {}

            @Override
            public void onError(Throwable ignored) {}

            @Override
            public void onComplete() {}
        };
    }

    /**
     * Calls the client's own subscriber clean, from within a publisher that is called as the identity.
     *
     * <p>Owns the identity until the body has ended. Where the publisher cannot be called as the identity, the client is
     * told so: else it would wait.
     */
    private static final class BackToClient implements Flow.Subscriber<ByteBuffer> {
        private final Identity identity;
        private final Flow.Subscriber<? super ByteBuffer> client;
        private final AtomicBoolean over = new AtomicBoolean();
        private boolean subscribed;

        BackToClient(Identity identity, Flow.Subscriber<? super ByteBuffer> client) {
            this.identity = identity;
            this.client = client;
        }

        void asIdentity(Runnable call) {
            RuntimeException refused = AsIdentity.refusal(identity, call);
            if (refused != null) {
                if (!subscribed) {
                    onSubscribe(new Flow.Subscription() {
                        @Override
                        public void request(long n) {}

                        @Override
                        public void cancel() {}
                    });
                }
                onError(refused);
            }
        }

        @Override
        public void onSubscribe(Flow.Subscription subscription) {
            subscribed = true;
            clean(() -> client.onSubscribe(new Flow.Subscription() {
                @Override
                public void request(long n) {
                    if (!over.get()) {
                        asIdentity(() -> subscription.request(n));
                    }
                }

                @Override
                public void cancel() {
                    if (!over.get()) {
                        try {
                            identity.run(subscription::cancel);
                        } finally {
                            release();
                        }
                    }
                }
            }));
        }

        @Override
        public void onNext(ByteBuffer item) {
            clean(() -> client.onNext(item));
        }

        @Override
        public void onError(Throwable failure) {
            release();
            clean(() -> client.onError(failure));
        }

        @Override
        public void onComplete() {
            release();
            clean(client::onComplete);
        }

        private void release() {
            if (over.compareAndSet(false, true)) {
                identity.close();
            }
        }

        private void clean(Runnable call) {
            identity.flow().none().run(call);
        }
    }
}
