package dev.latchkey.impersonation.http;

import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.Proxy;
import java.util.ArrayList;
import java.util.EventListener;
import java.util.List;
import java.util.concurrent.Callable;
import org.eclipse.jetty.client.Request;
import org.eclipse.jetty.client.Response;
import org.jspecify.annotations.Nullable;

/** Puts something around each call of a listener of Jetty's client, whatever kinds of listener it is. Any thread. */
final class Listeners {
    private Listeners() {}

    /** What is put around. */
    @FunctionalInterface
    interface Around {
        /** Does the call, or not. */
        @Nullable
        Object call(Method method, Object[] arguments, Callable<@Nullable Object> body) throws Exception;
    }

    /** {@return a listener of the same kinds} */
    static <L extends EventListener> L around(L listener, Around around) {
        Object proxy =
                Proxy.newProxyInstance(Listeners.class.getClassLoader(), kinds(listener), (self, method, arguments) -> {
                    if (method.getDeclaringClass() == Object.class) {
                        return ofObject(self, method, arguments, listener);
                    }
                    return around.call(method, arguments, () -> invoke(listener, method, arguments));
                });
        @SuppressWarnings("unchecked") // It has each listener interface that the listener has, and L is one of them.
        L same = (L) proxy;
        return same;
    }

    private static @Nullable Object ofObject(Object self, Method method, Object[] arguments, EventListener listener) {
        return switch (method.getName()) {
            case "equals" -> self == arguments[0];
            case "hashCode" -> System.identityHashCode(self);
            default -> listener.toString();
        };
    }

    private static @Nullable Object invoke(EventListener listener, Method method, Object[] arguments) throws Exception {
        try {
            return method.invoke(listener, arguments);
        } catch (InvocationTargetException e) {
            if (e.getCause() instanceof Exception cause) {
                throw cause;
            }
            if (e.getCause() instanceof Error cause) {
                throw cause;
            }
            throw e;
        }
    }

    private static Class<?>[] kinds(EventListener listener) {
        List<Class<?>> kinds = new ArrayList<>();
        for (Class<?> type = listener.getClass(); type != null; type = type.getSuperclass()) {
            for (Class<?> each : type.getInterfaces()) {
                boolean ofJetty = Response.ResponseListener.class.isAssignableFrom(each)
                        || Request.RequestListener.class.isAssignableFrom(each);
                if (ofJetty && each.getClassLoader() == Response.class.getClassLoader() && !kinds.contains(each)) {
                    kinds.add(each);
                }
            }
        }
        return kinds.toArray(Class<?>[]::new);
    }
}
