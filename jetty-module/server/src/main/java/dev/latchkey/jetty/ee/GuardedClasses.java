package dev.latchkey.jetty.ee;

import dev.latchkey.ClientCertificateGuard;
import dev.latchkey.NegotiationOptions.Presence;
import dev.latchkey.RequireClientCertificate;
import jakarta.servlet.Servlet;
import jakarta.servlet.ServletContext;
import jakarta.servlet.ServletException;
import jakarta.servlet.ServletRegistration;
import java.io.IOException;
import java.lang.reflect.Method;
import java.util.Arrays;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * Where a web application has the annotation: on servlets, on beans, and where nothing would look at it. For one thread.
 */
final class GuardedClasses {
    /** The class of {@code latchkey-cdi} that knows which beans it guards; loaded by the application, if at all. */
    private static final String BEANS = "dev.latchkey.cdi.GuardExtension";

    /** The interceptor of {@code latchkey-cdi} carries the annotation too. */
    private static final String OWN = "dev.latchkey.cdi.";

    private final ServletContext context;

    GuardedClasses(ServletContext context) {
        this.context = context;
    }

    /**
     * {@return the guards of the servlets that need a certificate, or of those that want one, by the servlets' names}
     *
     * @throws ServletException if an annotation's status is no 4xx
     */
    Map<String, ClientCertificateGuard> servlets(Presence presence) throws ServletException {
        Map<String, ClientCertificateGuard> found = new TreeMap<>();
        for (ServletRegistration servlet : context.getServletRegistrations().values()) {
            Class<?> type = load(servlet.getClassName());
            RequireClientCertificate annotation =
                    type == null ? null : type.getAnnotation(RequireClientCertificate.class);
            if (type != null && annotation != null && annotation.value() == presence) {
                found.put(servlet.getName(), guard(type, annotation));
            }
        }
        return Map.copyOf(found);
    }

    private static ClientCertificateGuard guard(Class<?> type, RequireClientCertificate annotation)
            throws ServletException {
        try {
            return ClientCertificateGuard.of(annotation);
        } catch (IllegalArgumentException x) {
            throw new ServletException("@RequireClientCertificate on " + type.getName() + ": " + x.getMessage(), x);
        }
    }

    /** {@return a class of the application; null if it cannot be loaded, and so cannot run} */
    private @Nullable Class<?> load(@Nullable String name) {
        try {
            return name == null ? null : Class.forName(name, false, context.getClassLoader());
        } catch (ClassNotFoundException | LinkageError x) {
            return null;
        }
    }

    /**
     * Stops the application if it has the annotation in a place where nothing would enforce it.
     *
     * @throws ServletException naming each such class
     */
    void refuseWhatNothingEnforces() throws ServletException {
        Set<String> unguarded = new TreeSet<>();
        try {
            for (String name : new AnnotationScan(context).classNames()) {
                Class<?> type = name.startsWith(OWN) ? null : load(name);
                if (type != null && !isEnforced(type)) {
                    unguarded.add(name);
                }
            }
        } catch (IOException x) {
            throw new ServletException("cannot read the application to look for @RequireClientCertificate", x);
        }
        if (!unguarded.isEmpty()) {
            throw new ServletException("@RequireClientCertificate would not be enforced on " + unguarded
                    + ": it guards the class of a servlet, or the class or a method of a CDI bean, and beans only with"
                    + " latchkey-cdi in WEB-INF/lib and CDI started; guard these by a servlet, a bean,"
                    + " a security-constraint or latchkey.paths instead");
        }
    }

    private boolean isEnforced(Class<?> type) throws ServletException {
        RequireClientCertificate onClass = type.getDeclaredAnnotation(RequireClientCertificate.class);
        if (onClass != null) {
            guard(type, onClass);
        }
        boolean onMethod = hasAnnotatedMethod(type);
        boolean servlet = Servlet.class.isAssignableFrom(type);
        if (servlet) {
            return !onMethod;
        }
        return (onClass == null && !onMethod) || guardedBeans().contains(type.getName());
    }

    private Set<?> guardedBeans() {
        Class<?> extension = load(BEANS);
        try {
            return extension != null
                            && extension
                                            .getMethod("guardedClasses", ClassLoader.class)
                                            .invoke(null, context.getClassLoader())
                                    instanceof Set<?> names
                    ? names
                    : Set.of();
        } catch (ReflectiveOperationException x) {
            return Set.of(); // another version of it: what it guards is not known
        }
    }

    private static boolean hasAnnotatedMethod(Class<?> type) throws ServletException {
        try {
            Method[] methods = type.getDeclaredMethods();
            return Arrays.stream(methods).anyMatch(m -> m.isAnnotationPresent(RequireClientCertificate.class));
        } catch (LinkageError x) {
            // It names the annotation, and it cannot be seen where.
            throw new ServletException("cannot look for @RequireClientCertificate in " + type.getName(), x);
        }
    }
}
