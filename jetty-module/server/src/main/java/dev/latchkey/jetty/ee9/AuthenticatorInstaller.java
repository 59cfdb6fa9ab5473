package dev.latchkey.jetty.ee9;

import dev.latchkey.jetty.CertificateLogin;
import java.util.List;
import org.eclipse.jetty.ee9.security.Authenticator;
import org.eclipse.jetty.ee9.security.SecurityHandler;

/** Makes ee9 choose our authenticator for {@code CLIENT-CERT}. Static; any thread. */
public final class AuthenticatorInstaller {
    private static final Authenticator.Factory FACTORY = (server, context, configuration, identity, login) ->
            CertificateLogin.of(server, configuration.getAuthMethod())
                    .map(StepUpAuthenticator::new)
                    .orElse(null);

    private AuthenticatorInstaller() {}

    /**
     * Puts our factory in front of those that ee9 knows, once.
     *
     * @param securityHandler ee9's
     */
    public static void install(Object securityHandler) {
        // One list for all handlers, as ee9 has it; other servers' applications are left to Jetty by the factory.
        List<Authenticator.Factory> known = ((SecurityHandler) securityHandler).getKnownAuthenticatorFactories();
        synchronized (AuthenticatorInstaller.class) {
            if (!known.contains(FACTORY)) {
                known.add(0, FACTORY);
            }
        }
    }
}
