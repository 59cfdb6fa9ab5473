package dev.latchkey.impersonation;

import org.jspecify.annotations.Nullable;

/**
 * What was put on a thread, and what must come back: one apply with its revert.
 *
 * <p>Frames of a thread form a stack; the innermost is current one, whichever flow it is of. The way back makes no
 * object where all goes well, and holds under whatever is thrown: first the thread is brought back, then it is told. A
 * frame belongs to its thread, and only that thread calls it.
 */
final class Frame {
    /** An Error on the way back, such as a full heap or a stop, may be of the moment. */
    private static final int ATTEMPTS = 3;

    /** Calls of the smallest size that must still fit on the stack: many times what the way back takes. */
    private static final int ROOM = 400;

    /** Null again outside of all frames, so that no thread keeps a flow; a thread that is made begins with none. */
    private static final ThreadLocal<@Nullable Frame> INNERMOST = new InheritableThreadLocal<>() {
        @Override
        protected @Nullable Frame childValue(@Nullable Frame ofMaker) {
            if (ofMaker != null) {
                ThreadBirths.check(ofMaker);
            }
            return null;
        }
    };

    private final IdentityFlow flow;
    private final @Nullable Frame outer;
    private final IdentityParts parts;

    /** What the thread carried before, by provider; null as a whole when it carried nothing. */
    private final @Nullable IdentityPart @Nullable [] before;

    /** Whether what the thread was born with is not brought back. */
    private final boolean washes;

    /** How many providers have been touched, and are to be reverted. */
    private int touched;

    /** Whether the thread has been brought back, or given up. */
    private boolean over;

    /** What a scope holds besides, to be given back with it; null for none. */
    private @Nullable Identity held;

    private Frame(
            IdentityFlow flow,
            @Nullable Frame outer,
            IdentityParts parts,
            @Nullable IdentityPart @Nullable [] before,
            boolean washes) {
        this.flow = flow;
        this.outer = outer;
        this.parts = parts;
        this.before = before;
        this.washes = washes;
    }

    /**
     * Puts away what the thread carries and makes it carry these parts instead, proven.
     *
     * @param handsOver whether this is a moment within somebody's work and not work of its own: a thread that was born
     *     as somebody, and is in no frame, then stays so
     * @throws IdentityException if that failed; the thread is then as it was, or lost
     */
    static Frame enter(IdentityFlow flow, IdentityParts parts, boolean handsOver) {
        if (flow.threadIdentities().length > 0) {
            reach(ROOM);
        }
        Frame outer = INNERMOST.get();
        @Nullable IdentityPart @Nullable [] before = putAway(flow);
        if (before != null && outer == null && Thread.currentThread() instanceof CleanWorker) {
            throw dirtyWorker(flow, before);
        }
        if (before != null && VirtualThreads.isVirtual(Thread.currentThread())) {
            // What is found sits on the carrier; to change it here would reach whoever runs on that next.
            giveBack(flow, before);
            throw flow.refusal(IdentityFailure.VIRTUAL_THREAD, null, null);
        }
        Frame frame;
        try {
            frame = new Frame(flow, outer, parts, before, before != null && outer == null && !handsOver);
            // Before anything is changed: on a thread's first frame this makes an object.
            INNERMOST.set(frame);
        } catch (Throwable e) {
            giveBack(flow, before);
            throw e;
        }
        frame.apply();
        return frame;
    }

    /** At the end of the stack it is this that fails, with nothing changed yet, and not the way back. */
    private static void reach(int depth) {
        if (depth > 0) {
            reach(depth - 1);
        }
    }

    /** Takes over an identity, to be closed with this frame. */
    void hold(Identity identity) {
        held = identity;
    }

    /** {@return what each provider finds on the thread, or null if none finds anything} */
    private static @Nullable IdentityPart @Nullable [] putAway(IdentityFlow flow) {
        ThreadIdentity[] providers = flow.threadIdentities();
        @Nullable IdentityPart @Nullable [] found = null;
        for (int i = 0; i < providers.length; i++) {
            try {
                IdentityPart part = providers[i].capture();
                if (part != null) {
                    if (found == null) {
                        found = new @Nullable IdentityPart[providers.length];
                    }
                    found[i] = part;
                    flow.statistics().captured(1);
                }
            } catch (Throwable e) {
                giveBack(flow, found);
                throw flow.refusal(IdentityFailure.CAPTURE_FAILED, providers[i], e);
            }
        }
        return found;
    }

    private static IdentityException dirtyWorker(IdentityFlow flow, @Nullable IdentityPart[] found) {
        IdentityException failure = flow.refusal(IdentityFailure.WORKER_DIRTY, null, null);
        giveBack(flow, found);
        flow.incidents().lose(failure, true);
        return failure;
    }

    private static void giveBack(IdentityFlow flow, @Nullable IdentityPart @Nullable [] parts) {
        if (parts != null) {
            for (IdentityPart part : parts) {
                if (part != null) {
                    flow.incidents().giveBack(part, true);
                }
            }
        }
    }

    private void apply() {
        ThreadIdentity[] providers = flow.threadIdentities();
        int i = 0;
        IdentityFailure kind = IdentityFailure.APPLY_FAILED;
        try {
            for (; i < providers.length; i++) {
                touched = i + 1;
                if (concerns(i)) {
                    providers[i].apply(parts.ofThread(i));
                }
            }
            kind = IdentityFailure.VERIFY_FAILED;
            for (i = 0; i < providers.length; i++) {
                if (concerns(i)) {
                    providers[i].verify(parts.ofThread(i));
                }
            }
        } catch (Throwable e) {
            // The way back first: to make an exception may fail as well.
            IdentityException dirty = leave(e);
            throw dirty == null ? flow.refusal(kind, providers[Math.min(i, providers.length - 1)], e) : dirty;
        }
    }

    /** {@return whether the provider has anything to change: the thread carried a part, or shall} */
    private boolean concerns(int i) {
        return parts.ofThread(i) != null || before(i) != null;
    }

    private @Nullable IdentityPart before(int i) {
        return before == null ? null : before[i];
    }

    /** {@return what is to be on the thread afterwards} */
    private @Nullable IdentityPart after(int i) {
        return washes && flow.threadIdentities()[i].isInherited() ? null : before(i);
    }

    /**
     * Brings the thread back to what it carried before, and proves it; reverts frames that were left open within first.
     * May be called again if something is thrown out of it.
     *
     * @param cause a failure that led here, to be kept, or null
     * @return what could not be undone, after the policy has been asked; null if all is well
     */
    @Nullable
    IdentityException leave(@Nullable Throwable cause) {
        if (over) {
            INNERMOST.set(outer);
            return null;
        }
        IdentityException lost = null;
        Frame innermost = INNERMOST.get();
        for (Frame open = innermost; open != null && open != this; open = open.outer) {
            lost = worse(lost, open.undo(cause));
        }
        lost = worse(lost, undo(cause));
        INNERMOST.set(outer);
        for (Frame open = innermost; open != null && open != this; open = open.outer) {
            flow.incidents().leftOpen(null);
        }
        return lost;
    }

    /** {@return whether the thread has been brought back, or given up} */
    boolean isOver() {
        return over;
    }

    private static @Nullable IdentityException worse(
            @Nullable IdentityException one, @Nullable IdentityException other) {
        return one == null ? other : one;
    }

    private @Nullable IdentityException undo(@Nullable Throwable cause) {
        IdentityException failure = null;
        ThreadIdentity leftBehind = null;
        for (int i = touched - 1; i >= 0; i--) {
            try {
                if (bringBack(i)) {
                    leftBehind = flow.threadIdentities()[i];
                }
            } catch (Throwable e) {
                // The others are tried all the same: the fewer identities stay, the better.
                failure = add(failure, i, e);
            }
        }
        over = true;
        if (failure != null) {
            failure = failure.with(cause);
            flow.incidents().lose(failure, outer == null);
        }
        giveBack(flow, before);
        if (held != null) {
            held.close();
        }
        if (leftBehind != null) {
            flow.incidents().leftOpen(leftBehind);
        }
        if (washes && failure == null) {
            tellWashed();
        }
        return failure;
    }

    private IdentityException add(@Nullable IdentityException failure, int provider, Throwable e) {
        try {
            IdentityException one = new IdentityException(
                    IdentityFailure.REVERT_FAILED, IdentityFlow.describe(flow.threadIdentities()[provider], e), e);
            return failure == null ? one : failure.with(one);
        } catch (Throwable full) {
            return failure == null ? IdentityException.SPEECHLESS : failure;
        }
    }

    /** {@return whether the task itself had left an identity behind} */
    private boolean bringBack(int i) {
        ThreadIdentity provider = flow.threadIdentities()[i];
        for (int attempt = 1; ; attempt++) {
            try {
                if (!concerns(i)) {
                    return wash(provider);
                }
                provider.revert(after(i));
                provider.verify(after(i));
                return false;
            } catch (Error e) {
                if (attempt == ATTEMPTS) {
                    throw e;
                }
            }
        }
    }

    /** The task had no part of this provider; somebody's code in it may have impersonated all the same. */
    private boolean wash(ThreadIdentity provider) {
        IdentityPart left = provider.capture();
        if (left == null) {
            return false;
        }
        provider.revert(null);
        provider.verify(null);
        flow.statistics().captured(1);
        flow.incidents().giveBack(left, true);
        return true;
    }

    private void tellWashed() {
        for (int i = 0; i < touched; i++) {
            if (before(i) != null && after(i) == null) {
                flow.incidents().washed(flow.threadIdentities()[i]);
            }
        }
    }

    /** Closes a scope: refused, with nothing changed, unless this is the thread's innermost frame. */
    void close() {
        // On another thread it is not the innermost either.
        if (over || INNERMOST.get() != this) {
            throw new IdentityException(IdentityFailure.WRONG_SCOPE, null, null);
        }
        IdentityException lost = finish(null);
        if (lost != null) {
            throw lost;
        }
    }

    /**
     * As {@link #leave}, and again if something was thrown out of that; the last resort is the policy for lost threads.
     */
    @Nullable
    IdentityException finish(@Nullable Throwable cause) {
        try {
            return leave(cause);
        } catch (Throwable e) {
            return finishOrLose(cause);
        }
    }

    private @Nullable IdentityException finishOrLose(@Nullable Throwable cause) {
        boolean left = false;
        try {
            IdentityException lost = leave(cause);
            left = true;
            return lost;
        } finally {
            if (!left) {
                over = true;
                flow.incidents().lose(IdentityException.SPEECHLESS, outer == null);
            }
        }
    }

    /**
     * {@return the frame whose work the calling thread runs, as far as a thread that it starts inherits somebody by that;
     * null if such a thread is born clean}
     */
    @Nullable
    Frame inherited() {
        for (Frame frame = this; frame != null; frame = frame.outer) {
            if (frame.flow.inherits()) {
                return frame.parts.isInherited() ? frame : null;
            }
        }
        return null;
    }

    static @Nullable Frame innermost() {
        return INNERMOST.get();
    }

    IdentityFlow flow() {
        return flow;
    }

    IdentityParts parts() {
        return parts;
    }
}
