package dev.latchkey.spi;

import dev.latchkey.NegotiationException;
import dev.latchkey.Reason;

/**
 * Makes the failures of one request that the API finds by itself: no TLS, a preflight, a prefetch, an error page.
 *
 * <p>The server supplies it, because an exception that leaves a servlet is answered with its own status only where it is
 * of the server's kind. Any thread may call, also when the request has ended.
 */
@FunctionalInterface
public interface Refusals {
    /** The request attribute under which the server puts it, on each connector: {@value}. */
    String ATTRIBUTE = "dev.latchkey.refusals";

    /**
     * Logs and counts a failure.
     *
     * @param reason why nobody is asked; the connection is usable
     * @return the failure, to be thrown
     */
    NegotiationException refuse(Reason reason);
}
