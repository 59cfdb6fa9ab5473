package dev.latchkey.jetty;

import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import java.time.Duration;
import javax.net.ssl.SSLEngineResult;
import javax.net.ssl.SSLEngineResult.HandshakeStatus;
import javax.net.ssl.SSLEngineResult.Status;
import javax.net.ssl.SSLException;
import org.junit.jupiter.api.Test;

class ProgressWatchTest {
    private static final int MANY = 1000;

    private final ProgressWatch watch = new ProgressWatch(() -> 50);

    private static SSLEngineResult result(HandshakeStatus status, int consumed, int produced) {
        return new SSLEngineResult(Status.OK, status, consumed, produced);
    }

    private void wrap(int times, HandshakeStatus status, int consumed, int produced, boolean data) throws SSLException {
        for (int i = 0; i < times; i++) {
            watch.wrapped(result(status, consumed, produced), data);
        }
    }

    @Test
    void anEngineThatTakesNoDataAndWaitsForNothingIsEnded() {
        assertThatThrownBy(() -> wrap(MANY, HandshakeStatus.NOT_HANDSHAKING, 0, 0, true))
                .isInstanceOf(SSLException.class)
                .hasMessageContaining("does nothing");
    }

    @Test
    void anEngineThatWantsToWrapAndDoesNotIsEnded() {
        assertThatThrownBy(() -> wrap(MANY, HandshakeStatus.NEED_WRAP, 0, 0, false))
                .isInstanceOf(SSLException.class);
    }

    @Test
    void whoWaitsOrHasNothingToDoIsNot() {
        assertThatCode(() -> {
                    wrap(MANY, HandshakeStatus.NOT_HANDSHAKING, 0, 0, false);
                    wrap(MANY, HandshakeStatus.NEED_UNWRAP, 0, 0, true);
                    wrap(MANY, HandshakeStatus.NEED_TASK, 0, 0, true);
                    wrap(MANY, HandshakeStatus.NOT_HANDSHAKING, 10, 40, true);
                    for (int i = 0; i < MANY; i++) {
                        wrap(10, HandshakeStatus.NOT_HANDSHAKING, 0, 0, true);
                        watch.unwrapped(result(HandshakeStatus.NOT_HANDSHAKING, 30, 0), false, false);
                    }
                })
                .doesNotThrowAnyException();
    }

    @Test
    void recordsWithoutDataAndWithoutEndAreEnded() {
        SSLEngineResult empty = result(HandshakeStatus.NOT_HANDSHAKING, 22, 0);
        assertThatCode(() -> {
                    for (int i = 0; i < 1_000_000; i++) {
                        watch.unwrapped(empty, false, false);
                        if (i % 100_000 == 0) {
                            watch.unwrapped(result(HandshakeStatus.NOT_HANDSHAKING, 0, 0), false, false);
                        }
                    }
                })
                .as("with pauses")
                .doesNotThrowAnyException();
        assertThatThrownBy(() -> {
                    for (int i = 0; i < 1_000_000; i++) {
                        watch.unwrapped(empty, false, false);
                    }
                })
                .isInstanceOf(RefusedRecordException.class);
    }

    @Test
    void aMessageThatIsSpunOutIsEndedAfterTheIdleTimeout() throws Exception {
        SSLEngineResult inside = result(HandshakeStatus.NEED_UNWRAP, 23, 0);
        watch.unwrapped(inside, false, false);
        await().atMost(Duration.ofSeconds(10))
                .untilAsserted(() -> assertThatThrownBy(() -> watch.unwrapped(inside, false, false))
                        .isInstanceOf(RefusedRecordException.class));
    }

    /** One ends and the next begins in one go: the response, which waits for a gap, would wait for ever. */
    @Test
    void aResponseDoesNotWaitForOneMessageAfterTheOther() throws Exception {
        SSLEngineResult end = result(HandshakeStatus.NOT_HANDSHAKING, 23, 0);
        SSLEngineResult inside = result(HandshakeStatus.NEED_UNWRAP, 26, 0);
        watch.unwrapped(inside, false, true);
        await().atMost(Duration.ofSeconds(10)).untilAsserted(() -> assertThatThrownBy(() -> {
                    watch.unwrapped(end, false, true);
                    watch.unwrapped(inside, false, true);
                })
                .isInstanceOf(RefusedRecordException.class));
    }

    @Test
    void messagesThatHoldNoResponseUpMayGoOn() {
        SSLEngineResult end = result(HandshakeStatus.NOT_HANDSHAKING, 23, 0);
        SSLEngineResult inside = result(HandshakeStatus.NEED_UNWRAP, 26, 0);
        await().during(Duration.ofMillis(120)).untilAsserted(() -> assertThatCode(() -> {
                    watch.unwrapped(inside, false, false);
                    watch.unwrapped(end, false, false);
                    watch.unwrapped(inside, false, true);
                    wrap(1, HandshakeStatus.NOT_HANDSHAKING, 10, 40, true);
                    watch.unwrapped(end, false, false);
                })
                .doesNotThrowAnyException());
    }

    @Test
    void aMessageWithADeadlineOfItsOwnHasThatOne() {
        SSLEngineResult inside = result(HandshakeStatus.NEED_UNWRAP, 23, 0);
        await().during(Duration.ofMillis(120)).untilAsserted(() -> assertThatCode(() -> {
                    watch.unwrapped(inside, true, false);
                    watch.unwrapped(inside, false, false);
                    watch.unwrapped(inside, true, false);
                })
                .doesNotThrowAnyException());
    }
}
