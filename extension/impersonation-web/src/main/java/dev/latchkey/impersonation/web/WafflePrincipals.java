package dev.latchkey.impersonation.web;

import dev.latchkey.impersonation.Identity;
import dev.latchkey.impersonation.IdentityFlow;
import dev.latchkey.impersonation.windows.WaffleIdentities;
import jakarta.servlet.http.HttpServletRequest;
import java.security.Principal;
import org.jspecify.annotations.Nullable;
import waffle.servlet.WindowsPrincipal;

/**
 * Takes the access token of a WAFFLE principal. Named by its class first, so that nothing of WAFFLE is loaded where it
 * is not used. Any thread.
 */
final class WafflePrincipals implements CallerIdentities {
    @Override
    public @Nullable Identity of(HttpServletRequest request, IdentityFlow flow) {
        Principal principal = request.getUserPrincipal();
        if (principal == null || !principal.getClass().getName().startsWith("waffle.servlet.")) {
            return null;
        }
        return Waffle.identity(principal, flow);
    }

    private static final class Waffle {
        static Identity identity(Principal principal, IdentityFlow flow) {
            return flow.of(WaffleIdentities.capture(((WindowsPrincipal) principal).getIdentity()));
        }
    }
}
