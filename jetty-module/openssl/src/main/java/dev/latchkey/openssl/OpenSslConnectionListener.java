package dev.latchkey.openssl;

import dev.latchkey.jetty.PostHandshakeAuthenticationEngine;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLException;
import org.eclipse.jetty.io.Connection;
import org.eclipse.jetty.io.ssl.SslConnection;

/**
 * Frees what an engine holds natively as soon as Jetty's connection is gone.
 *
 * <p>An engine frees by itself when both directions are closed. Jetty does not close the inbound one when a client goes
 * away without a word; without this listener such an engine waits for the garbage collector. Add one to a connector:
 * {@code connector.addBean(new OpenSslConnectionListener())}. Runs on Java 17, where it does nothing. Stateless.
 */
public final class OpenSslConnectionListener implements Connection.Listener {
    /** Makes a listener, for any number of connectors. */
    public OpenSslConnectionListener() {}

    @Override
    public void onClosed(Connection connection) {
        if (connection instanceof SslConnection ssl
                && ssl.getSSLEngine() instanceof PostHandshakeAuthenticationEngine) {
            close(ssl.getSSLEngine());
        }
    }

    private static void close(SSLEngine engine) {
        engine.closeOutbound();
        try {
            engine.closeInbound();
        } catch (SSLException e) {
            // The client did not say that it closes. The connection is gone, so nobody needs to know.
        }
    }
}
