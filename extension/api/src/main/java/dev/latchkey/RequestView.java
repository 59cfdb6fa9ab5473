package dev.latchkey;

import dev.latchkey.spi.Refusals;
import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodHandles;
import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.util.Locale;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * The few things that are asked of a request, whatever Servlet version it is of. It links to no Servlet class, because
 * these classes are loaded by the server, which has none. A value; any thread may use it.
 */
final class RequestView {
    /** Set by a Servlet container as soon as an error is to be told. */
    private static final String ERROR_STATUS = "jakarta.servlet.error.status_code";

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
     * {@return whether an error is being told: a servlet's error dispatch, or a core request on which one has begun}
     */
    boolean isErrorDispatch() {
        if (methods.getDispatcherType == null) {
            return whileItLives(() -> attribute(ERROR_STATUS)) != null;
        }
        return whileItLives(() -> invoke(methods.getDispatcherType, request)) instanceof Enum<?> type
                && type.name().equals("ERROR");
    }

    /** {@return whether the request is a CORS preflight: OPTIONS with the headers that only such a one has} */
    boolean isPreflight() {
        return "OPTIONS".equals(whileItLives(() -> invoke(methods.getMethod, request)))
                && header("Origin") != null
                && header("Access-Control-Request-Method") != null;
    }

    /**
     * {@return whether a browser made the request on a guess, before its user wanted the page}
     *
     * <p>{@code Sec-Purpose} is the standard's header; {@code Purpose} and {@code X-Moz} are what older browsers send.
     */
    boolean isSpeculative() {
        return tells(header("Sec-Purpose"), "prefetch")
                || tells(header("Purpose"), "prefetch")
                || tells(header("X-Moz"), "prefetch");
    }

    private static boolean tells(@Nullable String header, String word) {
        return header != null && header.toLowerCase(Locale.ROOT).contains(word);
    }

    private @Nullable String header(String name) {
        Object value = whileItLives(() -> {
            if (methods.getHeader != null) {
                return invoke(methods.getHeader, request, name);
            }
            Object headers = invoke(methods.getHeaders, request);
            return headers == null ? null : invoke(METHODS.get(headers.getClass()).get, headers, name);
        });
        return value instanceof String text ? text : null;
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

    /** {@return a failure of this request, as the server makes it; one that no server knows where there is none} */
    NegotiationException refuse(Reason reason) {
        return whileItLives(() -> attribute(Refusals.ATTRIBUTE)) instanceof Refusals server
                ? server.refuse(reason)
                : new NegotiationException(reason, true, null, null);
    }

    boolean isSecure() {
        return Boolean.TRUE.equals(invoke(methods.isSecure, request));
    }

    /**
     * Lengthens the timeout of a started asynchronous request, if there is one and it has a timeout. A container reads
     * it when {@code service()} returns, so it is called before that.
     *
     * @param lengthened what this returned before, or 0: a timeout that stands at this value was lengthened already
     * @param byMillis how much longer, in milliseconds
     * @return the timeout that was set, in milliseconds, now or before
     */
    long lengthenAsyncTimeout(long lengthened, long byMillis) {
        if (!Boolean.TRUE.equals(whileItLives(() -> invoke(methods.isAsyncStarted, request)))) {
            return lengthened;
        }
        Object context = whileItLives(() -> invoke(methods.getAsyncContext, request));
        if (context == null) {
            return lengthened;
        }
        Methods ofContext = METHODS.get(context.getClass());
        if (!(whileItLives(() -> invoke(ofContext.getTimeout, context)) instanceof Long timeout)
                || timeout <= 0
                || timeout == lengthened
                || timeout > Long.MAX_VALUE - byMillis) {
            return lengthened;
        }
        try {
            invoke(ofContext.setTimeout, context, timeout + byMillis);
            return timeout + byMillis;
        } catch (IllegalStateException tooLate) {
            // service() has returned: the application set its own clock going, and keeps it.
            return lengthened;
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
        final @Nullable MethodHandle getMethod;
        final @Nullable MethodHandle getHeader;
        final @Nullable MethodHandle getHeaders;
        final @Nullable MethodHandle get;
        final @Nullable MethodHandle isSecure;
        final @Nullable MethodHandle isAsyncStarted;
        final @Nullable MethodHandle getAsyncContext;
        final @Nullable MethodHandle getTimeout;
        final @Nullable MethodHandle setTimeout;

        Methods(Class<?> type) {
            getAttribute = find(type, "getAttribute", String.class);
            setAttribute = find(type, "setAttribute", String.class, Object.class);
            getDispatcherType = find(type, "getDispatcherType");
            getMethod = find(type, "getMethod");
            getHeader = find(type, "getHeader", String.class);
            getHeaders = find(type, "getHeaders"); // of a core request; its fields have get(String)
            get = find(type, "get", String.class);
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
