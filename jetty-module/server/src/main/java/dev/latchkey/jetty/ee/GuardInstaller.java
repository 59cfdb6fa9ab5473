package dev.latchkey.jetty.ee;

import dev.latchkey.jetty.AnnotationScan;
import dev.latchkey.jetty.ComponentWatch;
import jakarta.servlet.ServletContainerInitializer;
import java.lang.reflect.Method;

/** Adds the guards to a web application that is about to start. Static; any thread. */
public final class GuardInstaller {
    private GuardInstaller() {}

    /**
     * Adds them.
     *
     * @param context a ServletContextHandler of this environment, stopped
     * @param jetty Jetty's own class that it is or extends
     * @param scan finds what has the annotation
     * @throws ReflectiveOperationException if this is not the Jetty that we know
     */
    public static void install(Object context, Class<?> jetty, AnnotationScan scan)
            throws ReflectiveOperationException {
        // By name, because each environment has a ServletContextHandler of its own.
        Method add = context.getClass().getMethod("addServletContainerInitializer", ServletContainerInitializer.class);
        add.invoke(context, new GuardInitializer(scan));
        ComponentWatch.install(context, jetty, new ServletGuards(ComponentWatch.wrapper(jetty), scan));
    }
}
