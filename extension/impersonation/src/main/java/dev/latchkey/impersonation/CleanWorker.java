package dev.latchkey.impersonation;

/**
 * A thread that washes itself before its first task, so that it carries nobody, whoever started it.
 *
 * <p>The kernel gives a new thread the identity of the one that starts it, for life; a pool starts workers from
 * whichever thread submits a task, or from a worker that is dying because it is dirty. What Java 17 gives to a thread
 * is taken when it is made, so it is made in the {@link CleanRoom}. (To start it there too is no way: since Java 21,
 * pools do not call {@code start()}.)
 */
final class CleanWorker extends Thread {
    private final IdentityFlow flow;

    /** Whether the pool ends this thread when it is lost. */
    private final boolean retirable;

    private volatile boolean lost;

    private CleanWorker(IdentityFlow flow, Runnable work, String name, boolean retirable) {
        super(null, work, name, 0, false);
        this.flow = flow;
        this.retirable = retirable;
        setDaemon(true);
    }

    /**
     * {@return a thread that is not started}
     *
     * @param retirable whether its pool ends it when it is lost
     */
    static CleanWorker make(IdentityFlow flow, Runnable work, String name, boolean retirable) {
        return flow.room().call(() -> new CleanWorker(flow, work, name, retirable));
    }

    @Override
    public void run() {
        try {
            for (ThreadIdentity identity : flow.threadIdentities()) {
                CleanRoom.wash(identity);
            }
        } catch (RuntimeException | LinkageError e) {
            flow.incidents()
                    .lose(
                            new IdentityException(IdentityFailure.WORKER_DIRTY, "it was born so: " + e.getMessage(), e),
                            true);
        }
        try {
            super.run();
        } catch (CleanPool.LostWorker e) {
            // The pool has seen it and starts another.
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
