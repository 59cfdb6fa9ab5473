package dev.latchkey.impersonation.web;

import dev.latchkey.impersonation.Identities;
import jakarta.servlet.DispatcherType;
import jakarta.servlet.FilterRegistration;
import jakarta.servlet.ServletContainerInitializer;
import jakarta.servlet.ServletContext;
import java.util.EnumSet;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Puts {@link CallerFilter} in front of all filters, where an application or its server asks for it.
 *
 * <p>Called by the container at start.
 */
public final class ImpersonationInitializer implements ServletContainerInitializer {
    /**
     * The context parameter, or else the system property: {@code off} (the default); {@code principal}, by which a
     * caller without an identity is served as before; {@code required}, by which it gets status 403.
     */
    public static final String REQUESTS = "dev.latchkey.impersonation.requests";

    /** Made by the service file. */
    public ImpersonationInitializer() {}

    /** @throws IllegalArgumentException if a setting has a value that it does not take: the application does not start */
    @Override
    public void onStartup(@Nullable Set<Class<?>> classes, ServletContext context) {
        String requests = Caller.setting(context, REQUESTS);
        if (requests == null || requests.equals("off")) {
            return;
        }
        if (!requests.equals("principal") && !requests.equals("required")) {
            throw new IllegalArgumentException(REQUESTS + " takes off, principal or required, not " + requests);
        }
        Caller caller = new Caller(Identities.flow(), context);
        FilterRegistration.Dynamic filter =
                context.addFilter("latchkey-impersonation", new CallerFilter(caller, requests.equals("required")));
        if (filter == null) {
            throw new IllegalStateException(
                    "A filter latchkey-impersonation is there already; is the jar there twice?");
        }
        filter.setAsyncSupported(true);
        filter.addMappingForUrlPatterns(
                EnumSet.of(DispatcherType.REQUEST, DispatcherType.ASYNC, DispatcherType.ERROR), false, "/*");
    }
}
