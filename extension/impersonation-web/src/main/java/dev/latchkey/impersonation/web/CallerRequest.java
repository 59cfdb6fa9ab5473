package dev.latchkey.impersonation.web;

import dev.latchkey.impersonation.Identity;
import dev.latchkey.impersonation.IdentityException;
import dev.latchkey.impersonation.IdentityScope;
import jakarta.servlet.AsyncContext;
import jakarta.servlet.AsyncEvent;
import jakarta.servlet.AsyncListener;
import jakarta.servlet.ServletException;
import jakarta.servlet.ServletInputStream;
import jakarta.servlet.ServletRequest;
import jakarta.servlet.ServletResponse;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletRequestWrapper;
import jakarta.servlet.http.HttpServletResponse;
import jakarta.servlet.http.HttpSession;
import java.io.IOException;
import java.security.Principal;
import java.util.ArrayDeque;
import java.util.Deque;
import org.jspecify.annotations.Nullable;

/**
 * A request that calls its application back as the caller, on any thread, and notices when it gets another caller.
 * Threads as of the request it wraps.
 */
final class CallerRequest extends HttpServletRequestWrapper {
    private final Decision decision;

    /** Of the logins during this dispatch, each within the one before. */
    private final Deque<IdentityScope> logins = new ArrayDeque<>(0);

    /** The thread of the dispatch, while that lasts; null in a request that is for callbacks only. */
    private @Nullable Thread dispatch;

    private boolean leftToListener;

    CallerRequest(HttpServletRequest request, Decision decision) {
        super(request);
        this.decision = decision;
    }

    Identity identity() {
        return decision.identity();
    }

    /** The rest of the dispatch then runs as whoever has logged in; or nobody has. */
    @Override
    public void login(String user, String password) throws ServletException {
        super.login(user, password);
        settle();
    }

    @Override
    public boolean authenticate(HttpServletResponse response) throws IOException, ServletException {
        boolean done = super.authenticate(response);
        if (done) {
            settle();
        }
        return done;
    }

    private void settle() throws ServletException {
        Principal now = getUserPrincipal();
        if (decision.covers(now)) {
            return;
        }
        try {
            runAs(decision.caller().of(this), now);
        } catch (RefusedCallerException | IdentityException e) {
            logout();
            throw new ServletException("Nobody is logged in: " + e.getMessage(), e);
        }
    }

    private void runAs(@Nullable Identity found, @Nullable Principal principal) {
        if (found == null) {
            if (!decision.identity().isNone()) {
                throw new RefusedCallerException("the request runs as another already", null);
            }
            decision.become(null, principal);
            return;
        }
        try {
            if (leftToListener || Thread.currentThread() != dispatch) {
                throw new RefusedCallerException("that is to be done before the request becomes asynchronous", null);
            }
            logins.push(found.open());
        } catch (RuntimeException e) {
            found.close();
            throw e;
        }
        decision.become(found, principal);
    }

    void beginDispatch() {
        dispatch = Thread.currentThread();
    }

    /** On the same thread. */
    void endDispatch() {
        dispatch = null;
        while (!logins.isEmpty()) {
            logins.pop().close();
        }
    }

    /** {@return whether the request became asynchronous: its end will be told elsewhere, or has been already} */
    boolean isLeftToListener() {
        return leftToListener;
    }

    @Override
    public HttpSession getSession() {
        HttpSession known = getSession(false);
        return known == null ? CallerSession.around(decision.asContainer(super::getSession), decision) : known;
    }

    @Override
    public @Nullable HttpSession getSession(boolean create) {
        if (create) {
            return getSession();
        }
        HttpSession known = super.getSession(false);
        return known == null ? null : CallerSession.around(known, decision);
    }

    @Override
    public String changeSessionId() {
        return decision.asContainer(super::changeSessionId);
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
        started.addListener(new EndOfRequest(decision));
        return new CallerAsyncContext(started, decision);
    }

    @Override
    public AsyncContext getAsyncContext() {
        return new CallerAsyncContext(super.getAsyncContext(), decision);
    }

    @Override
    public ServletInputStream getInputStream() throws IOException {
        return new CallerInputStream(super.getInputStream(), identity());
    }

    /** Gives the identities back when an asynchronous request is complete, however it went. */
    private record EndOfRequest(Decision decision) implements AsyncListener {
        @Override
        public void onComplete(AsyncEvent event) {
            decision.close();
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
