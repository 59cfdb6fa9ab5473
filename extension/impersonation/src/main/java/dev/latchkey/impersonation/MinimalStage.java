package dev.latchkey.impersonation;

import java.lang.reflect.InvocationHandler;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.Proxy;
import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;

/**
 * A stage and nothing more: forwards to a future that nobody else has, and so cannot be completed by others. Each stage
 * that follows from it is such a one too. Any thread.
 */
final class MinimalStage implements InvocationHandler {
    private final ImpersonatingFuture<?> future;

    private MinimalStage(ImpersonatingFuture<?> future) {
        this.future = future;
    }

    @SuppressWarnings("unchecked") // It has that future's type.
    static <T extends @Nullable Object> CompletionStage<T> of(ImpersonatingFuture<T> future) {
        return (CompletionStage<T>) Proxy.newProxyInstance(
                MinimalStage.class.getClassLoader(), new Class<?>[] {CompletionStage.class}, new MinimalStage(future));
    }

    @Override
    public @Nullable Object invoke(Object proxy, Method method, @Nullable Object @Nullable [] arguments)
            throws Throwable {
        return switch (method.getName()) {
            case "toCompletableFuture" -> future.copy();
            case "equals" -> arguments != null && proxy == arguments[0];
            case "hashCode" -> System.identityHashCode(proxy);
            default -> forward(method, arguments);
        };
    }

    private @Nullable Object forward(Method method, @Nullable Object @Nullable [] arguments) throws Throwable {
        try {
            Object result = method.invoke(future, arguments);
            return result instanceof ImpersonatingFuture<?> next ? of(next) : result;
        } catch (InvocationTargetException e) {
            throw e.getCause() == null ? e : e.getCause();
        }
    }
}
