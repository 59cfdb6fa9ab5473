package dev.latchkey.jetty;

import java.lang.reflect.Field;
import java.lang.reflect.InvocationHandler;
import java.lang.reflect.Method;
import java.lang.reflect.Proxy;
import java.util.LinkedHashMap;
import java.util.Map;
import org.eclipse.jetty.util.component.ContainerLifeCycle;
import org.jspecify.annotations.Nullable;

/**
 * Shows each servlet, filter and listener of a context before it serves, by whatever way and however late it got there:
 * by a class's name, as an instance of any loader, while the context runs.
 *
 * <p>By Jetty's wrap functions, which are one set an environment; hence the proxy. Any thread.
 */
public final class ComponentWatch implements InvocationHandler {
    /** Who looks; what it throws keeps the component from serving. */
    public interface Watcher {
        /**
         * {@return what takes a servlet's place; itself as a rule}
         *
         * @param servlet as Jetty has it, perhaps with a wrapper of its own around
         * @param type of the application's own servlet
         */
        Object servlet(Object servlet, Class<?> type);

        /** Looks at a filter's or a listener's class. */
        void other(Class<?> type);
    }

    private static final String[] FUNCTIONS = {
        ".ServletHolder$WrapFunction", ".FilterHolder$WrapFunction", ".ListenerHolder$WrapFunction"
    };

    /** What stands for servlets with SingleThreadModel, in environments that know it. */
    private static final String ONE_THREAD = ".ServletHolder$SingleThreadedWrapper";

    private final Class<?> wrapper;
    private final Watcher watcher;

    private ComponentWatch(Class<?> wrapper, Watcher watcher) {
        this.wrapper = wrapper;
        this.watcher = watcher;
    }

    /**
     * {@return the interface by which Jetty is told what a wrapper wraps}
     *
     * @param jetty Jetty's ServletContextHandler of an environment
     * @throws ReflectiveOperationException if this is not the Jetty that we know
     */
    public static Class<?> wrapper(Class<?> jetty) throws ReflectiveOperationException {
        return Class.forName(jetty.getPackageName() + ".BaseHolder$Wrapped", false, jetty.getClassLoader());
    }

    /**
     * Watches a context.
     *
     * @param context a ServletContextHandler of any environment
     * @param jetty Jetty's own class that it is or extends
     * @throws ReflectiveOperationException if this is not the Jetty that we know
     */
    public static void install(Object context, Class<?> jetty, Watcher watcher) throws ReflectiveOperationException {
        Class<?>[] functions = new Class<?>[FUNCTIONS.length];
        for (int i = 0; i < functions.length; i++) {
            functions[i] = Class.forName(jetty.getPackageName() + FUNCTIONS[i], false, jetty.getClassLoader());
        }
        Object function =
                Proxy.newProxyInstance(jetty.getClassLoader(), functions, new ComponentWatch(wrapper(jetty), watcher));
        // Before the application's own, whose wrappers need not tell what they wrap.
        ContainerLifeCycle beans = (ContainerLifeCycle) context;
        Map<Object, Boolean> others = new LinkedHashMap<>();
        for (Class<?> each : functions) {
            beans.getBeans(each).forEach(other -> others.put(other, beans.isManaged(other)));
        }
        others.keySet().forEach(beans::removeBean);
        beans.addBean(function);
        others.forEach(beans::addBean);
    }

    @Override
    public @Nullable Object invoke(Object proxy, Method method, Object @Nullable [] arguments) {
        if (arguments == null || method.getDeclaringClass() == Object.class) {
            return switch (method.getName()) {
                case "equals" -> arguments != null && proxy == arguments[0];
                case "hashCode" -> System.identityHashCode(proxy);
                default -> "Latchkey's guard of servlets";
            };
        }
        Object component = arguments[0];
        Class<?> type = innermost(component);
        if (method.getName().equals("wrapServlet")) {
            return watcher.servlet(component, type);
        }
        watcher.other(type);
        return component;
    }

    /** Jetty's wrappers, and those of others that extend them, tell what they wrap. */
    private Class<?> innermost(Object component) {
        Object inner = component;
        try {
            while (wrapper.isInstance(inner)) {
                Method wrapped = inner.getClass().getMethod("getWrapped");
                wrapped.setAccessible(true); // a wrapper's class may be private
                inner = wrapped.invoke(inner);
            }
            if (inner.getClass().getName().endsWith(ONE_THREAD)) {
                // It makes the servlets itself, one a thread, each of the holder's class.
                Field holder = inner.getClass().getDeclaredField("this$0");
                holder.setAccessible(true);
                Object holds = holder.get(inner);
                return (Class<?>) holds.getClass().getMethod("getHeldClass").invoke(holds);
            }
            return inner.getClass();
        } catch (ReflectiveOperationException x) {
            throw new IllegalStateException("cannot see what " + component + " wraps", x);
        }
    }
}
