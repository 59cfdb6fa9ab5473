package dev.latchkey.it.tls;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Collectors;

/**
 * Runs the cases of a table side by side, and fails with all that failed: a sample, whose seed is printed, or the whole
 * table with {@code -Dlatchkey.cases=all}. No state.
 */
final class ManyCases {
    private static final int AT_ONCE = 16;

    /** So many failures tell enough, and each may take its time. */
    private static final int ENOUGH = 8;

    private static final int LONGEST_TEXT = 250;

    private static final boolean ALL = "all".equals(System.getProperty("latchkey.cases"));

    /** What is done with a case. */
    interface Trial<C> {
        void run(C one) throws Exception;
    }

    private ManyCases() {}

    static <C> void run(String name, List<C> table, int sample, Trial<C> trial) throws Exception {
        long seed = Long.getLong("latchkey.seed", System.nanoTime());
        List<C> cases = new ArrayList<>(table);
        Collections.shuffle(cases, new Random(seed));
        if (!ALL && cases.size() > sample) {
            cases = cases.subList(0, sample);
        }
        System.out.println(name + ": " + cases.size() + " of " + table.size() + " cases, seed " + seed);
        AtomicInteger failed = new AtomicInteger();
        ExecutorService threads = Executors.newFixedThreadPool(AT_ONCE);
        try {
            List<Future<?>> running = new ArrayList<>();
            for (C one : cases) {
                running.add(threads.submit(() -> {
                    if (failed.get() >= ENOUGH) {
                        return null;
                    }
                    try {
                        trial.run(one);
                    } catch (Exception | AssertionError x) {
                        failed.incrementAndGet();
                        throw new AssertionError(describe(one + ": ", x), x);
                    }
                    return null;
                }));
            }
            List<Throwable> failures = new ArrayList<>();
            for (Future<?> each : running) {
                try {
                    each.get();
                } catch (ExecutionException x) {
                    failures.add(x.getCause());
                }
            }
            if (!failures.isEmpty()) {
                throw failure(name + ", seed " + seed, failures);
            }
        } finally {
            threads.shutdownNow();
        }
    }

    /** With all that failed in its message, since what is suppressed is in few reports. */
    private static AssertionError failure(String name, List<Throwable> failures) {
        AssertionError failure = new AssertionError(name + ", " + failures.size() + " failed:\n"
                + failures.stream().map(Throwable::getMessage).collect(Collectors.joining("\n")));
        failures.forEach(failure::addSuppressed);
        return failure;
    }

    /** {@return the exception and its causes, in one line, and where in the tests} */
    private static String describe(String one, Throwable failure) {
        StringBuilder text = new StringBuilder(one);
        for (Throwable each = failure; each != null; each = each.getCause()) {
            String said = each.toString().strip().replaceAll("\\s+", " ");
            text.append(each == failure ? "" : ", caused by ").append(said, 0, Math.min(said.length(), LONGEST_TEXT));
        }
        Arrays.stream(failure.getStackTrace())
                .filter(frame -> frame.getClassName().startsWith("dev.latchkey."))
                .limit(4)
                .forEach(frame -> text.append("\n\tat ").append(frame));
        return text.toString();
    }
}
