package dev.latchkey.impersonation;

import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.MethodType;

/**
 * What to do with work on a virtual thread (Java 21 and later).
 *
 * <p>What a {@link ThreadIdentity} puts on a virtual thread sits on its carrier: when the virtual thread blocks, others
 * run under it, and the revert reaches another carrier. So a virtual thread never carries one. An identity that has
 * only scoped parts is safe there and is run in place.
 */
public enum VirtualThreads {
    /** The work is refused, with {@link IdentityFailure#VIRTUAL_THREAD}. */
    REFUSE,

    /** The work is done on one of the flow's own platform threads while the virtual thread waits. */
    HOP;

    /** {@code Thread.isVirtual}; on a Java without it, a constant false. */
    private static final MethodHandle IS_VIRTUAL = find();

    private static MethodHandle find() {
        try {
            return MethodHandles.publicLookup()
                    .findVirtual(Thread.class, "isVirtual", MethodType.methodType(boolean.class));
        } catch (NoSuchMethodException | IllegalAccessException e) {
            return MethodHandles.dropArguments(MethodHandles.constant(boolean.class, false), 0, Thread.class);
        }
    }

    static boolean isVirtual(Thread thread) {
        try {
            return (boolean) IS_VIRTUAL.invokeExact(thread);
        } catch (Throwable e) {
            throw new IllegalStateException("Thread.isVirtual failed", e);
        }
    }
}
