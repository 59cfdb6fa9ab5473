package dev.latchkey.jetty.ee;

import dev.latchkey.jetty.AnnotationScan;
import jakarta.servlet.Filter;
import jakarta.servlet.FilterChain;
import jakarta.servlet.FilterConfig;
import jakarta.servlet.ServletContext;
import jakarta.servlet.ServletException;
import jakarta.servlet.ServletRequest;
import jakarta.servlet.ServletResponse;
import java.io.IOException;
import org.jspecify.annotations.Nullable;

/**
 * Stops the start of an application that has the annotation where nothing would enforce it. A filter that stands before
 * nothing, because a filter is initialized when all listeners have run, and so when CDI is there. Called by who starts and
 * stops the application.
 */
final class StartCheck implements Filter {
    private final AnnotationScan scan;
    private @Nullable ServletContext context;

    StartCheck(AnnotationScan scan) {
        this.scan = scan;
    }

    @Override
    public void init(FilterConfig config) throws ServletException {
        PageGuards.install(config.getServletContext()); // whose listener may have come later than this attribute
        context = config.getServletContext();
        new GuardedClasses(scan, AnnotationScan.orOfThread(context.getClassLoader()))
                .refuseWhatNothingEnforces(context);
    }

    @Override
    public void destroy() {
        if (context != null) {
            scan.unregisteredServlets().forget(context);
        }
    }

    @Override
    public void doFilter(ServletRequest request, ServletResponse response, FilterChain chain)
            throws IOException, ServletException {
        chain.doFilter(request, response);
    }
}
