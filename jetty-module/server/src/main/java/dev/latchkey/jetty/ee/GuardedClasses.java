package dev.latchkey.jetty.ee;

import dev.latchkey.ClientCertificateGuard;
import dev.latchkey.RequireClientCertificate;
import dev.latchkey.jetty.AnnotationScan;
import jakarta.servlet.Servlet;
import jakarta.servlet.ServletContext;
import jakarta.servlet.ServletException;
import jakarta.servlet.ServletRegistration;
import java.io.IOException;
import java.lang.reflect.Modifier;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;

/**
 * Tells the annotation's places where something looks at it, servlets and beans, from those where nothing would. For one
 * thread.
 */
final class GuardedClasses {
    /** The class of {@code latchkey-cdi} that knows which beans it guards; loaded by the application, if at all. */
    private static final String BEANS = "dev.latchkey.cdi.GuardExtension";

    private final AnnotationScan scan;
    private final ClassLoader application;

    GuardedClasses(AnnotationScan scan, ClassLoader application) {
        this.scan = scan;
        this.application = application;
    }

    /**
     * {@return the guard that a class's annotation describes}
     *
     * @throws IllegalArgumentException if its status is no 4xx
     */
    static ClientCertificateGuard guard(Class<?> type, RequireClientCertificate annotation) {
        try {
            return ClientCertificateGuard.of(annotation);
        } catch (IllegalArgumentException x) {
            throw new IllegalArgumentException(
                    "@RequireClientCertificate on " + type.getName() + ": " + x.getMessage(), x);
        }
    }

    /** {@return what is to be said of classes that have it in vain} */
    static String notEnforced(Object classes) {
        return "@RequireClientCertificate would not be enforced on " + classes
                + ": it guards the class of a servlet, or the class or a method of a CDI bean with latchkey-cdi and CDI"
                + " started";
    }

    /**
     * Stops the application if it has the annotation in a place where nothing would enforce it, or cannot be searched.
     *
     * @param context the application's
     * @throws ServletException naming each such class
     */
    void refuseWhatNothingEnforces(ServletContext context) throws ServletException {
        Set<String> unguarded = new TreeSet<>();
        List<Class<?>> servlets = new ArrayList<>();
        try {
            Set<?> beans = guardedBeans();
            for (Class<?> type : scan.annotated(application)) {
                if (!isEnforced(type, beans)) {
                    unguarded.add(type.getName());
                } else if (isServlet(type) && !Modifier.isAbstract(type.getModifiers())) {
                    servlets.add(type);
                }
            }
        } catch (IOException | IllegalArgumentException x) {
            throw new ServletException(x.getMessage(), x);
        }
        if (!unguarded.isEmpty()) {
            throw new ServletException(notEnforced(unguarded)
                    + "; guard these by a servlet, a bean, a security-constraint or latchkey.paths instead, or name them"
                    + " in latchkey.enforcedElsewhere if the application itself sees to it");
        }
        Set<String> unregistered = scan.unregisteredServlets().among(context, registered(context), servlets);
        if (!unregistered.isEmpty()) {
            throw new ServletException(AnnotationScan.notRegistered(unregistered));
        }
    }

    private static Set<String> registered(ServletContext context) {
        Set<String> names = new HashSet<>();
        for (ServletRegistration each : context.getServletRegistrations().values()) {
            if (each.getClassName() != null) { // a servlet that is a JSP has none
                names.add(each.getClassName());
            }
        }
        return names;
    }

    private static boolean isEnforced(Class<?> type, Set<?> beans) {
        RequireClientCertificate onClass = type.getAnnotation(RequireClientCertificate.class);
        if (onClass != null) {
            guard(type, onClass);
        }
        return isServlet(type) ? !AnnotationScan.isOnMethod(type) : beans.contains(type.getName());
    }

    /** A servlet does not get the annotation from an interface. */
    private static boolean isServlet(Class<?> type) {
        return Servlet.class.isAssignableFrom(type) && !type.isInterface();
    }

    private Set<?> guardedBeans() {
        Class<?> extension = AnnotationScan.load(BEANS, application);
        try {
            return extension != null
                            && extension
                                            .getMethod("guardedClasses", ClassLoader.class)
                                            .invoke(null, application)
                                    instanceof Set<?> names
                    ? names
                    : Set.of();
        } catch (ReflectiveOperationException x) {
            return Set.of(); // another version of it: what it guards is not known
        }
    }
}
