package dev.latchkey.impersonation.web;

import dev.latchkey.impersonation.Identities;
import dev.latchkey.impersonation.Identity;
import dev.latchkey.impersonation.IdentityException;
import dev.latchkey.impersonation.IdentityFailure;
import jakarta.servlet.http.HttpServletRequest;

/** The caller's identity of a request, for code that wants it by itself. Static; any thread. */
public final class RequestIdentity {
    private RequestIdentity() {}

    /**
     * {@return the caller's identity, to be closed}
     *
     * <p>The one that the filter runs the request as, or, without the filter, what the same ways find.
     *
     * @throws IdentityException if the caller has none
     */
    public static Identity of(HttpServletRequest request) {
        Decision known = Decision.of(request);
        Identity found;
        try {
            found = known == null
                    ? new Caller(Identities.flow(), request.getServletContext()).of(request)
                    : known.identity().retain();
        } catch (RefusedCallerException e) {
            throw new IdentityException(IdentityFailure.NO_PROVIDER, e.getMessage(), e);
        }
        if (found == null || found.isNone()) {
            throw new IdentityException(
                    IdentityFailure.NO_PROVIDER, "the caller of this request carries no identity", null);
        }
        return found;
    }
}
