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
     * @param context ee9's ServletContextHandler, stopped
     * @throws ReflectiveOperationException if this is not the ee9 that we know
     */
    public static void install(Object context) throws ReflectiveOperationException {
        // By name, so that nothing but ee9's security has to be there to compile this.
        Object security = context.getClass().getMethod("getSecurityHandler").invoke(context);
        if (!(security instanceof SecurityHandler handler)) {
            return; // a context without security
        }
        // One list for all handlers, as ee9 has it; other servers' applications are left to Jetty by the factory.
        List<Authenticator.Factory> known = handler.getKnownAuthenticatorFactories();
        synchronized (AuthenticatorInstaller.class) {
            if (!known.contains(FACTORY)) {
                known.add(0, FACTORY);
            }
        }
    }
}
