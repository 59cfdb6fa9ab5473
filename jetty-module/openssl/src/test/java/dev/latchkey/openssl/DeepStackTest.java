package dev.latchkey.openssl;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Kind O3 of the review: whoever overflows its stack around a call of the engine gets an ordinary StackOverflowError;
 * the JVM lives. In a JVM of its own, which would otherwise end with this one's.
 */
class DeepStackTest {
    @Test
    void anOverflowIsAnOrdinaryErrorWhateverTheEngineWasDoing(@TempDir Path directory) throws Exception {
        ForkedJvm.Ended ended = ForkedJvm.run(directory, DeepStack.class, 240, Map.of(), List.of());
        assertThat(ended.said().lines().skip(1))
                .as(ended.said())
                .containsExactly(
                        "read: 12 of 12",
                        "write: 12 of 12",
                        "write on a virtual thread: 12 of 12",
                        "handshake: 4 of 4",
                        "ask again: 4 of 4",
                        "close: 4 of 4",
                        "alive");
        assertThat(ended.status()).as(ended.said()).isZero();
    }
}
