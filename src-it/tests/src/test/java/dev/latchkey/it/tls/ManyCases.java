package dev.latchkey.it.tls;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Runs the cases of a table side by side, and fails with all that failed: a sample, whose seed is printed, or the whole
 * table with {@code -Dlatchkey.cases=all}. No state.
 */
final class ManyCases {
    private static final int AT_ONCE = 16;

    /** So many failures tell enough, and each may take its time. */
    private static final int ENOUGH = 8;

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
                        throw new AssertionError(one + ": " + x, x);
                    }
                    return null;
                }));
            }
            AssertionError failures = new AssertionError(name + ", seed " + seed);
            for (Future<?> each : running) {
                try {
                    each.get();
                } catch (ExecutionException x) {
                    failures.addSuppressed(x.getCause());
                }
            }
            if (failures.getSuppressed().length > 0) {
                throw failures;
            }
        } finally {
            threads.shutdownNow();
        }
    }
}
