package dev.latchkey.jetty.ee;

import dev.latchkey.jetty.AnnotationScan;
import jakarta.servlet.Filter;
import jakarta.servlet.FilterChain;
import jakarta.servlet.FilterConfig;
import jakarta.servlet.ServletException;
import jakarta.servlet.ServletRequest;
import jakarta.servlet.ServletResponse;
import java.io.IOException;

/**
 * Stops the start of an application that has the annotation where nothing would enforce it. A filter that stands before
 * nothing, because a filter is initialized when all listeners have run, and so when CDI is there. Called once.
 */
final class StartCheck implements Filter {
    private final AnnotationScan scan;

    StartCheck(AnnotationScan scan) {
        this.scan = scan;
    }

    @Override
    public void init(FilterConfig config) throws ServletException {
        new GuardedClasses(
                        scan,
                        AnnotationScan.orOfThread(config.getServletContext().getClassLoader()))
                .refuseWhatNothingEnforces();
    }

    @Override
    public void doFilter(ServletRequest request, ServletResponse response, FilterChain chain)
            throws IOException, ServletException {
        chain.doFilter(request, response);
    }
}
