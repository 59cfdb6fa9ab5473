package dev.latchkey.impersonation;

import java.util.concurrent.Executor;

/**
 * An executor that is given its tasks by a thread that carries nobody at that moment, for it may start a thread for
 * them. The tasks guard themselves. Any thread.
 */
record HandingOver(IdentityFlow flow, Executor threads) implements Executor {
    /** {@return it around an executor; the same if that starts only threads that are born clean} */
    static Executor around(IdentityFlow flow, Executor threads) {
        return startsCleanThreads(threads) || threads instanceof HandingOver ? threads : new HandingOver(flow, threads);
    }

    /** {@return whether an executor's threads are born clean, whoever gives it a task} */
    static boolean startsCleanThreads(Executor threads) {
        return threads instanceof CleanPool || threads instanceof CleanScheduledPool;
    }

    @Override
    public void execute(Runnable task) {
        flow.handOver(() -> threads.execute(task));
    }
}
