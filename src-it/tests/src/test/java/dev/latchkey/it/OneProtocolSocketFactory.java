package dev.latchkey.it;

import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import javax.net.ssl.SSLSocket;
import javax.net.ssl.SSLSocketFactory;

/** Makes the sockets of another factory, with one TLS version. Any thread. */
public class OneProtocolSocketFactory extends SSLSocketFactory {
    private final String protocol;
    private final SSLSocketFactory delegate;

    /**
     * @param protocol such as {@code TLSv1.2}
     * @param delegate makes the sockets
     */
    public OneProtocolSocketFactory(String protocol, SSLSocketFactory delegate) {
        this.protocol = protocol;
        this.delegate = delegate;
    }

    /** {@return the socket, which is new, with the one version} */
    protected Socket pinned(Socket socket) {
        ((SSLSocket) socket).setEnabledProtocols(new String[] {protocol});
        return socket;
    }

    @Override
    public String[] getDefaultCipherSuites() {
        return delegate.getDefaultCipherSuites();
    }

    @Override
    public String[] getSupportedCipherSuites() {
        return delegate.getSupportedCipherSuites();
    }

    @Override
    public Socket createSocket() throws IOException {
        return pinned(delegate.createSocket());
    }

    @Override
    public Socket createSocket(Socket socket, String host, int port, boolean autoClose) throws IOException {
        return pinned(delegate.createSocket(socket, host, port, autoClose));
    }

    @Override
    public Socket createSocket(String host, int port) throws IOException {
        return pinned(delegate.createSocket(host, port));
    }

    @Override
    public Socket createSocket(String host, int port, InetAddress localHost, int localPort) throws IOException {
        return pinned(delegate.createSocket(host, port, localHost, localPort));
    }

    @Override
    public Socket createSocket(InetAddress host, int port) throws IOException {
        return pinned(delegate.createSocket(host, port));
    }

    @Override
    public Socket createSocket(InetAddress address, int port, InetAddress localAddress, int localPort)
            throws IOException {
        return pinned(delegate.createSocket(address, port, localAddress, localPort));
    }
}
