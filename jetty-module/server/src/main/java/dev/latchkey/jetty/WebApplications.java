package dev.latchkey.jetty;

import java.lang.reflect.InvocationTargetException;
import java.util.Map;
import java.util.WeakHashMap;
import java.util.concurrent.ConcurrentHashMap;
import org.eclipse.jetty.server.Handler;
import org.eclipse.jetty.server.handler.ContextHandler;
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
    private static final String EE8 = JETTY + "8.";
    private static final String EE9 = JETTY + "9.";

    /** As many as the server has environments, for as long as it lives. */
    private final Map<ClassLoader, ClassLoader> loaders = new ConcurrentHashMap<>();

    private final Map<Object, Boolean> guarded = new WeakHashMap<>();
    private final AnnotationScan scan;

    WebApplications(DeclarativeStepUp settings) {
        scan = new AnnotationScan(settings);
    }

    /** {@return whether the server has had none so far} */
    boolean isEmpty() {
        synchronized (guarded) {
            return guarded.isEmpty();
        }
    }

    @Override
    public void beanAdded(Container parent, Object child) {
        guardHandler(child);
    }

    private void guardHandler(Object child) {
        guard(child);
        if (child instanceof ContextHandler context) {
            // ee9 keeps its own context inside this one. A deployer starts that before it is made one of the server's,
            // which is when the server would tell us of it.
            context.getBeans().forEach(this::guard);
        }
    }

    /** Some handlers tell of those below them, and do not have them as components. */
    void guardAllBelow(Handler.Container server) {
        server.getDescendants().forEach(this::guardHandler);
    }

    @Override
    public void beanRemoved(Container parent, Object child) {
        // What was given to it goes with it.
    }

    private void guard(Object component) {
        Class<?> context = context(component.getClass());
        if (context == null) {
            return;
        }
        synchronized (guarded) {
            if (guarded.containsKey(component)) {
                return;
            }
            try {
                install(context, component);
            } catch (InvocationTargetException x) {
                throw failed(component, x.getCause());
            } catch (ReflectiveOperationException | LinkageError x) {
                throw failed(component, x);
            }
            guarded.put(component, true); // not before, so that one that could not be guarded fails again
        }
    }

    private void install(Class<?> context, Object component) throws ReflectiveOperationException {
        if (context.getName().startsWith(EE8)) {
            OldApplication.watch(component, context, scan);
            return;
        }
        beside(context, "dev.latchkey.jetty.ee.GuardInstaller")
                .getMethod("install", Object.class, Class.class, AnnotationScan.class)
                .invoke(null, component, context, scan);
        if (context.getName().startsWith(EE9)) {
            beside(context, "dev.latchkey.jetty.ee9.AuthenticatorInstaller")
                    .getMethod("install", Object.class)
                    .invoke(null, component);
        }
    }

    /** {@return Jetty's class, of any environment, that a context's class is or extends; else null} */
    private static @Nullable Class<?> context(Class<?> type) {
        for (Class<?> c = type; c != null; c = c.getSuperclass()) {
            String name = c.getName();
            if (name.startsWith(JETTY) && name.endsWith(CONTEXT)) {
                return c;
            }
        }
        return null;
    }

    /** {@return a class of ours, loaded beside a class of an environment} */
    private Class<?> beside(Class<?> context, String name) throws ClassNotFoundException {
        return Class.forName(
                name, true, loaders.computeIfAbsent(context.getClassLoader(), EnvironmentClassLoader::below));
    }

    /** An application that we cannot guard must not start. */
    private static IllegalStateException failed(Object component, @Nullable Throwable cause) {
        return new IllegalStateException(
                "cannot add Latchkey's guards to " + component + "; where it has started already, call"
                        + " LatchkeySslConnectionFactory.install(connector) or DeclarativeStepUp.install(server) before",
                cause);
    }
}
