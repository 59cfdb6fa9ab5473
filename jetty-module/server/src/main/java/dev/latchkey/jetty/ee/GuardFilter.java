package dev.latchkey.jetty.ee;

import dev.latchkey.ClientCertificateGuard;
import dev.latchkey.NegotiationException;
import dev.latchkey.NegotiationOptions.Presence;
import dev.latchkey.Reason;
import dev.latchkey.jetty.CertificateLogin;
import jakarta.servlet.DispatcherType;
import jakarta.servlet.Filter;
import jakarta.servlet.FilterChain;
import jakarta.servlet.FilterConfig;
import jakarta.servlet.FilterRegistration;
import jakarta.servlet.ServletException;
import jakarta.servlet.ServletRequest;
import jakarta.servlet.ServletResponse;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.util.EnumSet;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Stands before the servlets that need a certificate, or before those that want one, and lets requests pass or not.
 *
 * <p>It maps itself when it starts, which is when all servlets are registered: by their names, because a named dispatch
 * has no path. Any thread.
 */
final class GuardFilter implements Filter {
    private final Presence presence;
    private final ClientCertificateGuard plain;
    private volatile Map<String, ClientCertificateGuard> guards = Map.of();
    private FilterRegistration.@Nullable Dynamic registration;

    GuardFilter(Presence presence) {
        this.presence = presence;
        this.plain = ClientCertificateGuard.of(presence);
    }

    void registered(FilterRegistration.Dynamic as) {
        registration = as;
    }

    @Override
    public void init(FilterConfig config) throws ServletException {
        GuardedClasses classes = new GuardedClasses(config.getServletContext());
        guards = classes.servlets(presence);
        FilterRegistration.Dynamic own = registration;
        if (own == null) {
            throw new ServletException("not made by GuardInitializer");
        }
        if (!guards.isEmpty()) {
            own.addMappingForServletNames(
                    EnumSet.allOf(DispatcherType.class), false, guards.keySet().toArray(String[]::new));
        }
        if (presence == Presence.NEED) { // once an application
            classes.refuseWhatNothingEnforces();
        }
    }

    @Override
    public void doFilter(ServletRequest request, ServletResponse response, FilterChain chain)
            throws IOException, ServletException {
        try {
            guard(request).check(request);
        } catch (NegotiationException x) {
            refuse(x, request, (HttpServletResponse) response);
            return;
        }
        chain.doFilter(request, response);
    }

    /**
     * A servlet's own guard names the status. In a forward by name nothing tells which servlet comes next, but it is one
     * of ours, and all of ours have the same presence.
     */
    private ClientCertificateGuard guard(ServletRequest request) {
        String name = request instanceof HttpServletRequest http
                ? http.getHttpServletMapping().getServletName()
                : null;
        ClientCertificateGuard own = name == null ? null : guards.get(name);
        return own == null ? plain : own;
    }

    private static void refuse(NegotiationException why, ServletRequest request, HttpServletResponse response)
            throws IOException {
        if (why.reason() == Reason.HTTP_VERSION || response.isCommitted()) {
            throw why; // there is nothing to be written any more
        }
        if (request.getDispatcherType() == DispatcherType.ERROR) {
            // The status is told already; an error of an error page would hide it.
            response.resetBuffer();
            response.setContentType("text/plain");
            response.getWriter().println(CertificateLogin.text(why));
            return;
        }
        CertificateLogin.forbidStoring(why, response::setHeader);
        response.sendError(why.status(), CertificateLogin.text(why));
    }
}
