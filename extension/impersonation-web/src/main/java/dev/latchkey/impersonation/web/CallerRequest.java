package dev.latchkey.impersonation.web;

import dev.latchkey.impersonation.Identity;
import jakarta.servlet.AsyncContext;
import jakarta.servlet.AsyncEvent;
import jakarta.servlet.AsyncListener;
import jakarta.servlet.ServletContext;
import jakarta.servlet.ServletException;
import jakarta.servlet.ServletRequest;
import jakarta.servlet.ServletResponse;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletRequestWrapper;

/** A request whose {@code AsyncContext.start} runs as the caller. Threads as of the request it wraps. */
final class CallerRequest extends HttpServletRequestWrapper {
    private final Identity identity;
    private boolean leftToListener;

    CallerRequest(HttpServletRequest request, Identity identity) {
        super(request);
        this.identity = identity;
    }

    Identity identity() {
        return identity;
    }

    /** {@return whether the request became asynchronous: its end will be told elsewhere, or has been already} */
    boolean isLeftToListener() {
        return leftToListener;
    }

    @Override
    public AsyncContext startAsync() {
        return ours(super.startAsync());
    }

    @Override
    public AsyncContext startAsync(ServletRequest request, ServletResponse response) {
        return ours(super.startAsync(request, response));
    }

    /** Before anybody else can complete it. */
    private AsyncContext ours(AsyncContext started) {
        leftToListener = true;
        started.addListener(new EndOfRequest(identity));
        return new CallerAsyncContext(started, identity);
    }

    @Override
    public AsyncContext getAsyncContext() {
        return new CallerAsyncContext(super.getAsyncContext(), identity);
    }

    /** Gives the identity back when an asynchronous request is complete, however it went. */
    private record EndOfRequest(Identity identity) implements AsyncListener {
        @Override
        public void onComplete(AsyncEvent event) {
            identity.close();
        }

        @Override
        public void onTimeout(AsyncEvent event) {
            // onComplete follows.
        }

        @Override
        public void onError(AsyncEvent event) {
            // onComplete follows.
        }

        @Override
        public void onStartAsync(AsyncEvent event) {
            // Listeners are forgotten when the request starts again.
            event.getAsyncContext().addListener(this);
        }
    }

    /** The container's, but for {@link #start}. */
    private record CallerAsyncContext(AsyncContext delegate, Identity identity) implements AsyncContext {
        @Override
        public void start(Runnable work) {
            delegate.start(identity.wrapOnce(work));
        }

        @Override
        public ServletRequest getRequest() {
            return delegate.getRequest();
        }

        @Override
        public ServletResponse getResponse() {
            return delegate.getResponse();
        }

        @Override
        public boolean hasOriginalRequestAndResponse() {
            return delegate.hasOriginalRequestAndResponse();
        }

        @Override
        public void dispatch() {
            delegate.dispatch();
        }

        @Override
        public void dispatch(String path) {
            delegate.dispatch(path);
        }

        @Override
        public void dispatch(ServletContext context, String path) {
            delegate.dispatch(context, path);
        }

        @Override
        public void complete() {
            delegate.complete();
        }

        @Override
        public void addListener(AsyncListener listener) {
            delegate.addListener(listener);
        }

        @Override
        public void addListener(AsyncListener listener, ServletRequest request, ServletResponse response) {
            delegate.addListener(listener, request, response);
        }

        @Override
        public <T extends AsyncListener> T createListener(Class<T> kind) throws ServletException {
            return delegate.createListener(kind);
        }

        @Override
        public void setTimeout(long timeout) {
            delegate.setTimeout(timeout);
        }

        @Override
        public long getTimeout() {
            return delegate.getTimeout();
        }
    }
}
