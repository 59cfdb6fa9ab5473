package dev.latchkey.impersonation.web;

import dev.latchkey.impersonation.Identity;
import jakarta.servlet.Filter;
import jakarta.servlet.FilterChain;
import jakarta.servlet.ServletException;
import jakarta.servlet.ServletRequest;
import jakarta.servlet.ServletResponse;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;

/**
 * Runs each dispatch of a request as its caller, and keeps the caller's identity until the request ends.
 *
 * <p>Any thread.
 */
final class CallerFilter implements Filter {
    /** The request attribute that holds the {@link Identity}, for as long as the request lasts. */
    static final String IDENTITY = "dev.latchkey.impersonation.identity";

    private final Caller caller;
    private final boolean required;

    /** @param required whether a request without an identity is refused; else it runs clean */
    CallerFilter(Caller caller, boolean required) {
        this.caller = caller;
        this.required = required;
    }

    @Override
    public void doFilter(ServletRequest request, ServletResponse response, FilterChain chain)
            throws IOException, ServletException {
        HttpServletRequest http = (HttpServletRequest) request;
        if (http.getAttribute(IDENTITY) instanceof Identity known) {
            // A further dispatch of the same request.
            run(new CallerRequest(http, known), response, chain);
            return;
        }
        Identity found = caller.of(http);
        if (found == null && required) {
            ((HttpServletResponse) response)
                    .sendError(
                            HttpServletResponse.SC_FORBIDDEN, "This application serves callers with an identity only");
            return;
        }
        Identity identity = found == null ? caller.flow().none() : found;
        http.setAttribute(IDENTITY, identity);
        CallerRequest ours = new CallerRequest(http, identity);
        try {
            run(ours, response, chain);
        } finally {
            if (!ours.isLeftToListener()) {
                http.removeAttribute(IDENTITY);
                identity.close();
            }
        }
    }

    private static void run(CallerRequest request, ServletResponse response, FilterChain chain)
            throws IOException, ServletException {
        try {
            request.identity().call(() -> {
                chain.doFilter(request, CallerResponse.around(response, request.identity()));
                return Boolean.TRUE;
            });
        } catch (IOException | ServletException | RuntimeException e) {
            throw e;
        } catch (Exception e) {
            throw new ServletException(e);
        }
    }
}
