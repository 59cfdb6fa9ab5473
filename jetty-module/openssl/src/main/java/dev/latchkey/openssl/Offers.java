package dev.latchkey.openssl;

import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import javax.net.ssl.SSLException;
import javax.net.ssl.SSLParameters;
import org.jspecify.annotations.Nullable;

/**
 * The offers of a context's connections, worked out once for the same settings: servers make thousands of engines that
 * are set alike. Safe for any thread.
 */
final class Offers {
    private static final int MOST = 16;

    private final Map<Settings, Offer> known = new LinkedHashMap<>(16, 0.75f, true) {
        private static final long serialVersionUID = 1L;

        @Override
        protected boolean removeEldestEntry(Map.Entry<Settings, Offer> eldest) {
            return size() > MOST;
        }
    };

    /** What an offer depends on; null means what is so by default. */
    private record Settings(
            List<String> protocols,
            List<String> suites,
            @Nullable List<String> groups,
            @Nullable List<String> schemes) {
        static Settings of(SSLParameters parameters) {
            return new Settings(
                    List.of(parameters.getProtocols()),
                    List.of(parameters.getCipherSuites()),
                    list(parameters.getNamedGroups()),
                    list(parameters.getSignatureSchemes()));
        }

        private static @Nullable List<String> list(String @Nullable [] names) {
            return names == null ? null : Arrays.asList(names);
        }
    }

    /** The offer of these settings. A user's own constraints are asked each time, for they may change their mind. */
    Offer of(SSLParameters parameters) throws SSLException {
        if (JdkPolicy.with(parameters.getAlgorithmConstraints()) != JdkPolicy.jdk()) {
            return Offer.of(parameters);
        }
        Settings settings = Settings.of(parameters);
        synchronized (known) {
            Offer made = known.get(settings);
            if (made == null) {
                made = Offer.of(parameters);
                known.put(settings, made);
            }
            return made;
        }
    }
}
