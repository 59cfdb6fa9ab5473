package dev.latchkey.impersonation.web;

import dev.latchkey.impersonation.Identity;
import jakarta.servlet.AsyncContext;
import jakarta.servlet.AsyncListener;
import jakarta.servlet.ServletContext;
import jakarta.servlet.ServletException;
import jakarta.servlet.ServletRequest;
import jakarta.servlet.ServletResponse;
import jakarta.servlet.http.HttpServletRequest;
import java.util.function.Consumer;
import java.util.function.Supplier;

/**
 * The container's, but that what it runs or calls back is the caller's. It is itself called as nobody: it may start a
 * thread for what it is told, which would be the caller's for life.
 *
 * @param delegate the container's
 * @param decision whose request it is
 * @param caller the caller's identity
 */
record CallerAsyncContext(AsyncContext delegate, Decision decision, Supplier<Identity> caller) implements AsyncContext {
    CallerAsyncContext(AsyncContext delegate, Decision decision) {
        this(delegate, decision, decision::identity);
    }

    @Override
    public void start(Runnable work) {
        Runnable once = caller.get().wrapOnce(work);
        clean(() -> delegate.start(once));
    }

    @Override
    public ServletRequest getRequest() {
        ServletRequest request = delegate.getRequest();
        return request instanceof HttpServletRequest http && !(request instanceof CallerRequest)
                ? new CallerRequest(http, decision)
                : request;
    }

    @Override
    public ServletResponse getResponse() {
        return CallerResponse.around(delegate.getResponse(), caller);
    }

    @Override
    public boolean hasOriginalRequestAndResponse() {
        return delegate.hasOriginalRequestAndResponse();
    }

    @Override
    public void dispatch() {
        clean(delegate::dispatch);
    }

    @Override
    public void dispatch(String path) {
        clean(() -> delegate.dispatch(path));
    }

    @Override
    public void dispatch(ServletContext context, String path) {
        clean(() -> delegate.dispatch(context, path));
    }

    @Override
    public void complete() {
        clean(delegate::complete);
    }

    @Override
    public void addListener(AsyncListener listener) {
        add(listener, delegate::addListener);
    }

    @Override
    public void addListener(AsyncListener listener, ServletRequest request, ServletResponse response) {
        add(listener, ours -> delegate.addListener(ours, request, response));
    }

    private void clean(Runnable call) {
        decision.caller().flow().handOver(call);
    }

    private void add(AsyncListener listener, Consumer<AsyncListener> adding) {
        CallerListener ours = new CallerListener(listener, decision, caller.get());
        try {
            adding.accept(ours);
        } catch (RuntimeException e) {
            ours.discard();
            throw e;
        }
    }

    @Override
    public <T extends AsyncListener> T createListener(Class<T> kind) throws ServletException {
        return delegate.createListener(kind);
    }

    @Override
    public void setTimeout(long timeout) {
        clean(() -> delegate.setTimeout(timeout));
    }

    @Override
    public long getTimeout() {
        return delegate.getTimeout();
    }
}
