package dev.latchkey.impersonation;

import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Predicate;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * A provider for tests: a thread carries a name, and every call can be made to fail.
 *
 * <p>A call that fails has half done its work: an apply has changed the thread, a revert has not. Counts what it gave out
 * and got back. Any thread.
 */
public final class FaultyIdentity implements ThreadIdentity {
    /** What can fail. */
    public enum Call {
        CAPTURE,
        APPLY,
        APPLY_SILENTLY,
        VERIFY,
        REVERT,
        REVERT_SILENTLY
    }

    private final String name;
    private final int order;
    private final ThreadLocal<@Nullable String> carried = new ThreadLocal<>();
    private final AtomicLong open = new AtomicLong();
    private volatile Predicate<Call> fails = call -> false;
    private volatile Supplier<? extends @Nullable Error> throwing = () -> null;
    private volatile boolean resolutionDepends;
    private volatile boolean inherited;

    public FaultyIdentity() {
        this("faulty", 0);
    }

    public FaultyIdentity(String name, int order) {
        this.name = name;
        this.order = order;
    }

    /** Sets which calls fail from now on. */
    public void failWhen(Predicate<Call> when) {
        fails = when;
    }

    public void fail(Call... calls) {
        failWhen(call -> java.util.List.of(calls).contains(call));
    }

    /** Sets what a call that fails throws: an Error, or null for the usual exception. */
    public void throwing(Supplier<? extends @Nullable Error> error) {
        throwing = error;
    }

    /** Sets whether it passes for one that new threads inherit; not by default. */
    public void inherited(boolean inherits) {
        inherited = inherits;
    }

    @Override
    public boolean isInherited() {
        return inherited;
    }

    /** Sets whether names are resolved differently for its users; not by default. */
    public void resolutionDependsOnIdentity(boolean depends) {
        resolutionDepends = depends;
    }

    @Override
    public boolean resolutionDependsOnIdentity() {
        return resolutionDepends;
    }

    /** Makes the calling thread carry a name, as a server's login would. */
    public void impersonate(@Nullable String user) {
        carried.set(user);
    }

    /** {@return what the calling thread carries, read past the provider} */
    public @Nullable String onThread() {
        return carried.get();
    }

    /** {@return how many parts have not been given back} */
    public long open() {
        return open.get();
    }

    /** {@return a part, as a login would make it} */
    public IdentityPart part(String user) {
        open.incrementAndGet();
        return new Part(this, user);
    }

    @Override
    public String name() {
        return name;
    }

    @Override
    public int order() {
        return order;
    }

    @Override
    public @Nullable IdentityPart capture() {
        failIf(Call.CAPTURE);
        String user = carried.get();
        return user == null ? null : part(user);
    }

    @Override
    public void apply(@Nullable IdentityPart part) {
        if (fails.test(Call.APPLY_SILENTLY)) {
            return;
        }
        set(part);
        failIf(Call.APPLY);
    }

    @Override
    public void revert(@Nullable IdentityPart before) {
        if (fails.test(Call.REVERT_SILENTLY)) {
            return;
        }
        failIf(Call.REVERT);
        set(before);
    }

    private void set(@Nullable IdentityPart part) {
        carried.set(part == null ? null : ((Part) part).user());
    }

    @Override
    public void verify(@Nullable IdentityPart part) {
        failIf(Call.VERIFY);
        String wanted = part == null ? null : ((Part) part).user();
        String found = carried.get();
        if (wanted == null ? found != null : !wanted.equals(found)) {
            throw new IllegalStateException("the thread carries " + found + ", not " + wanted);
        }
    }

    private void failIf(Call call) {
        if (fails.test(call)) {
            Error error = throwing.get();
            if (error != null) {
                throw error;
            }
            throw new IllegalStateException("injected at " + call);
        }
    }

    private record Part(FaultyIdentity owner, String user) implements IdentityPart {
        @Override
        public String provider() {
            return owner.name;
        }

        @Override
        public Object key() {
            return user;
        }

        @Override
        public void release() {
            owner.open.decrementAndGet();
        }
    }
}
