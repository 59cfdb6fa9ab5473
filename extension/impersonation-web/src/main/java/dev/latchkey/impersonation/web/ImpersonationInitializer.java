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
 * Puts {@link CallerFilter} in front of all filters, and behind them, where an application or its server asks for it.
 *
 * <p>Called by the container at start.
 */
public final class ImpersonationInitializer implements ServletContainerInitializer {
    /**
     * The context parameter, or else the system property: {@code off} (the default); {@code principal}, by which a
     * caller without an identity is served as before; {@code required}, by which it gets status 403, but
     * on the pages of a FORM login, on error pages, and where the parameter {@code dev.latchkey.impersonation.open} says
     * so ({@code /login, /css/*}).
     */
    public static final String REQUESTS = "dev.latchkey.impersonation.requests";

    /**
     * The context parameter, or else the system property: {@code first} (the default), by which a request runs as the
     * caller that the container has authenticated, from the first filter on, and is then looked at again behind all
     * filters; {@code last}, by which it is looked at there only, and all filters run as the server. An application whose
     * callers are authenticated by a filter, with {@code required}, takes {@code last}.
     */
    public static final String FILTER = "dev.latchkey.impersonation.filter";

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
        String place = Caller.setting(context, FILTER);
        if (place != null && !place.equals("first") && !place.equals("last")) {
            throw new IllegalArgumentException(FILTER + " takes first or last, not " + place);
        }
        EndOfApplication.listenIn(context);
        ContentCaches.switchOff(context);
        Caller caller = new Caller(Identities.flow(), context);
        boolean required = requests.equals("required");
        OpenPaths open = OpenPaths.of(context);
        boolean first = !"last".equals(place);
        if (first) {
            add(context, "latchkey-impersonation", new CallerFilter(caller, required, open, false))
                    .addMappingForUrlPatterns(
                            EnumSet.of(DispatcherType.REQUEST, DispatcherType.ASYNC, DispatcherType.ERROR),
                            false,
                            "/*");
        }
        // Behind all others, those of servlets' names too, and before whatever they forward to.
        add(context, "latchkey-impersonation-last", new CallerFilter(caller, required, open, first))
                .addMappingForServletNames(EnumSet.allOf(DispatcherType.class), true, "*");
    }

    private static FilterRegistration.Dynamic add(ServletContext context, String name, CallerFilter caller) {
        FilterRegistration.Dynamic filter = context.addFilter(name, caller);
        if (filter == null) {
            throw new IllegalStateException("A filter " + name + " is there already; is the jar there twice?");
        }
        filter.setAsyncSupported(true);
        return filter;
    }
}
