package dev.latchkey.jetty;

import java.lang.reflect.InvocationTargetException;
import java.util.Map;
import java.util.WeakHashMap;
import org.eclipse.jetty.util.component.Container;
import org.jspecify.annotations.Nullable;

/**
 * Gives each web application of a server what guards it, before it starts, whichever Servlet environment it is of.
 *
 * <p>The guards link to Servlet classes, of which a server has one set an environment, in loaders of their own; so the
 * guards are loaded once an environment, by an {@link EnvironmentClassLoader}. Nobody has to enable a module for an
 * environment, and so nobody can forget it and deploy an application unguarded.
 *
 * <p>Called by the server whenever a component is added anywhere below it, by any thread.
 */
final class WebApplications implements Container.InheritedListener {
    private static final String JETTY = "org.eclipse.jetty.ee";
    private static final String CONTEXT = ".servlet.ServletContextHandler";
    private static final String EE9 = "org.eclipse.jetty.ee9";
    private static final String EE9_SECURITY = EE9 + ".security.SecurityHandler";

    private final Map<ClassLoader, ClassLoader> loaders = new WeakHashMap<>();

    @Override
    public void beanAdded(Container parent, Object child) {
        Class<?> context = kind(child.getClass(), CONTEXT);
        if (context != null) {
            run(context, "dev.latchkey.jetty.ee.GuardInstaller", child);
        }
        Class<?> security = kind(child.getClass(), EE9_SECURITY);
        if (security != null) {
            run(security, "dev.latchkey.jetty.ee9.AuthenticatorInstaller", child);
        }
    }

    @Override
    public void beanRemoved(Container parent, Object child) {
        // What was given to it goes with it.
    }

    /** {@return the class of Jetty's, of any environment with jakarta.servlet, that a class is or extends; null if none} */
    private static @Nullable Class<?> kind(Class<?> type, String suffix) {
        for (Class<?> c = type; c != null; c = c.getSuperclass()) {
            String name = c.getName();
            if (name.startsWith(JETTY) && name.endsWith(suffix) && !name.startsWith(JETTY + "8.")) {
                return c;
            }
        }
        return null;
    }

    /** Calls {@code install(component)} of a class that is loaded beside the component's own class. */
    private void run(Class<?> beside, String installer, Object component) {
        try {
            Class.forName(installer, true, loader(beside.getClassLoader()))
                    .getMethod("install", Object.class)
                    .invoke(null, component);
        } catch (InvocationTargetException x) {
            throw failed(component, x.getCause());
        } catch (ReflectiveOperationException | LinkageError x) {
            throw failed(component, x);
        }
    }

    /** An application that we cannot guard must not start. */
    private static IllegalStateException failed(Object component, @Nullable Throwable cause) {
        return new IllegalStateException("cannot add Latchkey's guards to " + component, cause);
    }

    private ClassLoader loader(ClassLoader environment) {
        synchronized (loaders) {
            return loaders.computeIfAbsent(environment, EnvironmentClassLoader::below);
        }
    }
}
