package dev.latchkey.jetty;

import static org.assertj.core.api.Assertions.assertThat;

import dev.latchkey.NegotiationException;
import dev.latchkey.Reason;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;

class HandshakeFailuresTest {
    @Test
    void aReasonThatCameThroughADependentStageStaysItsReason() {
        NegotiationException untrusted = new NegotiationException(Reason.UNTRUSTED, true, null, null);
        CompletableFuture<Throwable> seen = new CompletableFuture<>();
        CompletableFuture.failedFuture(untrusted)
                .whenComplete((value, failure) -> {})
                .whenComplete((value, failure) -> seen.complete(failure));
        assertThat(HandshakeFailures.translate(seen.join())).isSameAs(untrusted);
    }
}
