package dev.latchkey.impersonation.web;

import dev.latchkey.impersonation.Identity;
import dev.latchkey.impersonation.IdentityFlow;
import jakarta.servlet.http.HttpServletRequest;
import org.jspecify.annotations.Nullable;

/**
 * Finds the identity that an authenticated caller carries; yours by a service file of this name.
 *
 * <p>Asked once a request, after the container has authenticated it, on any thread. The first answer counts.
 */
@FunctionalInterface
public interface CallerIdentities {

    /**
     * {@return the caller's identity, which the filter will close; null if this cannot tell one}
     *
     * <p>"No identity" is an answer too: the request then runs clean.
     *
     * @param request the request, with its principal if it has one
     * @param flow in which to make the identity
     * @throws RuntimeException if the caller has an identity that cannot be used: the request is not served
     */
    @Nullable
    Identity of(HttpServletRequest request, IdentityFlow flow);
}
