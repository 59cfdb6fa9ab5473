package dev.latchkey.impersonation;

import java.util.concurrent.BlockingQueue;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * One thread that never impersonates: other threads are made on it, and what a lost thread has to say is said by it.
 *
 * <p>A log line written by a thread that carries a user would open files and load classes as that user. Any thread may
 * call; a call from the room's own thread is done in place.
 */
final class CleanRoom implements AutoCloseable {
    private final BlockingQueue<Runnable> work = new LinkedBlockingQueue<>();
    private final CountDownLatch ready = new CountDownLatch(1);
    private final Thread thread;
    private final boolean keepsShared;
    private volatile @Nullable RuntimeException failure;
    private volatile boolean closed;

    /** @param keepsShared whether to start {@link SharedThreads}, and keep them */
    CleanRoom(ThreadIdentity[] ofThread, ScopedIdentity[] scoped, boolean keepsShared) {
        this.keepsShared = keepsShared;
        thread = new Thread(null, () -> live(ofThread, scoped), "latchkey-clean-room", 0, false);
        thread.setDaemon(true);
        thread.setContextClassLoader(CleanRoom.class.getClassLoader());
    }

    /** Starts the thread and waits until it is proven clean. */
    CleanRoom open() {
        thread.start();
        boolean interrupted = false;
        while (true) {
            try {
                ready.await();
                break;
            } catch (InterruptedException e) {
                interrupted = true;
            }
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
        if (failure != null) {
            throw failure;
        }
        return this;
    }

    private void live(ThreadIdentity[] ofThread, ScopedIdentity[] scoped) {
        try {
            for (ThreadIdentity identity : ofThread) {
                identity.start();
                wash(identity);
            }
            for (ScopedIdentity identity : scoped) {
                identity.start();
            }
            nest(scoped, 0);
        } catch (IdentityException e) {
            failure = e;
        } catch (Throwable e) {
            failure = new IdentityException(IdentityFailure.UNSAFE_SETUP, e.getMessage(), e);
        } finally {
            ready.countDown();
        }
    }

    /**
     * Makes the calling thread, which is new, carry none: whoever started it may impersonate, and it has inherited that.
     *
     * @throws RuntimeException if it cannot be proven
     */
    static void wash(ThreadIdentity identity) {
        IdentityPart inherited = identity.capture();
        if (inherited != null) {
            identity.revert(null);
            inherited.release();
        }
        identity.verify(null);
    }

    private void nest(ScopedIdentity[] scoped, int index) {
        if (index < scoped.length) {
            scoped[index].run(null, () -> nest(scoped, index + 1));
            return;
        }
        SharedThreads.start(keepsShared);
        ready.countDown();
        long kept = System.nanoTime();
        while (!closed || !work.isEmpty()) {
            try {
                Runnable next = work.poll(SharedThreads.KEEP_SECONDS, TimeUnit.SECONDS);
                if (next != null) {
                    next.run();
                }
                if (keepsShared && System.nanoTime() - kept >= TimeUnit.SECONDS.toNanos(SharedThreads.KEEP_SECONDS)) {
                    kept = System.nanoTime();
                    SharedThreads.keep();
                }
            } catch (InterruptedException e) {
                // Nobody has this thread but close(), which leaves work behind to wake it.
            } catch (Throwable e) {
                // A full heap is another's: who needs a thread later must find this one. Each task has its own end.
            }
        }
    }

    /** Does something on the clean thread, and waits for it as long as it takes. */
    <T> T call(Callable<T> action) {
        FutureTask<T> task = new FutureTask<>(action);
        submit(task);
        boolean interrupted = false;
        try {
            while (true) {
                try {
                    return task.get();
                } catch (InterruptedException e) {
                    interrupted = true;
                }
            }
        } catch (ExecutionException e) {
            if (e.getCause() instanceof RuntimeException cause) {
                throw cause;
            }
            if (e.getCause() instanceof Error cause) {
                throw cause;
            }
            throw new IllegalStateException(e.getCause());
        } finally {
            if (interrupted) {
                Thread.currentThread().interrupt();
            }
        }
    }

    /** Does something on the clean thread, and waits for it no longer than a second or two. */
    void tell(Runnable action) {
        FutureTask<?> task = new FutureTask<>(action, null);
        boolean interrupted = Thread.interrupted();
        try {
            submit(task);
            task.get(2, TimeUnit.SECONDS);
        } catch (InterruptedException e) {
            interrupted = true;
        } catch (Exception e) {
            // It could not be said; the counters and the policy do not depend on it.
        } finally {
            if (interrupted) {
                Thread.currentThread().interrupt();
            }
        }
    }

    private void submit(Runnable task) {
        if (Thread.currentThread() == thread) {
            task.run();
            return;
        }
        synchronized (work) {
            if (closed) {
                throw new IdentityException(IdentityFailure.CLOSED, "the flow is closed", null);
            }
            work.add(task);
        }
    }

    /** Ends the thread after what it still has to do. */
    @Override
    public void close() {
        synchronized (work) {
            closed = true;
            work.add(() -> {});
        }
    }
}
