package dev.latchkey;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import org.junit.jupiter.api.Test;

class ReasonTest {
    @Test
    void codesAndTokensAreUniqueAndWellFormed() {
        assertThat(Arrays.stream(Reason.values()).map(Reason::code)).doesNotHaveDuplicates();
        assertThat(Arrays.stream(Reason.values()).map(Reason::token)).doesNotHaveDuplicates();
        for (Reason reason : Reason.values()) {
            assertThat(reason.code()).matches("LK[1-9]\\d\\d");
            assertThat(reason.token())
                    .isEqualTo(reason.name().toLowerCase(java.util.Locale.ROOT).replace('_', '-'));
            assertThat(reason.phrase()).isNotBlank().doesNotEndWith(".");
        }
    }

    @Test
    void aReasonIsTheClientsOrTheRequestsNeverAServerError() {
        assertThat(Reason.values())
                .allSatisfy(reason -> assertThat(reason.status()).isBetween(400, 499));
        assertThat(Reason.BODY_TOO_LARGE.status()).isEqualTo(413);
        assertThat(Reason.TIMEOUT.status()).isEqualTo(408);
        assertThat(Reason.BODY_TIMEOUT.status()).isEqualTo(408);
        assertThat(Reason.TOO_MANY.status()).isEqualTo(429);
    }

    @Test
    void theMessageOfAFailureBeginsWithItsCode() {
        assertThat(new NegotiationException(Reason.TIMEOUT, false, "1000 ms", null))
                .hasMessage("LK401 timeout: the client did not answer in time (1000 ms)");
    }
}
