package dev.latchkey.spi;

import dev.latchkey.NegotiationOptions;
import java.time.Duration;

/** Tells how long a negotiation may take, which a server's settings can make more than its options tell. Any thread. */
public interface LongestWait {
    /**
     * {@return the time after which a negotiation of this request has ended, whatever its client does}
     *
     * @param options with nothing left open
     */
    Duration longestWait(NegotiationOptions options);
}
