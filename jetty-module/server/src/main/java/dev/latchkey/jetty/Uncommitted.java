package dev.latchkey.jetty;

import dev.latchkey.NegotiationException;
import dev.latchkey.Reason;
import org.eclipse.jetty.server.Request;

/**
 * Tells whether a request can still be answered in another way: its response is not on its way, and it has not ended. No
 * state; any thread.
 */
final class Uncommitted {
    private Uncommitted() {}

    /**
     * Fails where it is too late.
     *
     * @throws NegotiationException with {@link Reason#RESPONSE_COMMITTED}
     */
    static void require(Request request) throws NegotiationException {
        boolean[] committed = {true};
        try {
            request.addHttpStreamWrapper(current -> {
                committed[0] = current.isCommitted();
                return current;
            });
        } catch (IllegalStateException ended) {
            throw new JettyNegotiationException(Reason.RESPONSE_COMMITTED, true, "the request has ended", ended);
        }
        if (committed[0]) {
            throw new JettyNegotiationException(Reason.RESPONSE_COMMITTED, true, null, null);
        }
    }
}
