package dev.latchkey.impersonation;

import org.jspecify.annotations.Nullable;

/**
 * A thread that washes itself before its first task, so that it carries nobody, whoever started it.
 *
 * <p>The kernel gives a new thread the identity of the one that starts it, for life; a pool starts workers from
 * whichever thread submits a task, or from a worker that is dying because it is dirty. What Java 17 gives to a thread
 * is taken when it is made, so it is made in the {@link CleanRoom}. (To start it there too is no way: since Java 21,
 * pools do not call {@code start()}.) It does not know its flow, which may be forgotten while it runs.
 */
final class CleanWorker extends Thread {
    private final ThreadIdentity[] identities;
    private final Incidents incidents;

    /** Whether the pool ends this thread when it is lost. */
    private final boolean retirable;

    private volatile boolean lost;

    private CleanWorker(
            IdentityFlow flow, Runnable work, String name, boolean retirable, @Nullable ClassLoader loader) {
        super(null, work, name, 0, false);
        identities = flow.threadIdentities();
        incidents = flow.incidents();
        this.retirable = retirable;
        setDaemon(true);
        // Java 17 would take the clean room's, and Java 25 the system's.
        setContextClassLoader(loader);
    }

    /**
     * {@return a thread of the flow's own, not started}
     *
     * @param retirable whether its pool ends it when it is lost
     */
    static CleanWorker make(IdentityFlow flow, Runnable work, String name, boolean retirable) {
        return make(flow, work, name, retirable, CleanWorker.class.getClassLoader());
    }

    /** {@return a thread for others' tasks, not started, with this context class loader} */
    static CleanWorker make(
            IdentityFlow flow, Runnable work, String name, boolean retirable, @Nullable ClassLoader loader) {
        return flow.room().call(() -> new CleanWorker(flow, work, name, retirable, loader));
    }

    @Override
    public void run() {
        try {
            for (ThreadIdentity identity : identities) {
                CleanRoom.wash(identity);
            }
        } catch (Throwable e) {
            incidents.lose(bornDirty(e), true);
        }
        try {
            super.run();
        } catch (CleanPool.LostWorker e) {
            // The pool has seen it and starts another.
        }
    }

    private static IdentityException bornDirty(Throwable e) {
        try {
            return new IdentityException(IdentityFailure.WORKER_DIRTY, "it was born so: " + e.getMessage(), e);
        } catch (Throwable full) {
            return IdentityException.SPEECHLESS;
        }
    }

    boolean isRetirable() {
        return retirable;
    }

    /** Marks this thread: it runs no guarded task any more, and its pool ends it. */
    void lose() {
        lost = true;
    }

    boolean isLost() {
        return lost;
    }
}
