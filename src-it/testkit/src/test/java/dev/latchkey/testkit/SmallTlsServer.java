package dev.latchkey.testkit;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLPeerUnverifiedException;
import javax.net.ssl.SSLServerSocket;
import javax.net.ssl.SSLSocket;
import javax.net.ssl.TrustManagerFactory;

/**
 * JSSE's own blocking server with as much HTTP as the kit's tests need: {@code /ask} starts a renegotiation that needs a
 * certificate (where it only wants one, JSSE resumes and does not ask), {@code /who} names its subject.
 */
final class SmallTlsServer implements AutoCloseable {
    private final SSLServerSocket listener;
    private final List<Socket> sockets = new CopyOnWriteArrayList<>();

    SmallTlsServer(HeldCertificate key, boolean wantAtFirst, HeldCertificate... trusted) throws Exception {
        KeyManagerFactory keys = KeyManagerFactory.getInstance("SunX509");
        keys.init(KeyStores.holding(key, "secret"), "secret".toCharArray());
        TrustManagerFactory trust = TrustManagerFactory.getInstance("PKIX");
        trust.init(KeyStores.trusting(trusted));
        SSLContext context = SSLContext.getInstance("TLS");
        context.init(keys.getKeyManagers(), trust.getTrustManagers(), null);
        listener = (SSLServerSocket)
                context.getServerSocketFactory().createServerSocket(0, 50, InetAddress.getLoopbackAddress());
        listener.setWantClientAuth(wantAtFirst);
        thread(this::accept, "small-tls-server");
    }

    int port() {
        return listener.getLocalPort();
    }

    @Override
    public void close() throws IOException {
        listener.close();
        for (Socket socket : sockets) {
            socket.close();
        }
    }

    private void accept() {
        while (!listener.isClosed()) {
            try {
                SSLSocket socket = (SSLSocket) listener.accept();
                sockets.add(socket);
                thread(() -> serve(socket), "small-tls-server-connection");
            } catch (IOException e) {
                // Closed: the loop's condition tells.
            }
        }
    }

    private static void serve(SSLSocket socket) {
        try (socket;
                BufferedReader in = new BufferedReader(
                        new InputStreamReader(socket.getInputStream(), StandardCharsets.ISO_8859_1))) {
            for (String line = in.readLine(); line != null; line = in.readLine()) {
                if (line.startsWith("GET /ask ")) {
                    socket.setNeedClientAuth(true);
                    socket.startHandshake();
                }
                if (line.startsWith("GET ")) {
                    answer(socket, line.startsWith("GET /who ") ? who(socket) : line);
                }
            }
        } catch (IOException e) {
            // The client's end of it is what tests look at.
        }
    }

    private static String who(SSLSocket socket) {
        try {
            return socket.getSession().getPeerPrincipal().getName();
        } catch (SSLPeerUnverifiedException e) {
            return "nobody";
        }
    }

    private static void answer(SSLSocket socket, String text) throws IOException {
        socket.getOutputStream()
                .write(("HTTP/1.1 200 OK\r\nContent-Length: " + text.length() + "\r\n\r\n" + text)
                        .getBytes(StandardCharsets.ISO_8859_1));
    }

    private static void thread(Runnable task, String name) {
        Thread thread = new Thread(task, name);
        thread.setDaemon(true);
        thread.start();
    }
}
