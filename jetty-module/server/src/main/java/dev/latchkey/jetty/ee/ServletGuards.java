package dev.latchkey.jetty.ee;

import dev.latchkey.RequireClientCertificate;
import dev.latchkey.jetty.AnnotationScan;
import dev.latchkey.jetty.ComponentWatch;
import jakarta.servlet.Servlet;
import java.lang.annotation.Annotation;

/**
 * Puts a guard before each servlet of an application that has the annotation, and keeps out of service what has it and
 * cannot be guarded. Any thread.
 */
final class ServletGuards implements ComponentWatch.Watcher {
    private final Class<?> wrapped;
    private final AnnotationScan scan;

    /** @param wrapped the interface by which Jetty is told of a wrapped servlet */
    ServletGuards(Class<?> wrapped, AnnotationScan scan) {
        this.wrapped = wrapped;
        this.scan = scan;
    }

    @Override
    public Object servlet(Object servlet, Class<?> type) {
        refuseMethods(type);
        RequireClientCertificate annotation = type.getAnnotation(RequireClientCertificate.class);
        return annotation == null
                ? servlet
                : GuardedServlet.before((Servlet) servlet, GuardedClasses.guard(type, annotation), wrapped);
    }

    @Override
    public void other(Class<?> type) {
        if (type.isAnnotationPresent(RequireClientCertificate.class)) {
            refuse(type);
        }
        refuseMethods(type);
    }

    private void refuseMethods(Class<?> type) {
        for (Annotation each : type.getAnnotations()) {
            Class<?> annotation = each.annotationType();
            if (annotation != RequireClientCertificate.class
                    && annotation.getName().equals(RequireClientCertificate.class.getName())) {
                throw new IllegalStateException("@RequireClientCertificate on " + type.getName()
                        + " is not the server's: leave latchkey-api out of the application");
            }
        }
        if (AnnotationScan.isOnMethod(type)) {
            refuse(type);
        }
    }

    private void refuse(Class<?> type) {
        if (!scan.isEnforcedElsewhere(type)) {
            throw new IllegalStateException(GuardedClasses.notEnforced(type.getName())
                    + ", but neither filters and listeners nor methods of servlets");
        }
    }
}
