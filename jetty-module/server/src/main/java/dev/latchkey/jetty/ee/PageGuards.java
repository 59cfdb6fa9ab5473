package dev.latchkey.jetty.ee;

import dev.latchkey.RequireClientCertificate;
import jakarta.servlet.Servlet;
import jakarta.servlet.ServletContext;
import jakarta.servlet.ServletContextAttributeEvent;
import jakarta.servlet.ServletContextAttributeListener;
import java.lang.reflect.InvocationHandler;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.Proxy;
import org.jspecify.annotations.Nullable;

/**
 * Puts a guard before each JSP that extends a class with the annotation. Jasper makes these servlets itself when they are
 * asked for, by the instance manager that it finds in the context's attributes. Any thread.
 */
final class PageGuards implements ServletContextAttributeListener {
    private static final String INSTANCE_MANAGER = "org.apache.tomcat.InstanceManager";

    @Override
    public void attributeAdded(ServletContextAttributeEvent event) {
        install(event);
    }

    @Override
    public void attributeReplaced(ServletContextAttributeEvent event) {
        install(event);
    }

    private static void install(ServletContextAttributeEvent event) {
        if (event.getName().equals(INSTANCE_MANAGER)) {
            install(event.getServletContext());
        }
    }

    /** Takes the place of a context's instance manager, if it has one. */
    static void install(ServletContext context) {
        Object manager = context.getAttribute(INSTANCE_MANAGER);
        if (manager == null || of(manager) instanceof Making) {
            return;
        }
        for (Class<?> c = manager.getClass(); c != null; c = c.getSuperclass()) {
            for (Class<?> each : c.getInterfaces()) {
                if (each.getName().equals(INSTANCE_MANAGER)) {
                    context.setAttribute(
                            INSTANCE_MANAGER,
                            Proxy.newProxyInstance(each.getClassLoader(), new Class<?>[] {each}, new Making(manager)));
                    return;
                }
            }
        }
    }

    private static @Nullable InvocationHandler of(@Nullable Object object) {
        return object != null && Proxy.isProxyClass(object.getClass()) ? Proxy.getInvocationHandler(object) : null;
    }

    /** Makes what the application's own instance manager makes, and guards it. */
    private static final class Making implements InvocationHandler {
        private final Object manager;

        Making(Object manager) {
            this.manager = manager;
        }

        @Override
        public @Nullable Object invoke(Object proxy, Method method, Object @Nullable [] arguments) throws Throwable {
            if (arguments != null && arguments.length == 1 && of(arguments[0]) instanceof GuardedServlet guarded) {
                arguments[0] = guarded.servlet();
            }
            Object made;
            try {
                made = method.invoke(manager, arguments);
            } catch (InvocationTargetException x) {
                throw x.getTargetException();
            }
            return method.getName().equals("newInstance") && made instanceof Servlet page ? guarded(page) : made;
        }

        private static Servlet guarded(Servlet page) {
            RequireClientCertificate annotation = page.getClass().getAnnotation(RequireClientCertificate.class);
            return annotation == null
                    ? page
                    : GuardedServlet.before(page, GuardedClasses.guard(page.getClass(), annotation));
        }
    }
}
