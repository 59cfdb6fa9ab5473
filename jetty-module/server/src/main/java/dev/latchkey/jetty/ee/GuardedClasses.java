package dev.latchkey.jetty.ee;

import dev.latchkey.ClientCertificateGuard;
import dev.latchkey.RequireClientCertificate;
import dev.latchkey.jetty.AnnotationScan;
import jakarta.servlet.Servlet;
import jakarta.servlet.ServletException;
import java.io.IOException;
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
     * @throws ServletException naming each such class
     */
    void refuseWhatNothingEnforces() throws ServletException {
        Set<String> unguarded = new TreeSet<>();
        try {
            Set<?> beans = guardedBeans();
            for (Class<?> type : scan.annotated(application)) {
                if (!isEnforced(type, beans)) {
                    unguarded.add(type.getName());
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
    }

    private static boolean isEnforced(Class<?> type, Set<?> beans) {
        RequireClientCertificate onClass = type.getDeclaredAnnotation(RequireClientCertificate.class);
        if (onClass != null) {
            guard(type, onClass);
        }
        // A servlet does not get it from an interface.
        return Servlet.class.isAssignableFrom(type) && !type.isInterface()
                ? !AnnotationScan.isOnMethod(type)
                : beans.contains(type.getName());
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
