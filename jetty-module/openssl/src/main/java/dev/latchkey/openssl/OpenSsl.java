package dev.latchkey.openssl;

import java.security.Provider;
import java.security.Security;
import java.util.Optional;

/**
 * The way in: says whether TLS by OpenSSL is possible here, and registers the provider.
 *
 * <p>This class runs on Java 17, so that a server on an older Java or without OpenSSL can say what is missing in one
 * line instead of failing to load a class. Safe for any thread.
 *
 * <p>The libraries are found by the platform's own rules, or by two system properties, which hold full paths to files
 * of any name: {@value #LIBSSL_PROPERTY} and {@value #LIBCRYPTO_PROPERTY}. Give both or neither.
 */
public final class OpenSsl {
    /** The provider's name, for {@code SSLContext.getInstance("TLS", name)} and Jetty's {@code setProvider(name)}. */
    public static final String PROVIDER_NAME = "LatchkeyOpenSSL";

    /** System property: full path of libssl. */
    public static final String LIBSSL_PROPERTY = "latchkey.openssl.libssl";

    /** System property: full path of libcrypto. */
    public static final String LIBCRYPTO_PROPERTY = "latchkey.openssl.libcrypto";

    private static final int OLDEST_JAVA = 22;
    private static final String PROVIDER_CLASS = "dev.latchkey.openssl.OpenSslProvider";

    private OpenSsl() {}

    /**
     * What is missing here, if anything: Java 22, a library, a new enough version.
     *
     * @return one line for a person, or empty when the provider can be used
     */
    public static Optional<String> problem() {
        int java = Runtime.version().feature();
        if (java < OLDEST_JAVA) {
            return Optional.of("TLS by OpenSSL needs Java " + OLDEST_JAVA + " or later; this is Java " + java);
        }
        try {
            provider();
            return Optional.empty();
        } catch (IllegalStateException e) {
            return Optional.of(String.valueOf(e.getMessage()));
        }
    }

    /**
     * Registers the provider behind all others, once; it is used only by those who name it.
     *
     * @return the registered provider
     * @throws IllegalStateException if it cannot be used here; the message is {@link #problem()}'s
     */
    public static synchronized Provider register() {
        Provider registered = Security.getProvider(PROVIDER_NAME);
        if (registered == null) {
            registered = provider();
            Security.addProvider(registered);
        }
        return registered;
    }

    private static Provider provider() {
        int java = Runtime.version().feature();
        if (java < OLDEST_JAVA) {
            throw new IllegalStateException(problem().orElseThrow());
        }
        try {
            return Class.forName(PROVIDER_CLASS)
                    .asSubclass(Provider.class)
                    .getDeclaredConstructor()
                    .newInstance();
        } catch (ReflectiveOperationException e) {
            Throwable cause = e.getCause() == null ? e : e.getCause();
            throw new IllegalStateException(cause.getMessage(), cause);
        } catch (LinkageError e) {
            throw new IllegalStateException("this jar was built without its part for Java " + OLDEST_JAVA, e);
        }
    }
}
