package dev.latchkey.impersonation;

import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/**
 * A pool of a fixed number of workers that are born clean, and end when they are lost.
 *
 * <p>It runs what it is given and knows nothing of tasks: those guard themselves. Any thread.
 */
final class CleanPool extends ThreadPoolExecutor {
    CleanPool(IdentityFlow flow, int threads, String namePrefix) {
        super(threads, threads, 0, TimeUnit.SECONDS, new LinkedBlockingQueue<>(), workers(flow, namePrefix, true));
    }

    /**
     * {@return a factory of threads that are born clean}
     *
     * @param retirable whether the pool ends lost ones with {@link #endLostWorker()}
     */
    static ThreadFactory workers(IdentityFlow flow, String namePrefix, boolean retirable) {
        AtomicInteger number = new AtomicInteger();
        // Of whoever makes the pool, whatever thread its workers are made by.
        ClassLoader loader = Thread.currentThread().getContextClassLoader();
        return work -> CleanWorker.make(flow, work, namePrefix + number.incrementAndGet(), retirable, loader);
    }

    @Override
    protected void afterExecute(Runnable task, @Nullable Throwable thrown) {
        endLostWorker();
    }

    /** Leaves the pool's loop by an error if this worker is lost; the pool then starts another, born clean. */
    static void endLostWorker() {
        if (Thread.currentThread() instanceof CleanWorker worker && worker.isLost()) {
            throw new LostWorker();
        }
    }

    /** Ends a worker; caught by the worker itself as its last act. */
    static final class LostWorker extends Error {
        private static final long serialVersionUID = 1L;

        LostWorker() {
            super("lost worker", null, false, false);
        }
    }
}
