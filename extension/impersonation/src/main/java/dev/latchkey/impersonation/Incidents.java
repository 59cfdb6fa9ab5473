package dev.latchkey.impersonation;

import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import org.jspecify.annotations.Nullable;

/**
 * Tells what went wrong, from the clean room's thread, and sees to it that a lost thread serves no more.
 *
 * <p>Any thread may call; the calling thread may carry somebody's identity.
 */
final class Incidents {
    private static final Logger LOG = System.getLogger("dev.latchkey.impersonation");

    private final CleanRoom room;
    private final LostThreadPolicy policy;
    private final IdentityStatistics statistics;
    private final boolean quiet;

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
    void lose(IdentityException failure, boolean outermost) {
        statistics.countLostThread();
        Thread thread = Thread.currentThread();
        boolean retired = false;
        if (thread instanceof CleanWorker worker) {
            worker.lose();
            retired = outermost && worker.isRetirable();
        }
        String fate = retired ? "its pool ends it" : "its pool cannot end it, the policy acts";
        String line = "Thread " + thread.getName() + " is lost, " + fate + ": " + failure.getMessage();
        say(Level.ERROR, line, failure);
        if (!retired) {
            policy.lost(thread, failure);
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
        String whose = provider == null ? "" : ", of " + provider.name();
        String line = IdentityFailure.SCOPE_LEFT_OPEN.code() + ": " + IdentityFailure.SCOPE_LEFT_OPEN.phrase()
                + " (thread " + Thread.currentThread().getName() + whose + ")";
        say(Level.WARNING, line, null);
    }

    /** Gives a part back; a failure is told and counted, for there is nobody else to care. */
    void giveBack(IdentityPart part, boolean counted) {
        try {
            part.release();
            statistics.released(counted ? 1 : 0);
        } catch (RuntimeException | LinkageError e) {
            String line = IdentityFailure.RELEASE_FAILED.code() + ": " + IdentityFailure.RELEASE_FAILED.phrase() + " ("
                    + part.provider() + ")";
            say(Level.ERROR, line, e);
        }
    }

    private void say(Level level, String line, @Nullable Throwable failure) {
        if (!quiet) {
            room.tell(() -> LOG.log(level, line, failure));
        }
    }

    static void leftOut(IdentityProvider provider, String reason) {
        LOG.log(Level.INFO, "Identities of kind " + provider.name() + " are not carried: " + reason);
    }
}
