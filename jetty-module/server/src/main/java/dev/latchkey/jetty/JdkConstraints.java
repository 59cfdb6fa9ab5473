package dev.latchkey.jetty;

import java.security.AlgorithmConstraints;
import java.security.GeneralSecurityException;
import javax.net.ssl.KeyManager;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManager;
import org.jspecify.annotations.Nullable;

/**
 * What Java's own policy permits in TLS: {@code jdk.tls.disabledAlgorithms} and {@code jdk.certpath.disabledAlgorithms}.
 *
 * <p>Its rules are not public, so the JDK's own engine is asked for its constraints, which are: they judge as they do
 * there. For our own rooms. Static; any thread.
 */
public final class JdkConstraints {
    private JdkConstraints() {}

    /** Made when it is first asked for, and once. */
    private static final class Jdk {
        private static final @Nullable AlgorithmConstraints CONSTRAINTS = load();

        private static @Nullable AlgorithmConstraints load() {
            try {
                SSLContext context = SSLContext.getInstance("TLS", "SunJSSE");
                context.init(new KeyManager[0], new TrustManager[0], null);
                return context.createSSLEngine().getSSLParameters().getAlgorithmConstraints();
            } catch (GeneralSecurityException e) {
                return null;
            }
        }
    }

    /**
     * {@return what the JDK permits; null if this Java has no TLS of its own, and so nobody who knows}
     */
    public static @Nullable AlgorithmConstraints jdk() {
        return Jdk.CONSTRAINTS;
    }

    /**
     * {@return what the JDK and an engine's own constraints permit; null as in {@link #jdk()}}
     *
     * @param own the engine's own constraints, null for none
     */
    public static @Nullable AlgorithmConstraints with(@Nullable AlgorithmConstraints own) {
        AlgorithmConstraints jdk = jdk();
        return jdk == null || own == null || own.equals(jdk) ? jdk : new BothConstraints(own, jdk);
    }
}
