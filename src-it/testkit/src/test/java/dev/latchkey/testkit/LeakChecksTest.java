package dev.latchkey.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.platform.engine.discovery.DiscoverySelectors.selectClass;

import java.time.Duration;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import org.eclipse.jetty.io.RetainableByteBuffer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.platform.testkit.engine.EngineTestKit;
import org.junit.platform.testkit.engine.Events;

class LeakChecksTest {
    private static final CountDownLatch END = new CountDownLatch(1);

    @Test
    void aThreadLeftBehindFailsItsTestAndNoOther() {
        Events tests = run(LeavesAThread.class);
        END.countDown();
        assertThat(tests.succeeded().count()).isEqualTo(1);
        assertThat(messages(tests)).singleElement().asString().contains("left threads behind", "leaky-1", "await");
    }

    @Test
    void aBufferLeftOutFailsItsTestAndNoOther() {
        Events tests = run(LeavesABuffer.class);
        assertThat(tests.succeeded().count()).isEqualTo(1);
        assertThat(messages(tests)).singleElement().asString().contains("1 buffers were not given back", "leaves");
    }

    @Test
    void warningsAndStackTracesAreProblemsUnlessExpected() {
        List<String> log = List.of(
                "2026-11-25 01:36:32.112:INFO :oejs.Server:main: fine",
                "2026-11-25 01:36:32.112:WARN :oejusS.config:main: Weak cipher suite X",
                "2026-11-25 01:36:32.112:WARN :oejs.Server:main: bad",
                "java.io.IOException: why",
                "\tat org.example.Thing.run(Thing.java:5)",
                "Caused by: java.lang.Error");
        assertThat(LogProblems.in(log, "Weak cipher suite")).containsExactly(log.get(2), log.get(4), log.get(5));
        assertThat(LogProblems.in(log)).hasSize(4);
    }

    private static Events run(Class<?> test) {
        return EngineTestKit.engine("junit-jupiter")
                .selectors(selectClass(test))
                .configurationParameter("junit.jupiter.conditions.deactivate", "*")
                .execute()
                .testEvents();
    }

    private static List<String> messages(Events tests) {
        return tests.failed()
                .map(event -> event.getRequiredPayload(org.junit.platform.engine.TestExecutionResult.class)
                        .getThrowable()
                        .map(Throwable::getMessage)
                        .orElse(""))
                .toList();
    }

    /** Run by the test above; fails on purpose. */
    static class LeavesAThread {
        @RegisterExtension
        final LeakedThreads threads = LeakedThreads.named("leaky-").patience(Duration.ofMillis(100));

        @Test
        void leaves() {
            Thread thread = new Thread(
                    () -> {
                        try {
                            END.await();
                        } catch (InterruptedException e) {
                            Thread.currentThread().interrupt();
                        }
                    },
                    "leaky-1");
            thread.setDaemon(true);
            thread.start();
        }

        @Test
        void leavesNone() throws Exception {
            Thread thread = new Thread(() -> {}, "leaky-2");
            thread.start();
        }
    }

    /** Run by the test above; fails on purpose. */
    static class LeavesABuffer {
        @RegisterExtension
        final LeakedBuffers buffers = new LeakedBuffers().patience(Duration.ofMillis(100));

        @Test
        void leaves() {
            buffers.pool().acquire(100, false);
        }

        @Test
        void givesBack() {
            RetainableByteBuffer buffer = buffers.pool().acquire(100, true);
            buffer.release();
        }
    }
}
