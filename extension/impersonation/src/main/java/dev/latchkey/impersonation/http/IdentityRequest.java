package dev.latchkey.impersonation.http;

import dev.latchkey.impersonation.Identity;
import java.lang.reflect.Method;
import java.net.URI;
import java.util.EventListener;
import java.util.concurrent.Callable;
import java.util.function.BiFunction;
import org.eclipse.jetty.client.Request;
import org.eclipse.jetty.client.Response;
import org.eclipse.jetty.client.Result;
import org.eclipse.jetty.client.transport.HttpConversation;
import org.eclipse.jetty.client.transport.HttpRequest;
import org.jspecify.annotations.Nullable;

/**
 * A request that is sent as the identity of the thread that sends it, and calls the application back as that identity.
 *
 * <p>The client's own work for it, which may start threads, is done with no identity. Threads as {@link HttpRequest}.
 */
final class IdentityRequest extends HttpRequest {
    private final IdentityHttpClient identityClient;

    IdentityRequest(IdentityHttpClient client, HttpConversation conversation, URI uri) {
        super(client, conversation, uri);
        identityClient = client;
    }

    @Override
    protected HttpRequest copyInstance(URI uri) {
        return new IdentityRequest(identityClient, getConversation(), uri);
    }

    @Override
    public void send(Response.@Nullable CompleteListener listener) {
        if (getTag() instanceof IdentityTag) {
            // A redirect or retry, on one of the client's own threads.
            super.send(listener);
            return;
        }
        IdentityTag tag = identityClient.capture(getTag());
        tag(tag);
        Response.CompleteListener last = listener == null ? result -> {} : around(listener);
        Response.CompleteListener closing = Listeners.around(last, (method, arguments, body) -> {
            try {
                return body.call();
            } finally {
                if (method.getName().equals("onComplete")) {
                    identityClient.done(tag);
                }
            }
        });
        identityClient.clean(() -> super.send(closing));
    }

    private <L extends EventListener> L around(L listener) {
        return Listeners.around(listener, (method, arguments, body) -> {
            for (int i = 0; arguments != null && i < arguments.length; i++) {
                if (arguments[i] instanceof org.eclipse.jetty.io.Content.Source source) {
                    arguments[i] = new IdentitySource(source, this::asIdentity);
                }
            }
            return getTag() instanceof IdentityTag tag ? called(tag.identity(), method, arguments, body) : body.call();
        });
    }

    /** Jetty goes on when a listener throws: so that nobody waits for ever, one that cannot be called ends the request. */
    private @Nullable Object called(Identity identity, Method method, Object[] arguments, Callable<?> body)
            throws Exception {
        Object[] result = new Object[1];
        Exception[] thrown = new Exception[1];
        RuntimeException refused = AsIdentity.refusal(identity, () -> {
            try {
                result[0] = body.call();
            } catch (Exception e) {
                thrown[0] = e;
            }
        });
        if (thrown[0] != null) {
            throw thrown[0];
        }
        if (refused == null) {
            return result[0];
        }
        if (arguments[0] instanceof Result end) {
            // As nobody, rather than never.
            arguments[0] = end.isFailed() ? end : new Result(end, refused);
            return identity.flow().none().call(body);
        }
        abort(refused);
        return method.getReturnType() == boolean.class ? Boolean.FALSE : null;
    }

    private void asIdentity(Runnable work) {
        if (getTag() instanceof IdentityTag tag) {
            RuntimeException refused = AsIdentity.refusal(tag.identity(), work);
            if (refused != null) {
                abort(refused);
            }
        } else {
            work.run();
        }
    }

    @Override
    public Request body(@Nullable Content content) {
        if (content == null || content instanceof IdentityContent) {
            return super.body(content);
        }
        return super.body(new IdentityContent(content, this::getTag));
    }

    @Override
    public Request onPush(BiFunction<Request, Request, Response.CompleteListener> handler) {
        return super.onPush((request, pushed) -> {
            Response.CompleteListener[] listener = new Response.CompleteListener[1];
            asIdentity(() -> listener[0] = handler.apply(request, pushed));
            return listener[0] == null ? null : around(listener[0]);
        });
    }

    @Override
    public Request onRequestListener(Listener listener) {
        return super.onRequestListener(around(listener));
    }

    @Override
    public Request onRequestQueued(QueuedListener listener) {
        return super.onRequestQueued(around(listener));
    }

    @Override
    public Request onRequestBegin(BeginListener listener) {
        return super.onRequestBegin(around(listener));
    }

    @Override
    public Request onRequestHeaders(HeadersListener listener) {
        return super.onRequestHeaders(around(listener));
    }

    @Override
    public Request onRequestCommit(CommitListener listener) {
        return super.onRequestCommit(around(listener));
    }

    @Override
    public Request onRequestContent(ContentListener listener) {
        return super.onRequestContent(around(listener));
    }

    @Override
    public Request onRequestSuccess(SuccessListener listener) {
        return super.onRequestSuccess(around(listener));
    }

    @Override
    public Request onRequestFailure(FailureListener listener) {
        return super.onRequestFailure(around(listener));
    }

    @Override
    public Request onResponseListener(Response.Listener listener) {
        return super.onResponseListener(around(listener));
    }

    @Override
    public Request onResponseBegin(Response.BeginListener listener) {
        return super.onResponseBegin(around(listener));
    }

    @Override
    public Request onResponseHeader(Response.HeaderListener listener) {
        return super.onResponseHeader(around(listener));
    }

    @Override
    public Request onResponseHeaders(Response.HeadersListener listener) {
        return super.onResponseHeaders(around(listener));
    }

    @Override
    public Request onResponseContent(Response.ContentListener listener) {
        return super.onResponseContent(around(listener));
    }

    @Override
    public Request onResponseContentAsync(Response.AsyncContentListener listener) {
        return super.onResponseContentAsync(around(listener));
    }

    @Override
    public Request onResponseContentSource(Response.ContentSourceListener listener) {
        return super.onResponseContentSource(around(listener));
    }

    @Override
    public Request onResponseSuccess(Response.SuccessListener listener) {
        return super.onResponseSuccess(around(listener));
    }

    @Override
    public Request onResponseFailure(Response.FailureListener listener) {
        return super.onResponseFailure(around(listener));
    }

    @Override
    public Request onComplete(Response.CompleteListener listener) {
        return super.onComplete(around(listener));
    }
}
