package dev.latchkey.example.stepup;

import jakarta.servlet.FilterChain;
import jakarta.servlet.ServletException;
import jakarta.servlet.http.HttpFilter;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;

/**
 * Refuses a POST that a page of another site makes the browser send: a TLS client certificate goes along with it, as a
 * cookie would. Clients other than browsers send neither header and are let through.
 */
public final class SameOriginFilter extends HttpFilter {
    private static final long serialVersionUID = 1L;

    /** {@inheritDoc} */
    @Override
    protected void doFilter(HttpServletRequest request, HttpServletResponse response, FilterChain chain)
            throws IOException, ServletException {
        if (request.getMethod().equals("POST") && !isOfThisOrigin(request)) {
            new Answer(request, response).refusal(403, "cross-site", "another site sent this request");
            return;
        }
        chain.doFilter(request, response);
    }

    private static boolean isOfThisOrigin(HttpServletRequest request) {
        String site = request.getHeader("Sec-Fetch-Site");
        if (site != null) {
            return site.equals("same-origin") || site.equals("none");
        }
        String origin = request.getHeader("Origin");
        return origin == null || (request.getRequestURL() + "/").startsWith(origin + "/");
    }
}
