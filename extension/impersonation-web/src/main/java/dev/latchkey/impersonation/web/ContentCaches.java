package dev.latchkey.impersonation.web;

import jakarta.servlet.ServletContext;
import jakarta.servlet.ServletRegistration;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.util.List;

/**
 * Keeps Jetty's servlets of static files from serving one caller's file to another: their cache of contents knows paths,
 * and no callers.
 *
 * <p>Called at the start of an application. Static.
 */
final class ContentCaches {
    private static final Logger LOG = System.getLogger("dev.latchkey.impersonation");

    /** What Jetty's default servlet asks before its own parameters, whichever of its environments it is of. */
    private static final String PREFIX = "org.eclipse.jetty.servlet.Default.";

    private static final String FILES = "maxCachedFiles";

    /** Each of them switches the cache on. */
    private static final List<String> PARAMETERS =
            List.of(FILES, "maxCacheSize", "maxCachedFileSize", "cacheValidationTime");

    /** Attributes by which an embedder gives the servlets a cache of its own. */
    private static final List<String> FACTORIES =
            List.of("org.eclipse.jetty.http.content.HttpContent$Factory", "resourceCache");

    private ContentCaches() {}

    /** @throws IllegalStateException if there is one that cannot be switched off: the application does not start */
    static void switchOff(ServletContext context) {
        for (String factory : FACTORIES) {
            if (context.getAttribute(factory) != null) {
                throw refusal("the context's attribute " + factory);
            }
        }
        boolean found = PARAMETERS.stream().anyMatch(name -> context.getInitParameter(PREFIX + name) != null);
        if (!context.setInitParameter(PREFIX + FILES, "0") && !"0".equals(context.getInitParameter(PREFIX + FILES))) {
            throw refusal("the context's parameter " + PREFIX + FILES);
        }
        for (ServletRegistration servlet : context.getServletRegistrations().values()) {
            if (PARAMETERS.stream().noneMatch(name -> servlet.getInitParameter(name) != null)) {
                continue;
            }
            found = true;
            String kind = String.valueOf(servlet.getClassName());
            boolean asksTheContext = kind.startsWith("org.eclipse.jetty.") && kind.endsWith(".DefaultServlet");
            if (!asksTheContext
                    && !servlet.setInitParameter(FILES, "0")
                    && !"0".equals(servlet.getInitParameter(FILES))) {
                throw refusal("the servlet " + servlet.getName() + "'s parameters");
            }
        }
        if (found) {
            LOG.log(
                    Level.INFO,
                    "The cache of static files is off in the application \"{0}\": its requests run as their callers, and"
                            + " it would serve what one may read to another",
                    context.getContextPath());
        }
    }

    private static IllegalStateException refusal(String where) {
        return new IllegalStateException("Static files are cached, by " + where
                + "; one caller's would be served to another. Set maxCachedFiles to 0, or "
                + ImpersonationInitializer.REQUESTS + " to off");
    }
}
