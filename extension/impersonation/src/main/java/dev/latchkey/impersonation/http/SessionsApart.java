package dev.latchkey.impersonation.http;

import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.Socket;
import java.net.SocketException;
import java.security.SecureRandom;
import javax.net.ssl.KeyManager;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLContextSpi;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.SSLServerSocketFactory;
import javax.net.ssl.SSLSessionContext;
import javax.net.ssl.SSLSocketFactory;
import javax.net.ssl.TrustManager;
import org.jspecify.annotations.Nullable;

/**
 * An {@code SSLContext}, or its factory of sockets, as one identity uses it: as it is, but the sessions that are resumed
 * are the identity's own ({@link SessionPorts}). Any thread.
 */
final class SessionsApart extends SSLContextSpi {
    private final SSLContext context;
    private final SessionPorts ports;

    private SessionsApart(SSLContext context, SessionPorts ports) {
        this.context = context;
        this.ports = ports;
    }

    static SSLContext in(SSLContext context, SessionPorts ports) {
        return new SSLContext(new SessionsApart(context, ports), context.getProvider(), context.getProtocol()) {};
    }

    static SSLSocketFactory in(SSLSocketFactory factory, SessionPorts ports) {
        return new Sockets(factory, ports);
    }

    @Override
    protected void engineInit(
            KeyManager @Nullable [] keys, TrustManager @Nullable [] trust, @Nullable SecureRandom random) {
        throw new IllegalStateException("It is ready for use");
    }

    @Override
    protected SSLSocketFactory engineGetSocketFactory() {
        return in(context.getSocketFactory(), ports);
    }

    @Override
    protected SSLServerSocketFactory engineGetServerSocketFactory() {
        return context.getServerSocketFactory();
    }

    @Override
    protected SSLEngine engineCreateSSLEngine() {
        // Without a name nothing is resumed.
        return context.createSSLEngine();
    }

    @Override
    protected SSLEngine engineCreateSSLEngine(String host, int port) {
        return context.createSSLEngine(host, ports.of(port));
    }

    @Override
    protected SSLSessionContext engineGetServerSessionContext() {
        return context.getServerSessionContext();
    }

    @Override
    protected SSLSessionContext engineGetClientSessionContext() {
        return context.getClientSessionContext();
    }

    @Override
    protected SSLParameters engineGetDefaultSSLParameters() {
        return context.getDefaultSSLParameters();
    }

    @Override
    protected SSLParameters engineGetSupportedSSLParameters() {
        return context.getSupportedSSLParameters();
    }

    /** Sockets that are put around ones that are connected; Java makes its own of those where it gets no others. */
    private static final class Sockets extends SSLSocketFactory {
        private final SSLSocketFactory factory;
        private final SessionPorts ports;

        Sockets(SSLSocketFactory factory, SessionPorts ports) {
            this.factory = factory;
            this.ports = ports;
        }

        @Override
        public Socket createSocket(Socket connected, String host, int port, boolean autoClose) throws IOException {
            return factory.createSocket(new PortedSocket(connected, ports.of(port)), host, port, autoClose);
        }

        @Override
        public Socket createSocket(Socket connected, InputStream consumed, boolean autoClose) {
            throw new UnsupportedOperationException("For clients alone");
        }

        @Override
        public Socket createSocket() throws IOException {
            throw unconnected();
        }

        @Override
        public Socket createSocket(String host, int port) throws IOException {
            return around(new Socket(host, port), host, port);
        }

        @Override
        public Socket createSocket(String host, int port, InetAddress local, int localPort) throws IOException {
            return around(new Socket(host, port, local, localPort), host, port);
        }

        @Override
        public Socket createSocket(InetAddress host, int port) throws IOException {
            return around(new Socket(host, port), host.getHostAddress(), port);
        }

        @Override
        public Socket createSocket(InetAddress host, int port, InetAddress local, int localPort) throws IOException {
            return around(new Socket(host, port, local, localPort), host.getHostAddress(), port);
        }

        private Socket around(Socket connected, String host, int port) throws IOException {
            try {
                return createSocket(connected, host, port, true);
            } catch (IOException | RuntimeException e) {
                connected.close();
                throw e;
            }
        }

        /** What the class above throws, and {@code HttpsURLConnection} looks for, where there is no such thing. */
        private static SocketException unconnected() {
            SocketException none = new SocketException("Unconnected sockets not implemented");
            none.initCause(new UnsupportedOperationException());
            return none;
        }

        @Override
        public String[] getDefaultCipherSuites() {
            return factory.getDefaultCipherSuites();
        }

        @Override
        public String[] getSupportedCipherSuites() {
            return factory.getSupportedCipherSuites();
        }
    }
}
