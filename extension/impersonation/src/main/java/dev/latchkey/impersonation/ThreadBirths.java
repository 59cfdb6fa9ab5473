package dev.latchkey.impersonation;

import java.lang.StackWalker.StackFrame;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * No thread that outlives a task is born as its user: where each thread comes from that is started while a user is on
 * the starting thread.
 *
 * <pre>
 *  who starts it, and how                          born            by
 *  ----------------------------------------------  --------------  ---------------------------------------
 *  this flow, for its pools, hops, clean-up        clean           {@link CleanWorker}, made in the {@link CleanRoom}
 *  Java, for all (common pool, delays, carriers)   clean           {@link SharedThreads}, before the first user
 *  anybody's pool or container, through us         clean           {@link IdentityFlow#handOver}
 *  anybody's pool, by the task itself              not at all      LK615, {@link #check}
 *  a virtual thread, by the task itself            not at all      LK607, {@link #check}
 *  a thread of the task's own                      as the user     told once, {@link #check}
 *  what is found in no frame all the same          is washed       LK616, {@link Frame}
 * </pre>
 *
 * <p>The kernel gives a new thread what its starter carries, for life, and Java lets nobody look on while a thread is
 * started. It does ask while one is <em>made</em>, on the thread that makes it: by the value of an inheritable thread
 * local. Static; any thread.
 */
final class ThreadBirths {
    private static final String VIRTUAL = "java.lang.VirtualThread.<init>";

    /** And the methods in which a pool makes a worker: above them on the stack there is but its factory. */
    private static final Set<String> MAKERS = Set.of(
            VIRTUAL,
            "java.util.concurrent.ThreadPoolExecutor.addWorker",
            "java.util.concurrent.ForkJoinPool.createWorker",
            "org.eclipse.jetty.util.thread.QueuedThreadPool.startThread");

    private static final StackWalker STACK = StackWalker.getInstance();

    private ThreadBirths() {}

    /**
     * Called on the thread that makes another, within a frame.
     *
     * @throws IdentityException if the new one would be somebody's, and is not to be
     */
    static void check(Frame ofMaker) {
        Frame carrying = ofMaker.inherited();
        if (carrying == null) {
            return;
        }
        IdentityFlow flow = carrying.flow();
        String maker = maker();
        if (maker == null) {
            flow.incidents().born(carrying.parts().key());
        } else if (maker.equals(VIRTUAL)) {
            throw flow.refusal(IdentityFailure.VIRTUAL_THREAD, null, null);
        } else {
            throw flow.refusal(IdentityFailure.THREAD_REFUSED, maker);
        }
    }

    /** {@return which of these methods makes a thread now; null if the task itself does} */
    static @Nullable String maker() {
        return STACK.walk(frames -> frames.map(ThreadBirths::method)
                .filter(MAKERS::contains)
                .findFirst()
                .orElse(null));
    }

    private static String method(StackFrame frame) {
        return frame.getClassName() + "." + frame.getMethodName();
    }
}
