package dev.latchkey.impersonation.web;

import dev.latchkey.impersonation.Identity;
import jakarta.servlet.DispatcherType;
import jakarta.servlet.Filter;
import jakarta.servlet.FilterChain;
import jakarta.servlet.ServletException;
import jakarta.servlet.ServletRequest;
import jakarta.servlet.ServletResponse;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.security.Principal;

/**
 * Runs each dispatch of a request as its caller, and keeps the caller's identity until the request ends.
 *
 * <p>There may be two of them: one in front decides who the caller is, and one behind all other filters looks whether one
 * of those has made it another, and then runs the rest as that. Any thread.
 */
final class CallerFilter implements Filter {
    private static final Logger LOG = System.getLogger("dev.latchkey.impersonation");

    /** The principal that a filter between found, for the dispatches of which that filter is not told. */
    private static final String LATER = "dev.latchkey.impersonation.principal";

    private final Caller caller;
    private final boolean required;
    private final OpenPaths open;
    private final boolean second;

    /**
     * @param required whether a request without an identity is refused; else it runs clean
     * @param open where it is not refused all the same
     * @param second whether another one stands in front, and has made the thread what it decided
     */
    CallerFilter(Caller caller, boolean required, OpenPaths open, boolean second) {
        this.caller = caller;
        this.required = required;
        this.open = open;
        this.second = second;
    }

    @Override
    public void doFilter(ServletRequest request, ServletResponse response, FilterChain chain)
            throws IOException, ServletException {
        HttpServletRequest http = (HttpServletRequest) request;
        Decision known = Decision.of(http);
        if (known != null && known.covers(http.getUserPrincipal())) {
            // A further dispatch of the same request, or the second filter's.
            if (second) {
                chain.doFilter(request, response);
            } else {
                run(new CallerRequest(http, known), response, chain);
            }
            return;
        }
        Decision decision = known == null ? new Decision(caller) : known;
        try {
            decide(http, decision);
        } catch (RefusedCallerException e) {
            LOG.log(Level.DEBUG, "A request is refused: {0}", e.getMessage());
            ((HttpServletResponse) response)
                    .sendError(
                            HttpServletResponse.SC_FORBIDDEN, "This application serves callers with an identity only");
            return;
        }
        CallerRequest ours = new CallerRequest(http, decision);
        if (known != null) {
            // The filter that began it will end it.
            run(ours, response, chain);
            return;
        }
        decision.putOn(http);
        try {
            run(ours, response, chain);
        } finally {
            if (!ours.isLeftToListener()) {
                decision.takeFrom(http);
                decision.close();
            }
        }
    }

    /** @throws RefusedCallerException if the caller is not to be served */
    private void decide(HttpServletRequest request, Decision decision) {
        HttpServletRequest asked = withLaterPrincipal(request);
        Identity found = caller.of(asked);
        boolean somebodyElse = !decision.identity().isNone();
        if (found == null && (somebodyElse || (required && !isOpen(request)))) {
            throw new RefusedCallerException(
                    somebodyElse ? "another principal was found, who has no identity" : "the caller has no identity",
                    null);
        }
        decision.become(found, asked.getUserPrincipal());
        if (decision.principal() != null) {
            request.setAttribute(LATER, decision.principal());
        }
    }

    /** An error page is shown when the request is over; whoever authenticated that is not asked again. */
    private static HttpServletRequest withLaterPrincipal(HttpServletRequest request) {
        return request.getDispatcherType() == DispatcherType.ERROR
                        && request.getUserPrincipal() == null
                        && request.getAttribute(LATER) instanceof Principal later
                ? new PrincipalRequest(request, later)
                : request;
    }

    /** The pages by which one logs in are nobody's: those that are named, and what is shown in place of an error. */
    private boolean isOpen(HttpServletRequest request) {
        return request.getDispatcherType() == DispatcherType.ERROR || open.include(request);
    }

    private static void run(CallerRequest request, ServletResponse response, FilterChain chain)
            throws IOException, ServletException {
        try {
            request.identity().call(() -> {
                request.beginDispatch();
                try {
                    chain.doFilter(request, CallerResponse.around(response, request::identity));
                } finally {
                    request.endDispatch();
                }
                return Boolean.TRUE;
            });
        } catch (IOException | ServletException | RuntimeException e) {
            throw e;
        } catch (Exception e) {
            throw new ServletException(e);
        }
    }
}
