package dev.latchkey.testkit;

import java.time.Duration;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.Collectors;
import org.junit.jupiter.api.extension.AfterEachCallback;
import org.junit.jupiter.api.extension.BeforeEachCallback;
import org.junit.jupiter.api.extension.ExtensionContext;

/**
 * Fails a test that leaves threads behind which were not there before, by the beginning of their names.
 *
 * <pre>{@code
 * @RegisterExtension
 * final LeakedThreads threads = LeakedThreads.named("record-pipe-", "qtp");
 * }</pre>
 */
public final class LeakedThreads implements BeforeEachCallback, AfterEachCallback {
    private static final Duration LOOK_AGAIN = Duration.ofMillis(20);

    private final List<String> prefixes;
    private Duration patience = Duration.ofSeconds(10);
    private Set<Thread> before = Set.of();

    private LeakedThreads(List<String> prefixes) {
        this.prefixes = prefixes;
    }

    /** {@return a check of the threads whose names begin with one of these} */
    public static LeakedThreads named(String... prefixes) {
        return new LeakedThreads(List.of(prefixes));
    }

    /**
     * Sets how long threads may take to end after the test; 10 s by default.
     *
     * @return this
     */
    public LeakedThreads patience(Duration time) {
        patience = time;
        return this;
    }

    @Override
    public void beforeEach(ExtensionContext test) {
        before = current();
    }

    @Override
    public void afterEach(ExtensionContext test) {
        long deadline = System.nanoTime() + patience.toNanos();
        Set<Thread> left = left();
        while (!left.isEmpty() && System.nanoTime() - deadline < 0) {
            LockSupport.parkNanos(LOOK_AGAIN.toNanos());
            left = left();
        }
        if (!left.isEmpty()) {
            throw new AssertionError(left.stream()
                    .map(LeakedThreads::describe)
                    .collect(Collectors.joining("\n", "The test left threads behind:\n", "")));
        }
    }

    private Set<Thread> left() {
        Set<Thread> left = current();
        left.removeAll(before);
        return left;
    }

    private Set<Thread> current() {
        Set<Thread> found = new HashSet<>();
        for (Thread thread : Thread.getAllStackTraces().keySet()) {
            if (prefixes.stream().anyMatch(thread.getName()::startsWith)) {
                found.add(thread);
            }
        }
        return found;
    }

    private static String describe(Thread thread) {
        return Arrays.stream(thread.getStackTrace())
                .map(frame -> "\tat " + frame)
                .collect(Collectors.joining("\n", thread.getName() + "\n", ""));
    }
}
