package dev.latchkey.impersonation.carrier;

import dev.latchkey.impersonation.Identities;
import dev.latchkey.impersonation.Identity;
import dev.latchkey.impersonation.IdentityFlow;
import dev.latchkey.impersonation.IdentityScope;
import jakarta.enterprise.concurrent.spi.ThreadContextProvider;
import jakarta.enterprise.concurrent.spi.ThreadContextSnapshot;
import java.util.Map;

/** Carries identities with Jakarta Concurrency, wherever its implementation asks the providers of the application. Any thread. */
public final class JakartaConcurrencyCarrier implements ThreadContextProvider {
    /** The type to name where contexts are chosen. */
    public static final String TYPE = "Identity";

    private final IdentityFlow flow;

    /** Made by the service file. */
    public JakartaConcurrencyCarrier() {
        this(Identities.flow());
    }

    /** @param flow in which to capture */
    public JakartaConcurrencyCarrier(IdentityFlow flow) {
        this.flow = flow;
    }

    @Override
    public ThreadContextSnapshot currentContext(Map<String, String> properties) {
        return snapshot(flow.current());
    }

    /** {@return a snapshot under which work runs clean} */
    @Override
    public ThreadContextSnapshot clearedContext(Map<String, String> properties) {
        return snapshot(flow.none());
    }

    private static ThreadContextSnapshot snapshot(Identity identity) {
        return () -> {
            IdentityScope scope = identity.open();
            return scope::close;
        };
    }

    @Override
    public String getThreadContextType() {
        return TYPE;
    }
}
