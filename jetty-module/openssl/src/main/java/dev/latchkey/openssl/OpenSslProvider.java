package dev.latchkey.openssl;

import java.security.NoSuchAlgorithmException;
import java.security.Provider;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The JSSE provider: {@code SSLContext} as {@code TLS}, {@code TLSv1.2}, {@code TLSv1.3} and {@code Default}.
 *
 * <p>Made by {@link OpenSsl#register()}. It brings no key or trust managers, those are Java's own.
 */
public final class OpenSslProvider extends Provider {
    private static final long serialVersionUID = 1L;

    private static final Map<String, List<String>> CONTEXTS = Map.of(
            "TLS", Protocols.SUPPORTED,
            "TLSv1.3", Protocols.SUPPORTED,
            "TLSv1.2", List.of(Protocols.TLS_1_2));

    /**
     * A provider on the OpenSSL that is found.
     *
     * @throws IllegalStateException if none is found, or one too old; the message says what is missing
     */
    public OpenSslProvider() {
        super(OpenSsl.PROVIDER_NAME, "1", "TLS by " + require());
        CONTEXTS.forEach((name, protocols) -> putService(new ContextService(this, name, protocols)));
        putService(new DefaultContextService(this));
    }

    private static String require() {
        Native.problem().ifPresent(problem -> {
            throw new IllegalStateException(problem);
        });
        try (NativeHandle usable = ContextHandle.spare()) {
            // What openssl.cnf says takes effect here, a provider that is not there above all.
            usable.address();
            CipherSuites.instance();
            JdkPolicy.jdk();
        } catch (IllegalStateException | ExceptionInInitializerError | NoClassDefFoundError e) {
            Throwable cause = e.getCause() instanceof IllegalStateException first ? first : e;
            throw new IllegalStateException(Native.version() + " cannot be used: " + cause.getMessage(), cause);
        } finally {
            SslError.clear();
        }
        return Native.version();
    }

    /** Makes contexts without reflection. */
    private static class ContextService extends Service {
        private final List<String> protocols;

        private ContextService(Provider provider, String name, List<String> protocols) {
            super(provider, "SSLContext", name, OpenSslContext.class.getName(), null, null);
            this.protocols = protocols;
        }

        @Override
        public Object newInstance(@Nullable Object constructorParameter) throws NoSuchAlgorithmException {
            return new OpenSslContext(protocols);
        }
    }

    /** A context that is ready: Java's default trust, and no keys. */
    private static final class DefaultContextService extends ContextService {
        private DefaultContextService(Provider provider) {
            super(provider, "Default", Protocols.SUPPORTED);
        }

        @Override
        public Object newInstance(@Nullable Object constructorParameter) throws NoSuchAlgorithmException {
            OpenSslContext context = new OpenSslContext(Protocols.SUPPORTED);
            try {
                context.engineInit(null, null, null);
            } catch (java.security.KeyManagementException e) {
                throw new NoSuchAlgorithmException("The default context cannot be made", e);
            }
            return context;
        }
    }
}
