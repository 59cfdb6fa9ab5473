package dev.latchkey.jetty.ee;

import dev.latchkey.NegotiationOptions.Presence;
import jakarta.servlet.FilterRegistration;
import jakarta.servlet.ServletContainerInitializer;
import jakarta.servlet.ServletContext;
import java.util.Locale;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Gives a web application the filters that guard its servlets, one for each kind of presence.
 *
 * <p>Added to each application by the server, so that neither {@code metadata-complete} nor an ordering of the
 * application's own can leave it out. Called once, when the application starts.
 */
public final class GuardInitializer implements ServletContainerInitializer {
    /** {@inheritDoc} */
    @Override
    public void onStartup(@Nullable Set<Class<?>> classes, ServletContext context) {
        for (Presence presence : Presence.values()) {
            String name = "dev.latchkey.guard." + presence.name().toLowerCase(Locale.ROOT);
            GuardFilter filter = new GuardFilter(presence);
            FilterRegistration.Dynamic registration = context.addFilter(name, filter);
            if (registration == null) {
                throw new IllegalStateException("the application has a filter of its own named " + name);
            }
            registration.setAsyncSupported(true);
            filter.registered(registration);
        }
    }
}
