package dev.latchkey.impersonation.web;

import dev.latchkey.impersonation.Identity;
import dev.latchkey.impersonation.IdentityFlow;
import jakarta.servlet.ServletContext;
import jakarta.servlet.http.HttpServletRequest;
import java.util.ArrayList;
import java.util.List;
import java.util.ServiceLoader;
import org.jspecify.annotations.Nullable;

/**
 * Who the caller of a request is, by the ways that an application has: its own services, WAFFLE, the mapped accounts.
 *
 * <p>Immutable; any thread.
 */
final class Caller {
    /** The context parameter, or else the system property, that maps principals to accounts. */
    static final String ACCOUNTS = "dev.latchkey.impersonation.accounts";

    private final IdentityFlow flow;
    private final List<CallerIdentities> ways = new ArrayList<>();

    Caller(IdentityFlow flow, ServletContext context) {
        this.flow = flow;
        ServiceLoader.load(CallerIdentities.class, context.getClassLoader()).forEach(ways::add);
        ways.add(new WafflePrincipals());
        String accounts = setting(context, ACCOUNTS);
        if (accounts != null) {
            ways.add(LocalAccounts.parse(ACCOUNTS, accounts));
        }
    }

    /** {@return the value of a context parameter, or else of the system property of the same name; null if neither} */
    static @Nullable String setting(ServletContext context, String name) {
        String value = context.getInitParameter(name);
        return value == null ? System.getProperty(name) : value;
    }

    /** {@return the caller's identity, to be closed; null if there is none to be found} */
    @Nullable
    Identity of(HttpServletRequest request) {
        for (CallerIdentities way : ways) {
            Identity identity = way.of(request, flow);
            if (identity != null) {
                return identity;
            }
        }
        return null;
    }

    IdentityFlow flow() {
        return flow;
    }
}
