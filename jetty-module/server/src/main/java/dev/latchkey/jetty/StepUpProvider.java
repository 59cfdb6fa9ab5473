package dev.latchkey.jetty;

import java.security.NoSuchAlgorithmException;
import java.security.Provider;
import java.security.Security;
import java.util.Arrays;
import java.util.List;
import javax.net.ssl.SSLContext;
import org.jspecify.annotations.Nullable;

/**
 * A JSSE provider that makes each SSLContext a pair: the stock one, and one for connections that may step up.
 *
 * <p>It is how Latchkey gets into Jetty's own SslContextFactory, with its stores, SNI, reload and settings, by a plain
 * {@code setProvider}. The TLS engine below stays what it was: the JDK's, or that of the provider that was configured.
 * Thread-safe, as the JDK asks of a provider.
 */
final class StepUpProvider extends Provider {
    private static final long serialVersionUID = 1L;
    private static final String NAME = "Latchkey";
    private static final String SSL_CONTEXT = "SSLContext";

    private final @Nullable String base;

    private StepUpProvider(String name, @Nullable String base) {
        super(name, "1.0", "SSLContexts whose connections can ask for a client certificate later");
        this.base = base;
    }

    /**
     * {@return the name of the provider that wraps another, registered if it was not yet}
     *
     * @param base the name of the provider that makes the TLS engines, or null for the JDK's preferred one
     * @throws IllegalArgumentException if there is no such provider
     */
    static synchronized String nameFor(@Nullable String base) {
        if (base != null && Security.getProvider(base) instanceof StepUpProvider) {
            return base;
        }
        if (base != null && Security.getProvider(base) == null) {
            throw new IllegalArgumentException("there is no security provider " + base
                    + "; install it before Latchkey, or correct jetty.sslContext.provider");
        }
        String name = base == null ? NAME : NAME + "-" + base;
        if (Security.getProvider(name) == null) {
            Security.addProvider(new StepUpProvider(name, base));
        }
        return name;
    }

    /** {@return the name of the provider below, if the one named is a wrapper; else the name itself} */
    static @Nullable String baseOf(@Nullable String name) {
        return name != null && Security.getProvider(name) instanceof StepUpProvider wrapper ? wrapper.base : name;
    }

    @Override
    public @Nullable Service getService(String type, String algorithm) {
        if (!SSL_CONTEXT.equalsIgnoreCase(type)) {
            // Key stores, factories and the like come from whom they came from before.
            Provider wrapped = base == null ? null : Security.getProvider(base);
            return wrapped == null ? null : wrapped.getService(type, algorithm);
        }
        return wrapped(algorithm) == null ? null : new ContextService(this, algorithm);
    }

    /** {@return who makes the contexts below: the one that was named, or the JDK's first that can; null if none can} */
    private @Nullable Provider wrapped(String protocol) {
        // Never one of us: the JDK asks each provider in turn, and would come back here without end.
        return Arrays.stream(Security.getProviders())
                .filter(provider ->
                        base == null ? !(provider instanceof StepUpProvider) : base.equals(provider.getName()))
                .filter(provider -> provider.getService(SSL_CONTEXT, protocol) != null)
                .findFirst()
                .orElse(null);
    }

    private SSLContext newBaseContext(String protocol) throws NoSuchAlgorithmException {
        Provider wrapped = wrapped(protocol);
        if (wrapped == null) {
            throw new NoSuchAlgorithmException("no security provider has an SSLContext " + protocol);
        }
        return SSLContext.getInstance(protocol, wrapped);
    }

    private static final class ContextService extends Service {
        private final StepUpProvider provider;

        ContextService(StepUpProvider provider, String protocol) {
            super(provider, SSL_CONTEXT, protocol, StepUpContextSpi.class.getName(), List.of(), null);
            this.provider = provider;
        }

        @Override
        public Object newInstance(@Nullable Object parameter) throws NoSuchAlgorithmException {
            return new StepUpContextSpi(
                    provider.newBaseContext(getAlgorithm()), provider.newBaseContext(getAlgorithm()));
        }
    }
}
