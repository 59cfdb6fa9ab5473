package dev.latchkey.impersonation;

/**
 * A thread that is born clean: made and started by the {@link CleanRoom}, whoever asks for it.
 *
 * <p>The kernel and Java 17 give a new thread the identity of the one that starts it, for life. A pool starts workers
 * from whichever thread submits a task, or from a dying worker.
 */
final class CleanWorker extends Thread {
    private final CleanRoom room;

    /** Whether the pool ends this thread when it is lost. */
    private final boolean retirable;

    private volatile boolean lost;

    CleanWorker(CleanRoom room, Runnable work, String name, boolean retirable) {
        super(null, work, name, 0, false);
        this.room = room;
        this.retirable = retirable;
        setDaemon(true);
    }

    /** The clean room takes this thread's lock while the caller waits, so the caller must not hold it. */
    @SuppressWarnings("UnsynchronizedOverridesSynchronized") // For that reason; super.start() still takes it.
    @Override
    public void start() {
        room.call(() -> {
            super.start();
            return this;
        });
    }

    @Override
    public void run() {
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
