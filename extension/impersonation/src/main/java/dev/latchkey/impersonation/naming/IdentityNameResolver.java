package dev.latchkey.impersonation.naming;

import dev.latchkey.impersonation.Identity;
import dev.latchkey.impersonation.IdentityFlow;
import java.net.InetAddress;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Resolves names on another thread, as the identity that asks for them.
 *
 * <p>Java's cache of names is one for the whole JVM. It is used for identities on which answers cannot depend; for
 * others the system is asked each time. Any thread.
 */
public final class IdentityNameResolver {
    private final IdentityFlow flow;
    private final Executor executor;
    private final Duration timeout;
    private final NameLookup shared;
    private volatile @Nullable NameLookup uncached;

    /**
     * @param flow where identities are taken from, as {@code Identities.flow()}
     * @param executor has the threads on which look-ups block
     * @param timeout how long one may take
     */
    public IdentityNameResolver(IdentityFlow flow, Executor executor, Duration timeout) {
        this(flow, executor, timeout, NameLookup.shared(), null);
    }

    /**
     * @param shared asked for identities on which answers do not depend
     * @param uncached asked for the others, must remember nothing; null: {@link NameLookup#uncached()}
     */
    public IdentityNameResolver(
            IdentityFlow flow, Executor executor, Duration timeout, NameLookup shared, @Nullable NameLookup uncached) {
        this.flow = flow;
        this.executor = executor;
        this.timeout = timeout;
        this.shared = shared;
        this.uncached = uncached;
    }

    /** {@return the addresses of a host, as the calling thread's identity sees them}; else as the other method */
    public CompletionStage<List<InetAddress>> resolve(String host) {
        Identity caller = flow.current();
        try {
            return resolve(host, caller);
        } finally {
            caller.close();
        }
    }

    /**
     * {@return the addresses of a host, at least one, as an identity sees them}
     *
     * <p>It fails with an {@link java.net.UnknownHostException}, a {@link java.util.concurrent.TimeoutException}, an
     * {@link dev.latchkey.impersonation.IdentityException} if it could not be asked as the identity, or an {@link
     * UnsupportedOperationException} if answers depend on the identity and the system cannot be asked past the cache.
     * It completes on a thread of the executor; what is added to it runs as whoever adds it.
     *
     * @param identity may be closed when this returns
     */
    public CompletionStage<List<InetAddress>> resolve(String host, Identity identity) {
        CompletableFuture<List<InetAddress>> answer = flow.newIncompleteFuture(executor);
        Identity own = identity.retain();
        try {
            NameLookup lookup = identity.resolutionDependsOnIdentity() ? uncached() : shared;
            flow.handOver(() -> executor.execute(() -> ask(host, own, lookup, answer)));
        } catch (RuntimeException e) {
            own.close();
            answer.completeExceptionally(e);
        }
        return answer.orTimeout(timeout.toMillis(), TimeUnit.MILLISECONDS);
    }

    private static void ask(
            String host, Identity identity, NameLookup lookup, CompletableFuture<List<InetAddress>> answer) {
        List<InetAddress> addresses;
        try (identity) {
            addresses = identity.call(() -> lookup.lookup(host));
        } catch (Exception e) {
            answer.completeExceptionally(e);
            return;
        }
        answer.complete(addresses);
    }

    /** {@return whose identities are carried} */
    IdentityFlow flow() {
        return flow;
    }

    private NameLookup uncached() {
        NameLookup found = uncached;
        if (found == null) {
            found = open();
            uncached = found;
        }
        return found;
    }

    /** Loads a library, so not while somebody is impersonated. */
    private NameLookup open() {
        NameLookup[] opened = new NameLookup[1];
        flow.none().run(() -> opened[0] = NameLookup.uncached());
        return opened[0];
    }
}
