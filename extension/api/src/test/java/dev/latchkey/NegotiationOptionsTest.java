package dev.latchkey;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.latchkey.NegotiationOptions.BodyTooLarge;
import dev.latchkey.NegotiationOptions.Presence;
import dev.latchkey.NegotiationOptions.Untrusted;
import java.time.Duration;
import java.util.List;
import javax.security.auth.x500.X500Principal;
import org.junit.jupiter.api.Test;

class NegotiationOptionsTest {
    @Test
    void defaultsLeaveTheServersSettingsOpen() {
        NegotiationOptions options = NegotiationOptions.defaults();
        assertThat(options.deadline()).isEmpty();
        assertThat(options.bodyTimeout()).isEmpty();
        assertThat(options.bodyLimit()).isEmpty();
        assertThat(options.presence()).isEqualTo(Presence.WANT);
        assertThat(options.bodyTooLarge()).isEqualTo(BodyTooLarge.FAIL);
        assertThat(options.untrusted()).isEqualTo(Untrusted.FAIL);
        assertThat(options.isFresh()).isFalse();
        assertThat(options.acceptedIssuers()).isEmpty();
        assertThat(options.trustManager()).isEmpty();
    }

    @Test
    void whatIsOpenIsTakenFromOthersAndTheRestIsKept() {
        NegotiationOptions server = NegotiationOptions.builder()
                .deadline(Duration.ofSeconds(1))
                .bodyTimeout(Duration.ofSeconds(2))
                .bodyLimit(3)
                .need()
                .build();
        NegotiationOptions call = NegotiationOptions.builder()
                .bodyLimit(0)
                .fresh()
                .untrusted(Untrusted.MARK)
                .bodyTooLarge(BodyTooLarge.GO_ON_WITHOUT)
                .acceptedIssuers(List.of(new X500Principal("CN=a")))
                .build();
        NegotiationOptions filled = call.withDefaults(server);
        assertThat(filled.deadline()).contains(Duration.ofSeconds(1));
        assertThat(filled.bodyTimeout()).contains(Duration.ofSeconds(2));
        assertThat(filled.bodyLimit()).hasValue(0);
        assertThat(filled.presence()).isEqualTo(Presence.WANT);
        assertThat(filled.isFresh()).isTrue();
        assertThat(filled.untrusted()).isEqualTo(Untrusted.MARK);
        assertThat(filled.bodyTooLarge()).isEqualTo(BodyTooLarge.GO_ON_WITHOUT);
        assertThat(filled.acceptedIssuers()).isEqualTo(call.acceptedIssuers());
    }

    @Test
    void valuesThatMakeNoSenseAreRefusedByName() {
        NegotiationOptions.Builder builder = NegotiationOptions.builder();
        assertThatThrownBy(() -> builder.deadline(Duration.ZERO))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("deadline");
        assertThatThrownBy(() -> builder.bodyTimeout(Duration.ofMillis(-1)))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("bodyTimeout");
        assertThatThrownBy(() -> builder.bodyLimit(-1))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("bodyLimit");
    }

    @Test
    void timesAreBoundedOnBothSides() {
        for (Duration good : List.of(Duration.ofMillis(1), Duration.ofDays(1))) {
            NegotiationOptions options = NegotiationOptions.builder()
                    .deadline(good)
                    .bodyTimeout(good)
                    .build();
            assertThat(options.deadline()).contains(good);
        }
        for (Duration bad : List.of(
                Duration.ofNanos(1),
                Duration.ofMillis(1).minusNanos(1),
                Duration.ofDays(1).plusNanos(1),
                Duration.ofSeconds(Long.MAX_VALUE),
                Duration.ofSeconds(Long.MIN_VALUE))) {
            assertThatThrownBy(() -> NegotiationOptions.builder().deadline(bad))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContaining("one day");
            assertThatThrownBy(() -> NegotiationOptions.builder().bodyTimeout(bad))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContaining("one day");
        }
    }

    @Test
    void aNeededCertificateCannotBeGoneOnWithout() {
        assertThatThrownBy(() -> NegotiationOptions.builder()
                        .need()
                        .bodyTooLarge(BodyTooLarge.GO_ON_WITHOUT)
                        .build())
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("NEED and GO_ON_WITHOUT");
    }
}
