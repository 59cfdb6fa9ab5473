package dev.latchkey.impersonation;

import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import org.jspecify.annotations.Nullable;

/**
 * The platform threads to which work of virtual threads hops. Any thread; the caller waits, which costs a virtual
 * thread little.
 */
final class HopThreads implements AutoCloseable {
    private final CleanPool pool;

    HopThreads(IdentityFlow flow, int threads) {
        pool = new CleanPool(flow, threads, "latchkey-hop-");
        pool.prestartAllCoreThreads();
    }

    /**
     * {@return what the life returned}
     *
     * @throws InterruptedException if the caller was interrupted; the life is then interrupted too
     * @throws Exception what the life threw
     */
    <T extends @Nullable Object> T hop(Callable<T> life) throws Exception {
        Future<T> future = pool.submit(life);
        try {
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

    @Override
    public void close() {
        pool.shutdown();
    }
}
