package dev.latchkey.example.stepup;

import jakarta.enterprise.inject.spi.CDI;
import jakarta.servlet.ServletContainerInitializer;
import jakarta.servlet.ServletContext;
import jakarta.servlet.ServletException;
import java.util.Set;
import org.jboss.weld.environment.servlet.EnhancedListener;
import org.jspecify.annotations.Nullable;

/**
 * Starts Weld where the server lets it run, and leaves it off elsewhere. Called once, when the application starts.
 *
 * <p>Jetty's module annotations brings a CDI API without an implementation, which does not find ours; its module cdi
 * hides that API from applications. Weld's own initializer does not look and fails the deployment, so web.xml leaves it
 * out. An application that relies on CDI needs none of this: it can just ask for the module.
 */
public final class CdiInitializer implements ServletContainerInitializer {
    /** {@inheritDoc} */
    @Override
    public void onStartup(@Nullable Set<Class<?>> classes, ServletContext context) throws ServletException {
        if (CDI.class.getClassLoader() == CdiInitializer.class.getClassLoader()) {
            new EnhancedListener().onStartup(classes, context);
        } else {
            context.log("CDI stays off: enable the server's module cdi, such as ee10-cdi, to see /injected work");
        }
    }
}
