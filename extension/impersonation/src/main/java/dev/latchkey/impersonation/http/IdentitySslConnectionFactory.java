package dev.latchkey.impersonation.http;

import java.io.IOException;
import java.util.Map;
import java.util.concurrent.Executor;
import java.util.function.Function;
import javax.net.ssl.SSLEngine;
import org.eclipse.jetty.client.Destination;
import org.eclipse.jetty.io.ByteBufferPool;
import org.eclipse.jetty.io.ClientConnectionFactory;
import org.eclipse.jetty.io.Connection;
import org.eclipse.jetty.io.EndPoint;
import org.eclipse.jetty.io.ssl.SslClientConnectionFactory;
import org.eclipse.jetty.io.ssl.SslConnection;
import org.eclipse.jetty.util.ssl.SslContextFactory;
import org.jspecify.annotations.Nullable;

/**
 * TLS of Jetty's client, whose sessions are resumed by the identity alone that the connection is for.
 *
 * <p>Jetty makes the engine before it can be asked for another, so the one it made is replaced, unused. Serves Jetty
 * 12.0 and 12.1. Threads as {@link SslClientConnectionFactory}.
 */
final class IdentitySslConnectionFactory extends SslClientConnectionFactory {
    /** For {@link #newSslConnection}, which {@link #newConnection} calls on the same thread. */
    private static final ThreadLocal<@Nullable Map<String, Object>> CONTEXT = new ThreadLocal<>();

    private final SslContextFactory.Client tls;
    private final Function<IdentityTag, SessionPorts> ports;

    IdentitySslConnectionFactory(
            SslContextFactory.Client tls,
            ByteBufferPool buffers,
            Executor executor,
            ClientConnectionFactory next,
            Function<IdentityTag, SessionPorts> ports) {
        super(tls, buffers, executor, next);
        this.tls = tls;
        this.ports = ports;
    }

    @Override
    public Connection newConnection(EndPoint endPoint, Map<String, Object> context) throws IOException {
        CONTEXT.set(context);
        try {
            return super.newConnection(endPoint, context);
        } finally {
            CONTEXT.remove();
        }
    }

    @Override
    protected SslConnection newSslConnection(EndPoint endPoint, SSLEngine engine) {
        Map<String, Object> context = CONTEXT.get();
        IdentityTag tag = context == null ? null : tag(context);
        if (context == null || tag == null) {
            return super.newSslConnection(endPoint, engine);
        }
        SSLEngine own = engine(ports.apply(tag).of(engine.getPeerPort()), engine.getPeerHost(), context);
        own.setUseClientMode(true);
        context.replaceAll((name, value) -> value.equals(engine) ? own : value);
        return super.newSslConnection(endPoint, own);
    }

    private SSLEngine engine(int port, String host, Map<String, Object> context) {
        return tls instanceof SslEngineFactory factory
                ? factory.newSslEngine(host, port, context)
                : tls.newSSLEngine(host, port);
    }

    private static @Nullable IdentityTag tag(Map<String, Object> context) {
        return context.values().stream()
                .filter(Destination.class::isInstance)
                .map(each -> ((Destination) each).getOrigin().getTag())
                .filter(IdentityTag.class::isInstance)
                .map(IdentityTag.class::cast)
                .findFirst()
                .orElse(null);
    }
}
