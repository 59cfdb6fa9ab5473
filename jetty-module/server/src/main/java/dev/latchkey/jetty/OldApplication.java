package dev.latchkey.jetty;

import dev.latchkey.RequireClientCertificate;
import java.io.IOException;
import java.util.List;
import org.eclipse.jetty.util.component.LifeCycle;

/**
 * A web application of ee8, whose servlets are {@code javax.servlet}'s and have no guard: it does not start if it has the
 * annotation, and a component that has it and comes later does not serve. Called by the threads that start them.
 */
final class OldApplication implements LifeCycle.Listener, ComponentWatch.Watcher {
    private final Object context;
    private final AnnotationScan scan;

    private OldApplication(Object context, AnnotationScan scan) {
        this.context = context;
        this.scan = scan;
    }

    /**
     * Looks at an application as it starts, when it has unpacked itself and none of its servlets is there; and binds its
     * sessions to the certificates that paths of the configuration let pass.
     *
     * @param context ee8's ServletContextHandler, stopped
     * @param jetty Jetty's own class that it is or extends
     * @throws ReflectiveOperationException if this is not the ee8 that we know
     */
    static void watch(Object context, Class<?> jetty, AnnotationScan scan) throws ReflectiveOperationException {
        OldApplication application = new OldApplication(context, scan);
        LifeCycle servlets =
                (LifeCycle) context.getClass().getMethod("getServletHandler").invoke(context);
        servlets.addEventListener(application);
        ComponentWatch.install(context, jetty, application);
        OldSessionBinding.install(context, jetty.getClassLoader());
    }

    @Override
    public void lifeCycleStarting(LifeCycle servlets) {
        List<Class<?>> unguarded;
        try {
            unguarded = scan.annotated(
                    (ClassLoader) context.getClass().getMethod("getClassLoader").invoke(context));
        } catch (IOException x) {
            throw new IllegalStateException(x.getMessage(), x);
        } catch (ReflectiveOperationException x) {
            throw new IllegalStateException("not the ee8 that we know: " + context, x);
        }
        if (!unguarded.isEmpty()) {
            throw refused(unguarded.stream().map(Class::getName).toList());
        }
    }

    @Override
    public Object servlet(Object servlet, Class<?> type) {
        other(type);
        return servlet;
    }

    @Override
    public void other(Class<?> type) {
        if ((type.isAnnotationPresent(RequireClientCertificate.class) || AnnotationScan.isOnMethod(type))
                && !scan.isEnforcedElsewhere(type)) {
            throw refused(List.of(type.getName()));
        }
    }

    private static IllegalStateException refused(List<String> unguarded) {
        return new IllegalStateException("@RequireClientCertificate would not be enforced on " + unguarded
                + ", because the application is of ee8: guard it by latchkey.paths, or deploy it on ee9 or later");
    }

    @Override
    public String toString() {
        return "OldApplication[" + context + "]";
    }
}
