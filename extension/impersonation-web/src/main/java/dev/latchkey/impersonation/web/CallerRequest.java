package dev.latchkey.impersonation.web;

import dev.latchkey.impersonation.Identity;
import jakarta.servlet.AsyncContext;
import jakarta.servlet.AsyncEvent;
import jakarta.servlet.AsyncListener;
import jakarta.servlet.ServletInputStream;
import jakarta.servlet.ServletRequest;
import jakarta.servlet.ServletResponse;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletRequestWrapper;
import java.io.IOException;

/** A request that calls its application back as the caller, on any thread. Threads as of the request it wraps. */
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

    @Override
    public ServletInputStream getInputStream() throws IOException {
        return new CallerInputStream(super.getInputStream(), identity);
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
}
