package dev.latchkey.jetty;

import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.ByteBuffer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class RecordWatchTest {
    private final RecordWatch watch = new RecordWatch();

    private static ByteBuffer bytes(int... values) {
        ByteBuffer buffer = ByteBuffer.allocate(values.length + 3).position(3);
        for (int value : values) {
            buffer.put((byte) value);
        }
        return buffer.position(3);
    }

    @ParameterizedTest
    @ValueSource(ints = {20, 21, 22, 23, 24})
    void aRecordMayBegin(int type) {
        assertThatCode(() -> {
                    watch.begins(bytes());
                    watch.begins(bytes(type));
                    watch.begins(bytes(type, 3));
                    watch.begins(bytes(type, 3, 3, 0, 40, 1, 2));
                })
                .doesNotThrowAnyException();
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 19, 25, 'G', 0x80, 0xFF})
    void anotherTypeIsRefusedByItsFirstByte(int type) {
        assertThatThrownBy(() -> watch.begins(bytes(type)))
                .isInstanceOf(RefusedRecordException.class)
                .hasMessageContaining("type is " + type);
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 2, 4, 0x83})
    void anotherVersionIsRefused(int major) {
        assertThatThrownBy(() -> watch.begins(bytes(22, major)))
                .isInstanceOf(RefusedRecordException.class)
                .hasMessageContaining("version");
    }

    @Test
    void aFloodIsRefusedAndANewNegotiationCountsAnew() throws Exception {
        for (int round = 0; round < 2; round++) {
            watch.reset();
            for (int i = 0; i < 65_536; i++) {
                watch.consumed();
            }
            assertThatThrownBy(watch::consumed)
                    .isInstanceOf(RefusedRecordException.class)
                    .hasMessageContaining("more records");
        }
    }
}
