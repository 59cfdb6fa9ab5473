package dev.latchkey.impersonation;

import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import java.util.function.BiConsumer;
import java.util.function.BiFunction;
import java.util.function.Consumer;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** Adds a continuation of each form that there is to a future, as a part of the {@link Rehearsal}. Static. */
final class RehearsedFutures {
    private RehearsedFutures() {}

    static void of(IdentityFlow flow) {
        ImpersonatingFuture<Boolean> future = flow.newIncompleteFuture(Runnable::run);
        CompletionStage<Boolean> stage = future.minimalCompletionStage();
        try {
            for (Method method : CompletionStage.class.getMethods()) {
                if (!Modifier.isStatic(method.getModifiers()) && method.getParameterCount() > 0) {
                    method.invoke(future, arguments(method, future));
                }
            }
        } catch (IllegalAccessException | InvocationTargetException e) {
            throw new IllegalStateException(e);
        }
        stage.thenRun(() -> {});
        future.orTimeout(1, TimeUnit.MINUTES);
        future.defaultExecutor().execute(() -> {});
        future.complete(true);
        flow.<Boolean>newIncompleteFuture(Runnable::run).completeAsync(() -> true);
    }

    private static @Nullable Object[] arguments(Method method, CompletableFuture<Boolean> future) {
        Class<?>[] types = method.getParameterTypes();
        @Nullable Object[] arguments = new @Nullable Object[types.length];
        for (int i = 0; i < types.length; i++) {
            arguments[i] = argument(types[i], future);
        }
        return arguments;
    }

    private static Object argument(Class<?> type, CompletableFuture<Boolean> future) {
        if (type == Function.class) {
            // What it gives fits those that expect a stage as well.
            return (Function<Object, Object>) x -> future;
        }
        if (type == BiFunction.class) {
            return (BiFunction<Object, Object, Object>) (x, y) -> future;
        }
        if (type == Consumer.class) {
            return (Consumer<Object>) x -> {};
        }
        if (type == BiConsumer.class) {
            return (BiConsumer<Object, Object>) (x, y) -> {};
        }
        if (type == Runnable.class) {
            return (Runnable) () -> {};
        }
        return type == Executor.class ? (Executor) Runnable::run : future;
    }
}
