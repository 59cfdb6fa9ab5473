package dev.latchkey.impersonation.naming;

import dev.latchkey.impersonation.Identity;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.function.Supplier;
import org.eclipse.jetty.util.Promise;
import org.eclipse.jetty.util.SocketAddressResolver;
import org.jspecify.annotations.Nullable;

/** Lets Jetty's client resolve names as an identity. Serves Jetty 12.0 and 12.1. Any thread. */
public final class IdentityAddressResolver implements SocketAddressResolver {
    private final IdentityNameResolver names;
    private final Supplier<@Nullable Identity> identity;

    /** Resolves as whom the thread carries that asks. */
    public IdentityAddressResolver(IdentityNameResolver names) {
        this(names, () -> null);
    }

    /**
     * @param names resolves
     * @param identity says as whom, on the thread that asks; null: as whom that thread carries
     */
    public IdentityAddressResolver(IdentityNameResolver names, Supplier<@Nullable Identity> identity) {
        this.names = names;
        this.identity = identity;
    }

    /** What Jetty 12.0 calls. */
    @Override
    public void resolve(String host, int port, Promise<List<InetSocketAddress>> promise) {
        Identity asked = identity.get();
        CompletionStage<List<InetAddress>> answer = asked == null ? names.resolve(host) : names.resolve(host, asked);
        // What the client does then is its own, and nobody's: it connects, and may start threads.
        names.flow().none().run(() -> tell(answer, port, promise));
    }

    private static void tell(
            CompletionStage<List<InetAddress>> answer, int port, Promise<List<InetSocketAddress>> promise) {
        answer.whenComplete((addresses, failure) -> {
            if (failure == null) {
                promise.succeeded(addresses.stream()
                        .map(address -> new InetSocketAddress(address, port))
                        .toList());
            } else {
                promise.failed(failure instanceof CompletionException ? failure.getCause() : failure);
            }
        });
    }

    /** What Jetty 12.1 calls. */
    public void resolve(String host, int port, Map<String, Object> context, Promise<List<InetSocketAddress>> promise) {
        resolve(host, port, promise);
    }
}
