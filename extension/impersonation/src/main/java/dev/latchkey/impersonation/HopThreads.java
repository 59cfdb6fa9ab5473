package dev.latchkey.impersonation;

import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;

/**
 * The platform threads to which work of virtual threads hops. Any thread; the caller waits, which costs a virtual
 * thread little.
 *
 * <p>Work on one of them may wait for other work that hops: so where work was not begun for a second, one thread is
 * added, up to a limit, and at the limit the work is refused after a while. None waits for ever.
 */
final class HopThreads implements AutoCloseable {
    /** As many as Java itself gives to virtual threads that cannot let go of theirs. */
    private static final int LIMIT = 256;

    private static final int PATIENCE_SECONDS = 30;

    private final CleanPool pool;

    HopThreads(IdentityFlow flow, int threads) {
        pool = new CleanPool(flow, threads, "latchkey-hop-");
        pool.prestartAllCoreThreads();
    }

    /**
     * {@return what the life returned}
     *
     * @throws InterruptedException if the caller was interrupted; the life is then interrupted too
     * @throws IdentityException if no thread was to be had
     * @throws Exception what the life threw
     */
    <T extends @Nullable Object> T hop(Callable<T> life) throws Exception {
        AtomicBoolean begun = new AtomicBoolean();
        Future<T> future = pool.submit(() -> {
            begun.set(true);
            return life.call();
        });
        try {
            for (int waited = 0; !begun.get() && waited < PATIENCE_SECONDS; waited++) {
                try {
                    return future.get(1, TimeUnit.SECONDS);
                } catch (TimeoutException e) {
                    if (!begun.get()) {
                        grow();
                    }
                }
            }
            if (!begun.get() && future.cancel(false)) {
                throw new IdentityException(
                        IdentityFailure.VIRTUAL_THREAD, "all " + pool.getCorePoolSize() + " threads are busy", null);
            }
            return future.get();
        } catch (InterruptedException e) {
            future.cancel(true);
            throw e;
        } catch (ExecutionException e) {
            if (e.getCause() instanceof Exception cause) {
                throw cause;
            }
            if (e.getCause() instanceof Error cause) {
                throw cause;
            }
            throw e;
        }
    }

    private synchronized void grow() {
        int now = pool.getCorePoolSize();
        if (now < LIMIT && !pool.getQueue().isEmpty()) {
            pool.setMaximumPoolSize(now + 1);
            pool.setCorePoolSize(now + 1);
        }
    }

    @Override
    public void close() {
        pool.shutdown();
    }
}
