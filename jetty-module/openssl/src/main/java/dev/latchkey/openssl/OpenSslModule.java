package dev.latchkey.openssl;

import dev.latchkey.jetty.LatchkeySslConnectionFactory;
import java.security.Provider;
import java.util.Optional;
import org.eclipse.jetty.server.ServerConnector;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Switches a connector to TLS by OpenSSL before the server starts, or says in one line why it cannot.
 *
 * <p>What the Jetty module {@code latchkey-openssl} does, with its properties as setters; an embedded server can use it
 * as well. Runs on Java 17, where it says that Java 22 is needed. One thread.
 */
public final class OpenSslModule {
    private static final Logger LOG = LoggerFactory.getLogger(OpenSslModule.class);
    private static final String REQUIRED_PROPERTY = "latchkey.openssl.required";

    private boolean required;
    private @Nullable String libssl;
    private @Nullable String libcrypto;

    /** Makes one that does not require OpenSSL, and finds it by the platform's own rules. */
    public OpenSslModule() {}

    /**
     * Sets what happens where TLS by OpenSSL is not possible.
     *
     * @param value {@code true}: the server does not start; {@code false}, the default: it starts with the JDK's TLS,
     *     with a warning
     * @throws IllegalArgumentException for anything else
     */
    public void setRequired(String value) {
        required = switch (value.strip()) {
            case "true" -> true;
            case "false" -> false;
            default ->
                throw new IllegalArgumentException(REQUIRED_PROPERTY + "=" + value + ": it must be true or false");
        };
    }

    /**
     * Sets which libssl to use; needs {@link #setLibcrypto} as well.
     *
     * @param path the full path of a file of any name; blank for the one that the platform finds
     */
    public void setLibssl(String path) {
        libssl = path.isBlank() ? null : path.strip();
    }

    /**
     * Sets which libcrypto to use; needs {@link #setLibssl} as well.
     *
     * @param path the full path of a file of any name; blank for the one that the platform finds
     */
    public void setLibcrypto(String path) {
        libcrypto = path.isBlank() ? null : path.strip();
    }

    /**
     * Makes the connector's TLS OpenSSL's, with step-ups, where that is possible.
     *
     * @param connector one with TLS, not started
     * @return whether it is possible; otherwise the connector stays as it was
     * @throws IllegalStateException if it is not possible but required, or the connector names another provider, or
     *     runs already; the message says what to do
     */
    public boolean install(ServerConnector connector) {
        LatchkeySslConnectionFactory factory = LatchkeySslConnectionFactory.install(connector);
        String named = factory.getProvider();
        if (named != null && !named.equals(OpenSsl.PROVIDER_NAME)) {
            throw new IllegalStateException("jetty.sslContext.provider=" + named + " names another TLS engine; remove"
                    + " it, or the module latchkey-openssl");
        }
        nameLibraries();
        Optional<String> problem = OpenSsl.problem();
        if (problem.isPresent()) {
            tell(problem.get());
            return false;
        }
        Provider provider = OpenSsl.register();
        factory.setProvider(provider.getName());
        // OpenSSL reads and writes direct memory without a copy.
        factory.setDirectBuffersForEncryption(true);
        factory.setDirectBuffersForDecryption(true);
        connector.addBean(new OpenSslConnectionListener());
        LOG.info("{}: clients on TLS 1.2 and on TLS 1.3 can be asked for a certificate", provider.getInfo());
        return true;
    }

    private void nameLibraries() {
        if ((libssl == null) != (libcrypto == null)) {
            throw new IllegalStateException(
                    "give both " + OpenSsl.LIBSSL_PROPERTY + " and " + OpenSsl.LIBCRYPTO_PROPERTY + ", or neither");
        }
        if (libssl != null && libcrypto != null) {
            System.setProperty(OpenSsl.LIBSSL_PROPERTY, libssl);
            System.setProperty(OpenSsl.LIBCRYPTO_PROPERTY, libcrypto);
        }
    }

    private void tell(String problem) {
        if (required) {
            String refusal = problem + ". The server does not start, because " + REQUIRED_PROPERTY + "=true";
            LOG.error(refusal);
            throw new IllegalStateException(refusal);
        }
        LOG.warn(
                "{}. The JDK's TLS is used instead, which cannot ask for a certificate on TLS 1.3;"
                        + " {}=true refuses to start like this",
                problem,
                REQUIRED_PROPERTY);
    }
}
