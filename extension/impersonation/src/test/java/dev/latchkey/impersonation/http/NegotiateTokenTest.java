package dev.latchkey.impersonation.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What of a server's answer proves who it is; the exchange itself is a double here. */
class NegotiateTokenTest {
    private int finished;
    private int closed;

    private NegotiateToken token(boolean provenServer) {
        return new NegotiateToken(
                new NegotiateExchange() {
                    @Override
                    public byte[] first() {
                        return new byte[] {1, 2, 3};
                    }

                    @Override
                    public void finish(byte[] fromServer) {
                        finished++;
                    }

                    @Override
                    public void close() {
                        closed++;
                    }
                },
                provenServer);
    }

    @Test
    void itIsSentInBase64() {
        assertThat(token(true).authorization()).isEqualTo("Negotiate AQID");
    }

    @ParameterizedTest
    @ValueSource(ints = {200, 204, 302})
    void anAnswerWithoutTheServersProofIsRefused(int status) {
        assertThatThrownBy(() -> token(true).verify(status, List.of("Basic realm=x")))
                .isInstanceOfSatisfying(NegotiateException.class, x -> assertThat(x.failure())
                        .isEqualTo(NegotiateFailure.SERVER_UNPROVEN));
        assertThat(closed).isEqualTo(1);
    }

    @Test
    void aProofThatIsNoneIsRefused() {
        assertThatThrownBy(() -> token(false).verify(200, List.of("Negotiate ***")))
                .isInstanceOf(NegotiateException.class);
        assertThat(closed).isEqualTo(1);
    }

    @Test
    void theProofIsCheckedOnceAndAnErrorNeedsNone() {
        NegotiateToken proven = token(true);
        proven.verify(100, List.of());
        proven.verify(200, List.of("negotiate AQID"));
        proven.verify(200, List.of());
        assertThat(finished).isEqualTo(1);
        token(true).verify(401, List.of("Negotiate"));
        assertThat(finished).isEqualTo(1);
        assertThat(closed).isEqualTo(2);
    }
}
