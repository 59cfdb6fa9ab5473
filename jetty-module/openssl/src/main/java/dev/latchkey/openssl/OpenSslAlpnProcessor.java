package dev.latchkey.openssl;

import dev.latchkey.jetty.PostHandshakeAuthenticationEngine;
import java.util.List;
import java.util.function.BiFunction;
import javax.net.ssl.SSLEngine;
import org.eclipse.jetty.alpn.server.ALPNServerConnection;
import org.eclipse.jetty.io.Connection;
import org.eclipse.jetty.io.ssl.ALPNProcessor;
import org.eclipse.jetty.io.ssl.SslConnection;
import org.eclipse.jetty.io.ssl.SslHandshakeListener;
import org.jspecify.annotations.Nullable;

/**
 * Tells Jetty that our engines can do ALPN: its own processor takes the JDK's engines only.
 *
 * <p>Found by Jetty as a service; runs on Java 17, where it applies to nothing. Stateless.
 */
public final class OpenSslAlpnProcessor implements ALPNProcessor.Server {
    /** For the service loader. */
    public OpenSslAlpnProcessor() {}

    @Override
    public boolean appliesTo(SSLEngine sslEngine) {
        return sslEngine instanceof PostHandshakeAuthenticationEngine;
    }

    @Override
    public void configure(SSLEngine sslEngine, Connection connection) {
        Selection selection = new Selection((ALPNServerConnection) connection);
        sslEngine.setHandshakeApplicationProtocolSelector(selection);
        SslConnection.SslEndPoint endPoint = (SslConnection.SslEndPoint) connection.getEndPoint();
        endPoint.getSslConnection().addHandshakeListener(selection);
    }

    /** One connection's choice: asked when the client offers protocols, told when the handshake ends without. */
    private static final class Selection
            implements BiFunction<SSLEngine, List<String>, @Nullable String>, SslHandshakeListener {
        private final ALPNServerConnection connection;

        private Selection(ALPNServerConnection connection) {
            this.connection = connection;
        }

        @Override
        public @Nullable String apply(SSLEngine engine, List<String> offered) {
            try {
                connection.select(offered);
                return connection.getProtocol();
            } catch (RuntimeException e) {
                return null; // No protocol in common: the engine answers with the alert.
            }
        }

        @Override
        public void handshakeSucceeded(Event event) {
            if (connection.getProtocol() == null) {
                connection.unsupported();
            }
        }
    }
}
