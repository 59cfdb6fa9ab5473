package dev.latchkey.impersonation.subject;

import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.MethodHandles.Lookup;
import java.lang.invoke.MethodType;
import java.security.PrivilegedAction;
import java.util.concurrent.Callable;
import javax.security.auth.Subject;
import org.jspecify.annotations.Nullable;

/**
 * How this Java carries a Subject: {@code current} and {@code callAs} from 18 on, {@code getSubject} and {@code doAs} on
 * 17. Any thread.
 */
final class SubjectAccess {
    /** {@code () -> Subject}. */
    private static final MethodHandle CURRENT;

    /** {@code (Subject, Runnable) -> void}. */
    private static final MethodHandle RUN_AS;

    static {
        Lookup lookup = MethodHandles.lookup();
        try {
            MethodHandle current;
            MethodHandle runAs;
            try {
                current = lookup.findStatic(Subject.class, "current", MethodType.methodType(Subject.class));
                runAs = adapted(lookup, "callAs", Callable.class, "callable");
            } catch (NoSuchMethodException e) {
                Class<?> controller = Class.forName("java.security.AccessController");
                Class<?> context = Class.forName("java.security.AccessControlContext");
                current = MethodHandles.filterReturnValue(
                        lookup.findStatic(controller, "getContext", MethodType.methodType(context)),
                        lookup.findStatic(Subject.class, "getSubject", MethodType.methodType(Subject.class, context)));
                runAs = adapted(lookup, "doAs", PrivilegedAction.class, "action");
            }
            CURRENT = current;
            RUN_AS = runAs;
        } catch (ReflectiveOperationException e) {
            throw new ExceptionInInitializerError(e);
        }
    }

    private SubjectAccess() {}

    private static MethodHandle adapted(Lookup lookup, String method, Class<?> shape, String adapter)
            throws ReflectiveOperationException {
        MethodHandle call =
                lookup.findStatic(Subject.class, method, MethodType.methodType(Object.class, Subject.class, shape));
        MethodHandle adapt =
                lookup.findStatic(SubjectAccess.class, adapter, MethodType.methodType(shape, Runnable.class));
        return MethodHandles.filterArguments(call, 1, adapt)
                .asType(MethodType.methodType(void.class, Subject.class, Runnable.class));
    }

    @SuppressWarnings("unused") // Called through its handle.
    private static Callable<Boolean> callable(Runnable action) {
        return () -> {
            action.run();
            return Boolean.TRUE;
        };
    }

    @SuppressWarnings("unused") // Called through its handle.
    private static PrivilegedAction<Boolean> action(Runnable action) {
        return () -> {
            action.run();
            return Boolean.TRUE;
        };
    }

    /** {@return the Subject of the calling code, or null for none} */
    static @Nullable Subject current() {
        try {
            return (@Nullable Subject) CURRENT.invokeExact();
        } catch (RuntimeException | Error e) {
            throw e;
        } catch (Throwable e) {
            throw new IllegalStateException(e);
        }
    }

    /** Runs an action as this Subject; as none if null. */
    static void run(@Nullable Subject subject, Runnable action) {
        try {
            RUN_AS.invokeExact(subject, action);
        } catch (RuntimeException | Error e) {
            throw e;
        } catch (Throwable e) {
            throw new IllegalStateException(e);
        }
    }
}
