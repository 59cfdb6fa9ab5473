package dev.latchkey.impersonation.web;

import dev.latchkey.impersonation.Identities;
import dev.latchkey.impersonation.Identity;
import jakarta.servlet.ServletContext;

/** What the filter puts on a request, for tests of other packages. Static. */
public final class Decided {
    private Decided() {}

    /** {@return what every attribute of a request that runs as this identity may be, which stays the caller's} */
    public static Object as(Identity identity, ServletContext context) {
        Decision decision = new Decision(new Caller(Identities.flow(), context));
        decision.become(identity, null);
        return decision;
    }
}
