package dev.latchkey.impersonation;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.ServiceConfigurationError;
import java.util.ServiceLoader;
import java.util.Set;
import java.util.WeakHashMap;
import java.util.concurrent.Callable;
import java.util.concurrent.Executor;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ThreadFactory;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * The providers and policies under which identities are captured and carried.
 *
 * <p>Most code uses the one of {@link Identities#flow()}; a flow of one's own has its own providers and policies. It
 * has a thread that never impersonates, from which workers are born: {@linkplain #close() close} ends it. Any thread.
 */
public final class IdentityFlow implements AutoCloseable {
    private final ThreadIdentity[] threadIdentities;
    private final ScopedIdentity[] scopedIdentities;
    private final Map<String, String> leftOut;
    private final VirtualThreads virtualThreads;
    private final @Nullable HopThreads hops;
    private final IdentityStatistics statistics = new IdentityStatistics();
    private final CleanRoom room;
    private final Incidents incidents;
    private final ForgottenIdentities forgotten;
    private final boolean inherits;
    private final Set<ExecutorService> pools =
            Collections.newSetFromMap(Collections.synchronizedMap(new WeakHashMap<>()));
    private final Identity none;

    private IdentityFlow(Builder builder) {
        leftOut = new LinkedHashMap<>();
        List<IdentityProvider> usable = new ArrayList<>();
        for (IdentityProvider provider : builder.providers) {
            String reason = provider.unavailable();
            if (reason == null) {
                usable.add(provider);
            } else {
                leftOut.put(provider.name(), reason);
                Incidents.leftOut(provider, reason);
            }
        }
        usable.sort(Comparator.comparingInt(IdentityProvider::order));
        threadIdentities = only(ThreadIdentity.class, usable).toArray(ThreadIdentity[]::new);
        scopedIdentities = only(ScopedIdentity.class, usable).toArray(ScopedIdentity[]::new);
        virtualThreads = builder.virtualThreads;
        inherits = usable.stream().anyMatch(IdentityProvider::isInherited);
        boolean ofThread = Arrays.stream(threadIdentities).anyMatch(IdentityProvider::isInherited);
        room = new CleanRoom(threadIdentities, scopedIdentities, ofThread).open();
        incidents = new Incidents(room, builder.lostThreads, statistics, builder.quiet);
        forgotten = new ForgottenIdentities(this).start();
        hops = virtualThreads == VirtualThreads.HOP ? new HopThreads(this, builder.hopThreads) : null;
        none = new Identity(this, IdentityParts.of(this, List.of()), null);
    }

    private static <P> List<P> only(Class<P> kind, List<IdentityProvider> providers) {
        return providers.stream().filter(kind::isInstance).map(kind::cast).toList();
    }

    /** {@return a builder without providers} */
    public static Builder builder() {
        return new Builder();
    }

    /**
     * {@return what the calling thread carries, to be closed; "no identity" if it carries none}
     *
     * @throws IdentityException if that cannot be told, or a virtual thread carries something
     */
    public Identity current() {
        boolean virtual = VirtualThreads.isVirtual(Thread.currentThread());
        List<IdentityPart> found = new ArrayList<>(0);
        try {
            for (ThreadIdentity provider : threadIdentities) {
                take(provider, found);
                if (virtual && !found.isEmpty()) {
                    throw new IdentityException(
                            IdentityFailure.VIRTUAL_THREAD, "its carrier carries " + provider.name(), null);
                }
            }
            for (ScopedIdentity provider : scopedIdentities) {
                take(provider, found);
            }
        } catch (Throwable e) {
            found.forEach(part -> incidents.giveBack(part, false));
            throw e;
        }
        return found.isEmpty() ? none : own(found);
    }

    private void take(IdentityProvider provider, List<IdentityPart> found) {
        try {
            IdentityPart part = provider.capture();
            if (part != null) {
                found.add(part);
            }
        } catch (Throwable e) {
            throw new IdentityException(IdentityFailure.CAPTURE_FAILED, describe(provider, e), e);
        }
    }

    /**
     * {@return the provider of this class, for those who make parts with it}
     *
     * @param <P> the provider's class
     * @param kind the same
     * @throws IdentityException if this flow has none; the message says why it was left out
     */
    public <P extends IdentityProvider> P provider(Class<P> kind) {
        return Stream.<IdentityProvider>concat(Arrays.stream(threadIdentities), Arrays.stream(scopedIdentities))
                .filter(kind::isInstance)
                .map(kind::cast)
                .findFirst()
                .orElseThrow(() -> new IdentityException(
                        IdentityFailure.NO_PROVIDER,
                        leftOut.isEmpty() ? kind.getSimpleName() : kind.getSimpleName() + "; left out: " + leftOut,
                        null));
    }

    /** {@return "no identity": its work runs clean} */
    public Identity none() {
        return none;
    }

    /**
     * {@return an identity made of these parts, which it takes over; providers without a part run clean}
     *
     * <p>For those who make parts themselves, such as a login. When this throws, the parts have been given back.
     *
     * @throws IdentityException if a part has no provider in this flow
     */
    public Identity of(IdentityPart... parts) {
        return parts.length == 0 ? none : own(List.of(parts));
    }

    private Identity own(List<IdentityPart> parts) {
        return reference(IdentityParts.of(this, parts));
    }

    /** {@return a handle that owns one reference, taken over from the caller} */
    Identity reference(IdentityParts parts) {
        return parts.key().isNone() ? none : new Identity(this, parts, forgotten);
    }

    /** {@return an executor that runs each task as whoever submits it, on the threads of this one} */
    public ImpersonatingExecutorService executor(ExecutorService threads) {
        return new ImpersonatingExecutorService(this, threads);
    }

    /** {@return as {@link #executor}, with tasks that wait or repeat} */
    public ImpersonatingScheduledExecutorService scheduledExecutor(ScheduledExecutorService threads) {
        return new ImpersonatingScheduledExecutorService(this, threads);
    }

    /**
     * {@return an executor with a pool of its own: daemon threads that are born clean, started now, and replaced when
     * they cannot be proven clean}
     *
     * @param threads how many
     * @param namePrefix how their names begin
     * @throws IllegalArgumentException if there shall be none
     */
    public ImpersonatingExecutorService newFixedThreadPool(int threads, String namePrefix) {
        CleanPool pool = new CleanPool(this, threads, namePrefix);
        pool.prestartAllCoreThreads();
        pools.add(pool);
        return executor(pool);
    }

    /** {@return as {@link #newFixedThreadPool}, with tasks that wait or repeat} */
    public ImpersonatingScheduledExecutorService newScheduledThreadPool(int threads, String namePrefix) {
        CleanScheduledPool pool = new CleanScheduledPool(this, threads, namePrefix);
        pool.prestartAllCoreThreads();
        pools.add(pool);
        return scheduledExecutor(pool);
    }

    /**
     * {@return a factory of daemon threads that carry no identity, whoever starts them}
     *
     * <p>For pools of others, such as a server's: they cannot be made to end a lost thread, so the {@link
     * LostThreadPolicy} acts.
     */
    public ThreadFactory cleanThreads(String namePrefix) {
        return CleanPool.workers(this, namePrefix, false);
    }

    /**
     * {@return a future that the caller completes, as when an answer comes from elsewhere, whose continuations run as
     * whoever added them}
     *
     * @param threads where the {@code ...Async} ones run, without an executor of their own
     */
    public <T extends @Nullable Object> ImpersonatingFuture<T> newIncompleteFuture(Executor threads) {
        return new ImpersonatingFuture<>(this, threads);
    }

    /** {@return what this flow has counted so far} */
    public IdentityStatistics statistics() {
        return statistics;
    }

    /** {@return the names of the providers that are left out, each with the reason} */
    public Map<String, String> leftOut() {
        return Map.copyOf(leftOut);
    }

    /**
     * Calls something that may start a thread of others, such as a pool's {@code execute} or a container's {@code
     * complete}, in such a way that the new thread is born clean: what the calling thread carries, and a new thread would
     * inherit, is put away meanwhile.
     *
     * <p>Costs little where the thread carries nothing of the kind.
     *
     * @throws IdentityException if the thread could not be cleaned (nothing has been called) or brought back
     */
    public void handOver(Runnable call) {
        if (carriesInherited()) {
            handOverClean(call);
        } else {
            call.run();
        }
    }

    void handOverClean(Runnable call) {
        try {
            new GuardedTask<>(this, none.parts(), asCallable(call), true).call();
        } catch (RuntimeException e) {
            throw e;
        } catch (Exception e) {
            throw new IllegalStateException(e);
        }
    }

    static Callable<Boolean> asCallable(Runnable call) {
        return () -> {
            call.run();
            return Boolean.TRUE;
        };
    }

    /** {@return whether a thread that the calling one starts now inherits somebody, as far as this flow can tell} */
    boolean carriesInherited() {
        if (!inherits) {
            return false;
        }
        Frame innermost = Frame.innermost();
        if (innermost != null && innermost.flow() == this) {
            return innermost.parts().isInherited();
        }
        try (Identity carried = current()) {
            return carried.parts().isInherited();
        }
    }

    /**
     * Ends the flow's own threads, and those of the pools that it made when they have done what they were given. Work that
     * is still to be run is refused from then on where it needs them.
     */
    @Override
    public void close() {
        synchronized (pools) {
            pools.forEach(ExecutorService::shutdown);
        }
        forgotten.close();
        if (hops != null) {
            hops.close();
        }
        room.close();
    }

    // What the life of a task needs.

    ThreadIdentity[] threadIdentities() {
        return threadIdentities;
    }

    ScopedIdentity[] scopedIdentities() {
        return scopedIdentities;
    }

    boolean inherits() {
        return inherits;
    }

    boolean hasScoped() {
        return scopedIdentities.length > 0;
    }

    /** Enters a frame of a scope: there is no call that scoped parts could last for. */
    Frame enter(IdentityParts parts) {
        if (parts.bindToThread() && VirtualThreads.isVirtual(Thread.currentThread())) {
            throw refusal(IdentityFailure.VIRTUAL_THREAD, null, null);
        }
        incidents.refuseLostThread();
        for (int i = 0; i < scopedIdentities.length; i++) {
            try {
                scopedIdentities[i].verify(parts.scoped(i));
            } catch (Throwable e) {
                throw refusal(IdentityFailure.NEEDS_CALL, scopedIdentities[i], e);
            }
        }
        return Frame.enter(this, parts, false);
    }

    /** {@return whether this work must not run on the calling virtual thread, but may on another} */
    boolean mustHop(IdentityParts parts) {
        if (!parts.bindToThread() || !VirtualThreads.isVirtual(Thread.currentThread())) {
            return false;
        }
        if (virtualThreads == VirtualThreads.REFUSE) {
            throw refusal(IdentityFailure.VIRTUAL_THREAD, null, null);
        }
        return true;
    }

    <T extends @Nullable Object> T hop(Callable<T> life) throws Exception {
        return Objects.requireNonNull(hops).hop(life);
    }

    CleanRoom room() {
        return room;
    }

    Incidents incidents() {
        return incidents;
    }

    boolean resolutionDependsOnIdentity(IdentityParts parts) {
        for (int i = 0; i < threadIdentities.length; i++) {
            if (parts.ofThread(i) != null && threadIdentities[i].resolutionDependsOnIdentity()) {
                return true;
            }
        }
        for (int i = 0; i < scopedIdentities.length; i++) {
            if (parts.scoped(i) != null && scopedIdentities[i].resolutionDependsOnIdentity()) {
                return true;
            }
        }
        return false;
    }

    /** {@return the exception for a task that is not run, counted} */
    IdentityException refusal(IdentityFailure failure, @Nullable IdentityProvider provider, @Nullable Throwable cause) {
        statistics.countRefused();
        return new IdentityException(failure, provider == null ? null : describe(provider, cause), cause);
    }

    IdentityException refusal(IdentityFailure failure, String detail) {
        statistics.countRefused();
        return new IdentityException(failure, detail, null);
    }

    static String describe(IdentityProvider provider, @Nullable Throwable cause) {
        return cause == null ? provider.name() : provider.name() + ": " + cause.getMessage();
    }

    String describeMissing(String provider) {
        String reason = leftOut.get(provider);
        return reason == null ? provider + " is not among the providers" : provider + ": " + reason;
    }

    /** Builds a flow. One thread. */
    public static final class Builder {
        private final List<IdentityProvider> providers = new ArrayList<>();
        private VirtualThreads virtualThreads = VirtualThreads.REFUSE;
        private int hopThreads = 2 * Runtime.getRuntime().availableProcessors();
        private LostThreadPolicy lostThreads = LostThreadPolicy.HALT;

        private boolean quiet;

        private Builder() {}

        /** Adds a provider. */
        public Builder provider(IdentityProvider provider) {
            providers.add(provider);
            return this;
        }

        /**
         * Adds all providers that the class path has a service file of.
         *
         * @throws IdentityException if one cannot be loaded: an identity would be lost in silence
         */
        public Builder installedProviders() {
            try {
                ServiceLoader.load(IdentityProvider.class, IdentityProvider.class.getClassLoader())
                        .forEach(providers::add);
            } catch (ServiceConfigurationError e) {
                throw new IdentityException(IdentityFailure.NO_PROVIDER, e.getMessage(), e);
            }
            return this;
        }

        /** Sets what is done with work on a virtual thread; refused by default. */
        public Builder virtualThreads(VirtualThreads policy) {
            virtualThreads = policy;
            return this;
        }

        /**
         * Lets work on virtual threads hop to this many platform threads, started at once, and to more where those wait
         * for work that hops too.
         *
         * @throws IllegalArgumentException if it is not positive
         */
        public Builder hopThreads(int threads) {
            if (threads < 1) {
                throw new IllegalArgumentException("hopThreads takes 1 or more, not " + threads);
            }
            hopThreads = threads;
            return virtualThreads(VirtualThreads.HOP);
        }

        /** Sets what happens to a thread that is lost and cannot be retired; the process ends by default. */
        public Builder onLostThread(LostThreadPolicy policy) {
            lostThreads = policy;
            return this;
        }

        /**
         * {@return the flow, its providers started and rehearsed}
         *
         * @throws IdentityException if a provider finds the process unsafe
         */
        public IdentityFlow build() {
            IdentityFlow flow = new IdentityFlow(this);
            try {
                Rehearsal.of(flow);
                if (Arrays.stream(flow.threadIdentities).anyMatch(IdentityProvider::isInherited)) {
                    Incidents.sharedThreads();
                }
                return flow;
            } catch (RuntimeException | Error e) {
                flow.close();
                throw e;
            }
        }

        /** {@return a flow that is not rehearsed and logs nothing: the rehearsal's own} */
        IdentityFlow buildQuietly() {
            quiet = true;
            return new IdentityFlow(this);
        }
    }
}
