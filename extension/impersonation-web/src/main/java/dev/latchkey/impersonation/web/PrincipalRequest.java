package dev.latchkey.impersonation.web;

import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletRequestWrapper;
import java.security.Principal;

/** A request of a principal that its container does not know. Threads as of the request it wraps. */
final class PrincipalRequest extends HttpServletRequestWrapper {
    private final Principal principal;

    PrincipalRequest(HttpServletRequest request, Principal principal) {
        super(request);
        this.principal = principal;
    }

    @Override
    public Principal getUserPrincipal() {
        return principal;
    }

    @Override
    public String getRemoteUser() {
        return principal.getName();
    }
}
