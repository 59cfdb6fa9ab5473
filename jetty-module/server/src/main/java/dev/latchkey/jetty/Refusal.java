package dev.latchkey.jetty;

import dev.latchkey.NegotiationException;
import dev.latchkey.Reason;
import org.eclipse.jetty.http.HttpHeader;
import org.eclipse.jetty.server.Request;
import org.eclipse.jetty.server.Response;
import org.eclipse.jetty.util.Callback;

/** Answers a request that a guard does not let pass: status and reason, nothing of a certificate. No state. */
final class Refusal {
    private Refusal() {}

    /** Writes the answer and completes the callback; where none can be written any more, fails the callback. */
    static void write(Request request, Response response, Callback callback, NegotiationException why) {
        if (response.isCommitted()) {
            callback.failed(why);
            return;
        }
        if (isPassing(why.reason())) {
            response.getHeaders().put(HttpHeader.CACHE_CONTROL, "no-store");
        }
        // ee10 of Jetty 12.0 looks for the text here only.
        request.setAttribute("jakarta.servlet.error.message", text(why.reason()));
        Response.writeError(request, response, callback, why.status(), text(why.reason()));
    }

    /** {@return whether the answer must not be shown to who comes next: a person after a prefetch, for one} */
    static boolean isPassing(Reason reason) {
        return reason == Reason.SPECULATIVE;
    }

    static String text(Reason reason) {
        return reason.code() + " " + reason.phrase();
    }
}
