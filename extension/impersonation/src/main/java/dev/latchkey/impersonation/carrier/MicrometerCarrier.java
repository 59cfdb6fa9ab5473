package dev.latchkey.impersonation.carrier;

import dev.latchkey.impersonation.Identities;
import dev.latchkey.impersonation.Identity;
import dev.latchkey.impersonation.IdentityException;
import dev.latchkey.impersonation.IdentityFailure;
import dev.latchkey.impersonation.IdentityFlow;
import dev.latchkey.impersonation.IdentityScope;
import io.micrometer.context.ThreadLocalAccessor;
import java.util.ArrayDeque;
import java.util.Deque;

/**
 * Carries identities with Micrometer's {@code ContextSnapshot}.
 *
 * <p>"No identity" is a value here too, so a task captured with none runs clean on a thread that carries one, which
 * Micrometer by itself would leave visible. Any thread.
 */
public final class MicrometerCarrier implements ThreadLocalAccessor<Identity> {
    /** The key in Micrometer's registry. */
    public static final String KEY = "dev.latchkey.identity";

    private static final ThreadLocal<Deque<IdentityScope>> OPEN = ThreadLocal.withInitial(ArrayDeque::new);

    private final IdentityFlow flow;

    /** Made by the service file. */
    public MicrometerCarrier() {
        this(Identities.flow());
    }

    /** @param flow in which to capture */
    public MicrometerCarrier(IdentityFlow flow) {
        this.flow = flow;
    }

    @Override
    public Object key() {
        return KEY;
    }

    /** {@return what the calling thread carries, "no identity" included} */
    @Override
    public Identity getValue() {
        return flow.current();
    }

    @Override
    public void setValue(Identity identity) {
        OPEN.get().push(identity.open());
    }

    @Override
    public void setValue() {
        setValue(flow.none());
    }

    /** Brings back what was there: what the scope put away, not what Micrometer asked for before. */
    @Override
    public void restore(Identity previous) {
        try (previous) {
            restore();
        }
    }

    @Override
    public void restore() {
        Deque<IdentityScope> open = OPEN.get();
        IdentityScope scope = open.poll();
        if (scope == null) {
            throw new IdentityException(IdentityFailure.WRONG_SCOPE, "nothing is open on this thread", null);
        }
        if (open.isEmpty()) {
            OPEN.remove();
        }
        scope.close();
    }
}
