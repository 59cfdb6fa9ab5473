package dev.latchkey;

import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodHandles;
import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * The few things that are asked of a request, whatever Servlet version it is of. It links to no Servlet class, because
 * these classes are loaded by the server, which has none. A value; any thread may use it.
 */
final class RequestView {
    /** The method handles of a request class: looked up once a class, and gone with its loader. */
    private static final ClassValue<Methods> METHODS = new ClassValue<>() {
        @Override
        protected Methods computeValue(Class<?> type) {
            return new Methods(type);
        }
    };

    private final Object request;
    private final Methods methods;

    RequestView(Object request) {
        this.request = request;
        this.methods = METHODS.get(request.getClass());
        if (methods.getAttribute == null) {
            throw new IllegalArgumentException(
                    request.getClass().getName() + " is neither a ServletRequest nor a Jetty Request");
        }
    }

    @Nullable
    Object attribute(String name) {
        return invoke(methods.getAttribute, request, name);
    }

    /**
     * {@return the name of the kind of dispatch that the request is in, such as {@code ERROR}; null for a core request,
     * and for one that has ended}
     */
    @Nullable
    String dispatcherType() {
        return whileItLives(() -> invoke(methods.getDispatcherType, request)) instanceof Enum<?> type
                ? type.name()
                : null;
    }

    /**
     * {@return what stands under a request attribute, put there now if nothing did}
     *
     * @param made what to put there; returned too if the request has ended
     */
    <T> T attributeOr(String name, Class<T> type, T made) {
        Object known = whileItLives(() -> {
            Object there = invoke(methods.getAttribute, request, name);
            if (!type.isInstance(there)) {
                invoke(methods.setAttribute, request, name, made);
            }
            return there;
        });
        return type.isInstance(known) ? type.cast(known) : made;
    }

    /**
     * A server takes a request that has ended to pieces, and what is left fails in ways of its own; that it is too late
     * is the service's to say.
     */
    private static @Nullable Object whileItLives(Supplier<@Nullable Object> question) {
        try {
            return question.get();
        } catch (RuntimeException ended) {
            return null;
        }
    }

    boolean isSecure() {
        return Boolean.TRUE.equals(invoke(methods.isSecure, request));
    }

    /**
     * Lengthens the timeout of a started asynchronous request, if there is one and it has a timeout. A container reads
     * it when {@code service()} returns, so it is called before that.
     *
     * @param byMillis how much longer, in milliseconds
     */
    void lengthenAsyncTimeout(long byMillis) {
        if (!Boolean.TRUE.equals(whileItLives(() -> invoke(methods.isAsyncStarted, request)))) {
            return;
        }
        Object context = whileItLives(() -> invoke(methods.getAsyncContext, request));
        if (context == null) {
            return;
        }
        Methods ofContext = METHODS.get(context.getClass());
        if (invoke(ofContext.getTimeout, context) instanceof Long timeout && timeout > 0) {
            try {
                invoke(ofContext.setTimeout, context, timeout + byMillis);
            } catch (IllegalStateException tooLate) {
                // service() has returned: the application set its own clock going, and keeps it.
                return;
            }
        }
    }

    private static @Nullable Object invoke(@Nullable MethodHandle method, Object... arguments) {
        if (method == null) {
            return null;
        }
        try {
            return method.invokeWithArguments(arguments);
        } catch (RuntimeException | Error x) {
            throw x;
        } catch (Throwable x) {
            throw new IllegalStateException("cannot ask the request", x);
        }
    }

    private static final class Methods {
        final @Nullable MethodHandle getAttribute;
        final @Nullable MethodHandle setAttribute;
        final @Nullable MethodHandle getDispatcherType;
        final @Nullable MethodHandle isSecure;
        final @Nullable MethodHandle isAsyncStarted;
        final @Nullable MethodHandle getAsyncContext;
        final @Nullable MethodHandle getTimeout;
        final @Nullable MethodHandle setTimeout;

        Methods(Class<?> type) {
            getAttribute = find(type, "getAttribute", String.class);
            setAttribute = find(type, "setAttribute", String.class, Object.class);
            getDispatcherType = find(type, "getDispatcherType");
            isSecure = find(type, "isSecure");
            isAsyncStarted = find(type, "isAsyncStarted");
            getAsyncContext = find(type, "getAsyncContext");
            getTimeout = find(type, "getTimeout");
            setTimeout = find(type, "setTimeout", long.class);
        }

        /** Looks in the interfaces that a class implements: these are public where the class may not be. */
        private static @Nullable MethodHandle find(@Nullable Class<?> type, String name, Class<?>... parameters) {
            if (type == null) {
                return null;
            }
            if (type.isInterface() && Modifier.isPublic(type.getModifiers())) {
                try {
                    Method method = type.getMethod(name, parameters);
                    return MethodHandles.publicLookup().unreflect(method);
                } catch (NoSuchMethodException | IllegalAccessException x) {
                    // Not this one; one of its parents may have it.
                }
            }
            for (Class<?> parent : type.getInterfaces()) {
                MethodHandle method = find(parent, name, parameters);
                if (method != null) {
                    return method;
                }
            }
            return find(type.getSuperclass(), name, parameters);
        }
    }
}
