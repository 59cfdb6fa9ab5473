package dev.latchkey.impersonation;

import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;

/**
 * One call of a task inside the scopes of the scoped providers, verified before its first line.
 *
 * <p>A provider that has nothing to hide and nothing to show is not entered. Used once, on one thread.
 */
final class ScopedRun<T extends @Nullable Object> {
    private final IdentityFlow flow;
    private final IdentityParts parts;
    private final Callable<? extends T> body;

    private boolean ran;
    private @Nullable T result;
    private @Nullable Throwable thrown;

    ScopedRun(IdentityFlow flow, IdentityParts parts, Callable<? extends T> body) {
        this.flow = flow;
        this.parts = parts;
        this.body = body;
    }

    @SuppressWarnings("NullAway") // What the body returned, null included where T allows it.
    T call() throws Exception {
        enter(0);
        if (thrown instanceof Error error) {
            throw error;
        }
        if (thrown instanceof Exception exception) {
            throw exception;
        }
        return result;
    }

    private void enter(int index) {
        ScopedIdentity[] providers = flow.scopedIdentities();
        if (index == providers.length) {
            run(providers);
            return;
        }
        ScopedIdentity provider = providers[index];
        IdentityPart part = parts.scoped(index);
        try {
            if (part == null && carriesNothing(provider)) {
                enter(index + 1);
            } else {
                provider.run(part, () -> enter(index + 1));
            }
        } catch (Throwable e) {
            refuse(IdentityFailure.APPLY_FAILED, provider, e);
        }
        if (!ran && thrown == null) {
            refuse(IdentityFailure.APPLY_FAILED, provider, null);
        }
    }

    private boolean carriesNothing(ScopedIdentity provider) {
        IdentityPart carried = provider.capture();
        if (carried == null) {
            return true;
        }
        flow.statistics().captured(1);
        flow.incidents().giveBack(carried, true);
        return false;
    }

    private void run(ScopedIdentity[] providers) {
        for (int i = 0; i < providers.length; i++) {
            try {
                providers[i].verify(parts.scoped(i));
            } catch (Throwable e) {
                refuse(IdentityFailure.VERIFY_FAILED, providers[i], e);
                return;
            }
        }
        ran = true;
        try {
            result = body.call();
        } catch (Throwable e) {
            thrown = e;
        }
    }

    /** The first failure stays: those that follow come from it. */
    private void refuse(IdentityFailure kind, ScopedIdentity provider, @Nullable Throwable cause) {
        if (thrown == null) {
            thrown = flow.refusal(kind, provider, cause);
        }
    }
}
