package dev.latchkey.impersonation;

import org.jspecify.annotations.Nullable;

/**
 * What was put on a thread, and what must come back: one apply with its revert.
 *
 * <p>Frames of a thread form a stack; the innermost is current one, whichever flow it is of.
 * A frame belongs to its thread, and only that thread calls it.
 */
final class Frame {
    /** Null again outside of all frames, so that no thread keeps a flow. */
    private static final ThreadLocal<@Nullable Frame> INNERMOST = new ThreadLocal<>();

    private final IdentityFlow flow;
    private final @Nullable Frame outer;
    private final IdentityParts parts;

    /** What the thread carried before, by provider; null as a whole when it carried nothing. */
    private final @Nullable IdentityPart @Nullable [] before;

    /** How many providers have been touched, and are to be reverted. */
    private int touched;

    private boolean closed;

    /** What a scope holds besides, to be given back with it; null for none. */
    private @Nullable Identity held;

    private Frame(
            IdentityFlow flow, @Nullable Frame outer, IdentityParts parts, @Nullable IdentityPart @Nullable [] before) {
        this.flow = flow;
        this.outer = outer;
        this.parts = parts;
        this.before = before;
    }

    /**
     * Puts away what the thread carries and makes it carry these parts instead, proven.
     *
     * @throws IdentityException if that failed; the thread is then as it was, or lost
     */
    static Frame enter(IdentityFlow flow, IdentityParts parts) {
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
        Frame frame = new Frame(flow, outer, parts, before);
        frame.apply();
        INNERMOST.set(frame);
        return frame;
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
            } catch (RuntimeException | LinkageError e) {
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
        } catch (RuntimeException | LinkageError e) {
            IdentityException refused = flow.refusal(kind, providers[i], e);
            IdentityException dirty = undo(refused);
            throw dirty == null ? refused : dirty;
        }
    }

    /** {@return whether the provider has anything to change: the thread carried a part, or shall} */
    private boolean concerns(int i) {
        return parts.ofThread(i) != null || before(i) != null;
    }

    private @Nullable IdentityPart before(int i) {
        return before == null ? null : before[i];
    }

    /**
     * Brings the thread back to what it carried before, and proves it; reverts frames that were left open within first.
     *
     * @param cause a failure that led here, to be kept, or null
     * @return what could not be undone, after the policy has been asked; null if all is well
     */
    @Nullable
    IdentityException leave(@Nullable Throwable cause) {
        IdentityException lost = null;
        for (Frame open = INNERMOST.get(); open != null && open != this; open = open.outer) {
            open.markClosed();
            flow.incidents().leftOpen(null);
            lost = worse(lost, open.undo(cause));
        }
        markClosed();
        lost = worse(lost, undo(cause));
        INNERMOST.set(outer);
        return lost;
    }

    private void markClosed() {
        closed = true;
        if (held != null) {
            held.close();
        }
    }

    private static @Nullable IdentityException worse(
            @Nullable IdentityException one, @Nullable IdentityException other) {
        return one == null ? other : one;
    }

    private @Nullable IdentityException undo(@Nullable Throwable cause) {
        ThreadIdentity[] providers = flow.threadIdentities();
        IdentityException failure = null;
        for (int i = touched - 1; i >= 0; i--) {
            try {
                if (concerns(i)) {
                    providers[i].revert(before(i));
                    providers[i].verify(before(i));
                } else {
                    proveClean(providers[i]);
                }
            } catch (RuntimeException | LinkageError e) {
                // The others are tried all the same: the fewer identities stay, the better.
                IdentityException one =
                        new IdentityException(IdentityFailure.REVERT_FAILED, IdentityFlow.describe(providers[i], e), e);
                if (failure == null) {
                    failure = one;
                } else {
                    failure.addSuppressed(one);
                }
            }
        }
        giveBack(flow, before);
        if (failure != null) {
            if (cause != null && cause != failure) {
                failure.addSuppressed(cause);
            }
            flow.incidents().lose(failure, outer == null);
        }
        return failure;
    }

    /** The task had no part of this provider; somebody's code in it may have impersonated all the same. */
    private void proveClean(ThreadIdentity provider) {
        IdentityPart left = provider.capture();
        if (left != null) {
            flow.statistics().captured(1);
            flow.incidents().giveBack(left, true);
            provider.revert(null);
            provider.verify(null);
            flow.incidents().leftOpen(provider);
        }
    }

    /** Closes a scope: refused, with nothing changed, unless this is the thread's innermost frame. */
    void close() {
        // On another thread it is not the innermost either.
        if (closed || INNERMOST.get() != this) {
            throw new IdentityException(IdentityFailure.WRONG_SCOPE, null, null);
        }
        IdentityException lost = leave(null);
        if (lost != null) {
            throw lost;
        }
    }
}
