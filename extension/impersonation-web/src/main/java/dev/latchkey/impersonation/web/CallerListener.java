package dev.latchkey.impersonation.web;

import dev.latchkey.impersonation.Identity;
import jakarta.servlet.AsyncEvent;
import jakarta.servlet.AsyncListener;
import java.io.IOException;

/**
 * An application's listener, called as the caller. It has a reference of its own to the identity, since the request's
 * may be given back before the last listener has been told.
 *
 * <p>Threads as of the listener it wraps.
 */
final class CallerListener implements AsyncListener {
    private final AsyncListener listener;
    private final Decision decision;
    private final Identity own;

    CallerListener(AsyncListener listener, Decision decision, Identity identity) {
        this.listener = listener;
        this.decision = decision;
        this.own = identity.retain();
    }

    /** Where it was not taken after all. */
    void discard() {
        own.close();
    }

    @Override
    public void onComplete(AsyncEvent event) throws IOException {
        try (own) {
            AsCaller.call(own, () -> listener.onComplete(ours(event)));
        }
    }

    @Override
    public void onTimeout(AsyncEvent event) throws IOException {
        AsCaller.call(own, () -> listener.onTimeout(ours(event)));
    }

    @Override
    public void onError(AsyncEvent event) throws IOException {
        AsCaller.call(own, () -> listener.onError(ours(event)));
    }

    /** The container forgets its listeners then; one that adds itself again gets a reference anew. */
    @Override
    public void onStartAsync(AsyncEvent event) throws IOException {
        try (own) {
            AsCaller.call(own, () -> listener.onStartAsync(ours(event)));
        }
    }

    private AsyncEvent ours(AsyncEvent event) {
        return new AsyncEvent(
                new CallerAsyncContext(event.getAsyncContext(), decision, () -> own),
                event.getSuppliedRequest(),
                event.getSuppliedResponse(),
                event.getThrowable());
    }
}
