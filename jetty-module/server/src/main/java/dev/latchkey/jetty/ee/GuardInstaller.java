package dev.latchkey.jetty.ee;

import jakarta.servlet.ServletContainerInitializer;
import java.lang.reflect.Method;

/** Adds {@link GuardInitializer} to a web application that is about to start. Static; any thread. */
public final class GuardInstaller {
    private GuardInstaller() {}

    /**
     * Adds it.
     *
     * @param context a ServletContextHandler of this environment, stopped
     * @throws ReflectiveOperationException if this is not the Jetty that we know
     */
    public static void install(Object context) throws ReflectiveOperationException {
        // By name, because each environment has a ServletContextHandler of its own.
        Method add = context.getClass().getMethod("addServletContainerInitializer", ServletContainerInitializer.class);
        add.invoke(context, new GuardInitializer());
    }
}
