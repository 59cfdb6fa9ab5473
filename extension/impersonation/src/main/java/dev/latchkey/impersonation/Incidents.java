package dev.latchkey.impersonation;

import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;

/**
 * Tells what went wrong, from the clean room's thread, and sees to it that a lost thread serves no more.
 *
 * <p>Whatever fails while something is told, the thread's fate does not depend on it. Any thread may call; the calling
 * thread may carry somebody's identity.
 */
final class Incidents {
    private static final Logger LOG = System.getLogger("dev.latchkey.impersonation");

    private final CleanRoom room;
    private final LostThreadPolicy policy;
    private final IdentityStatistics statistics;
    private final boolean quiet;
    private final AtomicBoolean toldOfBirth = new AtomicBoolean();

    Incidents(CleanRoom room, LostThreadPolicy policy, IdentityStatistics statistics, boolean quiet) {
        this.room = room;
        this.policy = policy;
        this.statistics = statistics;
        this.quiet = quiet;
    }

    /**
     * Takes the calling thread out of service.
     *
     * @param outermost whether nothing but its pool runs on it after this; else its callers would go on as somebody
     */
    @SuppressWarnings("Finally") // A policy that throws says so; there is nothing before it to be hidden.
    void lose(IdentityException failure, boolean outermost) {
        boolean retired = false;
        try {
            if (Thread.currentThread() instanceof CleanWorker worker) {
                worker.lose();
                retired = outermost && worker.isRetirable();
            }
            statistics.countLostThread();
            String fate = retired ? "its pool ends it" : "its pool cannot end it, the policy acts";
            String line =
                    "Thread " + Thread.currentThread().getName() + " is lost, " + fate + ": " + failure.getMessage();
            say(Level.ERROR, line, failure);
        } catch (Throwable e) {
            // It could not be said; what follows matters more.
        } finally {
            if (!retired) {
                policy.lost(Thread.currentThread(), failure);
            }
        }
    }

    void refuseLostThread() {
        if (Thread.currentThread() instanceof CleanWorker worker && worker.isLost()) {
            statistics.countRefused();
            throw new IdentityException(IdentityFailure.WORKER_LOST, worker.getName(), null);
        }
    }

    /**
     * A task left an identity on its thread, and it has been reverted.
     *
     * @param provider whose identity that was; null if it was a scope of ours
     */
    void leftOpen(@Nullable IdentityProvider provider) {
        statistics.countLeftOpen();
        tell(IdentityFailure.SCOPE_LEFT_OPEN, provider);
    }

    /** A thread in no task carried an identity of this provider, and has been cleaned. */
    void washed(IdentityProvider provider) {
        statistics.countWashed();
        tell(IdentityFailure.THREAD_INHERITED, provider);
    }

    private void tell(IdentityFailure what, @Nullable IdentityProvider provider) {
        try {
            String whose = provider == null ? "" : ", of " + provider.name();
            String line = what.code() + ": " + what.phrase() + " (thread "
                    + Thread.currentThread().getName() + whose + ")";
            say(Level.WARNING, line, null);
        } catch (Throwable e) {
            // It is counted.
        }
    }

    /** A task makes a thread of its own, which will be that user's until it ends; said once. */
    void born(IdentityKey user) {
        if (toldOfBirth.compareAndSet(false, true)) {
            IdentityFailure what = IdentityFailure.THREAD_INHERITED;
            say(
                    Level.WARNING,
                    what.code() + ": " + what.phrase() + ": a task of " + user + " starts one, which is that user's"
                            + " until it ends; this is said once",
                    new IllegalStateException("where it was made"));
        }
    }

    /** Gives a part back; a failure is told and counted, for there is nobody else to care. */
    void giveBack(IdentityPart part, boolean counted) {
        try {
            part.release();
            statistics.released(counted ? 1 : 0);
        } catch (Throwable e) {
            tellNotGivenBack(part, e);
        }
    }

    private void tellNotGivenBack(IdentityPart part, Throwable e) {
        try {
            String line = IdentityFailure.RELEASE_FAILED.code() + ": " + IdentityFailure.RELEASE_FAILED.phrase() + " ("
                    + part.provider() + ")";
            say(Level.ERROR, line, e);
        } catch (Throwable again) {
            // A handle is lost, and no memory to say so.
        }
    }

    private void say(Level level, String line, @Nullable Throwable failure) {
        if (!quiet) {
            room.tell(() -> LOG.log(level, line, failure));
        }
    }

    /** Said once, at the start: nobody can tell when a task does so. */
    static void sharedThreads() {
        LOG.log(
                Level.INFO,
                "What a task of a user gives to Java's common pool (parallel streams, supplyAsync) runs as the process");
    }

    static void leftOut(IdentityProvider provider, String reason) {
        LOG.log(Level.INFO, "Identities of kind " + provider.name() + " are not carried: " + reason);
    }
}
