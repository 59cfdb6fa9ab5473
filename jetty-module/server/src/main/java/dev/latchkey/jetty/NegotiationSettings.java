package dev.latchkey.jetty;

import dev.latchkey.NegotiationOptions;
import java.time.Duration;

/**
 * The connector's settings, as one value that a request can hold on to.
 *
 * @param deadline for the client's answer
 * @param bodyTimeout for the rest of the body to arrive
 * @param bodyLimit bytes of body that one negotiation may keep
 * @param discardLimit bytes of a body that is too large which are read and thrown away after the response
 * @param discardTimeout how long that may take
 */
record NegotiationSettings(
        Duration deadline, Duration bodyTimeout, long bodyLimit, long discardLimit, Duration discardTimeout) {

    static final NegotiationSettings DEFAULTS = new NegotiationSettings(
            Duration.ofSeconds(120), Duration.ofSeconds(30), 128 * 1024, 64L * 1024 * 1024, Duration.ofSeconds(3));

    /** {@return these settings as the options that apply where a call leaves something open} */
    NegotiationOptions asOptions() {
        return NegotiationOptions.builder()
                .deadline(deadline)
                .bodyTimeout(bodyTimeout)
                .bodyLimit(bodyLimit)
                .build();
    }
}
