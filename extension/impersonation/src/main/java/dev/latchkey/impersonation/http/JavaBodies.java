package dev.latchkey.impersonation.http;

import dev.latchkey.impersonation.Identity;
import java.net.http.HttpRequest.BodyPublisher;
import java.net.http.HttpResponse.BodySubscriber;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Flow;
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
                identity.run(() -> publisher.subscribe(new BackToClient(identity, client)));
            }
        };
    }

    /** {@return the same subscriber, called as the identity} */
    static <T> BodySubscriber<T> subscribedAs(Identity identity, BodySubscriber<T> subscriber) {
        return new BodySubscriber<>() {
            @Override
            public CompletionStage<T> getBody() {
                return supplied(identity, subscriber::getBody);
            }

            @Override
            public void onSubscribe(Flow.Subscription subscription) {
                identity.run(() -> subscriber.onSubscribe(subscription));
            }

            @Override
            public void onNext(List<ByteBuffer> item) {
                identity.run(() -> subscriber.onNext(item));
            }

            @Override
            public void onError(Throwable failure) {
                identity.run(() -> subscriber.onError(failure));
            }

            @Override
            public void onComplete() {
                identity.run(subscriber::onComplete);
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

    /** Calls the client's own subscriber clean, from within a publisher that is called as the identity. */
    private record BackToClient(Identity identity, Flow.Subscriber<? super ByteBuffer> client)
            implements Flow.Subscriber<ByteBuffer> {
        @Override
        public void onSubscribe(Flow.Subscription subscription) {
            clean(() -> client.onSubscribe(new Flow.Subscription() {
                @Override
                public void request(long n) {
                    identity.run(() -> subscription.request(n));
                }

                @Override
                public void cancel() {
                    identity.run(subscription::cancel);
                }
            }));
        }

        @Override
        public void onNext(ByteBuffer item) {
            clean(() -> client.onNext(item));
        }

        @Override
        public void onError(Throwable failure) {
            clean(() -> client.onError(failure));
        }

        @Override
        public void onComplete() {
            clean(client::onComplete);
        }

        private void clean(Runnable call) {
            identity.flow().none().run(call);
        }
    }
}
