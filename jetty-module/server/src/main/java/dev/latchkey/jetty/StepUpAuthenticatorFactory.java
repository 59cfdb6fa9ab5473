package dev.latchkey.jetty;

import org.eclipse.jetty.security.Authenticator;
import org.eclipse.jetty.server.Context;
import org.eclipse.jetty.server.Server;
import org.jspecify.annotations.Nullable;

/**
 * Makes {@code CLIENT-CERT} of a web.xml step up, in each environment that uses Jetty's own security (ee10, ee11).
 *
 * <p>Found by Jetty as a service. Where no connector of the server has Latchkey, it leaves the choice to Jetty.
 */
public final class StepUpAuthenticatorFactory implements Authenticator.Factory {
    /** Called by Jetty. */
    public StepUpAuthenticatorFactory() {}

    @Override
    public @Nullable Authenticator getAuthenticator(
            Server server, Context context, Authenticator.Configuration configuration) {
        return CertificateLogin.of(server, configuration.getAuthenticationType())
                .map(StepUpAuthenticator::new)
                .orElse(null);
    }
}
