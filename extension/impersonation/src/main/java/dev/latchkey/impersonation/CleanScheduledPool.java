package dev.latchkey.impersonation;

import java.util.concurrent.ScheduledThreadPoolExecutor;
import org.jspecify.annotations.Nullable;

/** As {@link CleanPool}, for tasks that wait or repeat. Any thread. */
final class CleanScheduledPool extends ScheduledThreadPoolExecutor {
    CleanScheduledPool(IdentityFlow flow, int threads, String namePrefix) {
        super(threads, CleanPool.workers(flow, namePrefix, true));
        // A cancelled task would hold its identity until its time.
        setRemoveOnCancelPolicy(true);
    }

    @Override
    protected void afterExecute(Runnable task, @Nullable Throwable thrown) {
        CleanPool.endLostWorker();
    }
}
