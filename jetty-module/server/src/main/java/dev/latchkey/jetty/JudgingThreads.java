package dev.latchkey.jetty;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Supplier;

/**
 * The few threads on which chains are judged, which may wait for a slow OCSP responder: so no thread that serves requests
 * does, and no more than these do.
 *
 * <p>A judgement that overruns keeps its thread until it ends; nobody waits for it any more, and what it says then is
 * dropped with the question. All threads are made at the start, by who starts the server: one that was made in mid request
 * would inherit what that request's thread carries, such as a user's Linux account. Any thread may call.
 */
final class JudgingThreads {
    static final int COUNT = 16;
    /** More than this wait for none of them. */
    private static final int MOST_WAITING = 1_000;

    private static final AtomicInteger NUMBER = new AtomicInteger();

    private final ThreadPoolExecutor threads = new ThreadPoolExecutor(
            COUNT, COUNT, 0, TimeUnit.SECONDS, new LinkedBlockingQueue<>(MOST_WAITING), JudgingThreads::newThread);

    private final CompletableFuture<Void> stopped = new CompletableFuture<>();

    JudgingThreads() {
        threads.prestartAllCoreThreads();
    }

    private static Thread newThread(Runnable work) {
        Thread thread = new Thread(null, work, "latchkey-judging-" + NUMBER.incrementAndGet(), 0, false);
        thread.setDaemon(true);
        thread.setContextClassLoader(JudgingThreads.class.getClassLoader());
        return thread;
    }

    /**
     * Judges, as soon as a thread is free.
     *
     * @return what came of it; cancelled, it is not begun any more
     * @throws RejectedExecutionException if too many wait already, or the server stops
     */
    <T> CompletableFuture<T> judge(Supplier<T> judgement) {
        CompletableFuture<T> result = new CompletableFuture<>();
        threads.execute(() -> {
            if (result.isDone()) {
                return;
            }
            try {
                result.complete(judgement.get());
            } catch (Throwable x) {
                result.completeExceptionally(x);
            }
        });
        return result;
    }

    /** {@return completes when nothing more is judged: for who cannot wait any longer then} */
    CompletableFuture<Void> stopped() {
        return stopped;
    }

    /** Judges nothing more; who waits for a verdict is told nothing, and its own time ends the waiting. */
    void stop() {
        threads.shutdownNow();
        stopped.complete(null);
    }
}
