package dev.latchkey.jetty;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Supplier;
import org.eclipse.jetty.server.Server;
import org.jspecify.annotations.Nullable;

/**
 * The few threads of a server on which chains are judged, which may wait for a slow OCSP responder: so no thread that serves requests
 * does, and no more than these do.
 *
 * <p>A judgement that overruns keeps its thread until it ends; nobody waits for it any more, and what it says then is
 * dropped with the question. All threads are made by who starts the first connector with Latchkey, and live until the last
 * one stops: one that was made in mid request would inherit what that request's thread carries, such as a user's Linux
 * account. Any thread may call.
 */
final class JudgingThreads {
    static final int COUNT = 16;
    /** More than this wait for none of them. */
    private static final int MOST_WAITING = 1_000;

    private static final AtomicInteger NUMBER = new AtomicInteger();

    private int connectors;
    /** Written under the lock; null while no connector runs. */
    private volatile @Nullable ThreadPoolExecutor threads;

    /** {@return the threads of a server, which its connectors share} */
    static JudgingThreads of(Server server) {
        synchronized (server) {
            JudgingThreads shared = server.getBean(JudgingThreads.class);
            if (shared == null) {
                shared = new JudgingThreads();
                server.addBean(shared);
            }
            return shared;
        }
    }

    /** A connector starts. */
    synchronized void start() {
        if (connectors++ == 0) {
            ThreadPoolExecutor made = new ThreadPoolExecutor(
                    COUNT,
                    COUNT,
                    0,
                    TimeUnit.SECONDS,
                    new LinkedBlockingQueue<>(MOST_WAITING),
                    JudgingThreads::newThread);
            made.prestartAllCoreThreads();
            threads = made;
        }
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
        ThreadPoolExecutor running = threads;
        if (running == null) {
            throw new RejectedExecutionException("no connector runs");
        }
        running.execute(() -> {
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

    /** A connector has stopped. With the last nothing more is judged; who waits is told nothing, and its own time ends it. */
    synchronized void stop() {
        ThreadPoolExecutor running = threads;
        if (--connectors == 0 && running != null) {
            threads = null;
            running.shutdownNow();
        }
    }
}
