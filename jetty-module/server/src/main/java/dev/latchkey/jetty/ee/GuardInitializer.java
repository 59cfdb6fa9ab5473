package dev.latchkey.jetty.ee;

import dev.latchkey.jetty.AnnotationScan;
import jakarta.servlet.FilterRegistration;
import jakarta.servlet.ServletContainerInitializer;
import jakarta.servlet.ServletContext;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Gives a web application the check of its start, and the binding of its sessions.
 *
 * <p>Added to each application by the server, so that neither {@code metadata-complete} nor an ordering of the
 * application's own can leave it out. Called each time that the application starts.
 */
final class GuardInitializer implements ServletContainerInitializer {
    private static final String NAME = "dev.latchkey.guard";

    private final AnnotationScan scan;
    private FilterRegistration.@Nullable Dynamic check;

    GuardInitializer(AnnotationScan scan) {
        this.scan = scan;
    }

    @Override
    public void onStartup(@Nullable Set<Class<?>> classes, ServletContext context) {
        if (check == null
                || context.getFilterRegistration(NAME) != check) { // an application that starts again may have it
            check = context.addFilter(NAME, new StartCheck(scan));
            if (check == null) {
                throw new IllegalStateException("the application has a filter of its own named " + NAME);
            }
            check.setAsyncSupported(true);
        }
        context.addListener(new SessionBinding());
        context.addListener(new PageGuards());
    }
}
