package dev.latchkey.jetty;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.RejectedExecutionException;
import org.eclipse.jetty.util.Callback;
import org.junit.jupiter.api.Test;

class SharedReadTest {
    private final List<String> told = new ArrayList<>();
    private final SharedRead read = new SharedRead(teller("first"), Runnable::run);

    private Callback teller(String name) {
        return Callback.from(() -> told.add(name), x -> told.add(name + " failed"));
    }

    @Test
    void bothReadersAreToldOnce() {
        assertThat(read.join(teller("second"))).isTrue();
        assertThat(read.join(teller("third"))).as("one may join").isFalse();
        read.succeeded();
        assertThat(told).containsExactly("first", "second");
        assertThat(read.join(teller("late"))).as("the bytes are there").isFalse();
    }

    @Test
    void aFailureIsToldToBoth() {
        read.join(teller("second"));
        read.failed(new IOException("gone"));
        assertThat(told).containsExactly("first failed", "second failed");
    }

    @Test
    void aReaderThatAPoolTakesNoMoreFails() {
        SharedRead stopping = new SharedRead(teller("first"), task -> {
            throw new RejectedExecutionException();
        });
        stopping.join(teller("second"));
        stopping.succeeded();
        assertThat(told).containsExactly("first", "second failed");
    }
}
