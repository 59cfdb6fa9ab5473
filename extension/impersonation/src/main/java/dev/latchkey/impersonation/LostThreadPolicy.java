package dev.latchkey.impersonation;

import java.util.concurrent.locks.LockSupport;

/**
 * What happens to a thread that could not be proven clean and cannot be retired by its pool.
 *
 * <p>Called on that thread, after the log line. A policy that returns leaves a thread behind that carries somebody's
 * identity; only a test should.
 */
@FunctionalInterface
public interface LostThreadPolicy {
    /** The exit status of {@link #HALT}, as of a process that aborts. */
    int HALT_STATUS = 134;

    /** Ends the process at once, without shutdown hooks: nothing may run as somebody else. The default. */
    LostThreadPolicy HALT = (thread, failure) -> Runtime.getRuntime().halt(HALT_STATUS);

    /** Holds the thread for ever: it serves nobody, and its pool is a thread short. */
    LostThreadPolicy PARK = (thread, failure) -> {
        while (true) {
            LockSupport.park(failure);
            Thread.interrupted();
        }
    };

    /**
     * @param thread the calling thread, lost
     * @param failure what could not be undone
     */
    void lost(Thread thread, IdentityException failure);
}
