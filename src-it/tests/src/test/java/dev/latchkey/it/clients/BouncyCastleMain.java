package dev.latchkey.it.clients;

import dev.latchkey.testkit.HttpAnswer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import javax.net.ssl.SSLSocket;
import org.bouncycastle.jce.provider.BouncyCastleProvider;
import org.bouncycastle.jsse.provider.BouncyCastleJsseProvider;

/** The program of {@link BouncyCastleClient}: PORT PKI TLS METHOD PATH WHO; prints the answers. */
final class BouncyCastleMain {
    private BouncyCastleMain() {}

    public static void main(String[] args) throws Exception {
        Ask ask = new Ask(
                Integer.parseInt(args[0]), Path.of(args[1]), args[2], args[3], args[4], Ask.Who.valueOf(args[5]));
        Socket plain = new Socket(InetAddress.getLoopbackAddress(), ask.port());
        try (SSLSocket socket =
                (SSLSocket) JavaTls.context(ask, new BouncyCastleJsseProvider(new BouncyCastleProvider()))
                        .getSocketFactory()
                        .createSocket(plain, "localhost", ask.port(), true)) {
            socket.setSoTimeout(60_000);
            socket.setEnabledProtocols(new String[] {ask.protocol()});
            exchange(socket, ask.openRequest());
            exchange(socket, ask.secureRequest());
        }
    }

    private static void exchange(SSLSocket socket, String request) throws IOException {
        socket.getOutputStream().write(request.getBytes(StandardCharsets.US_ASCII));
        socket.getOutputStream().flush();
        HttpAnswer answer = HttpAnswer.readFinal(socket.getInputStream());
        System.out.print("HTTP/1.1 " + answer.status() + "\r\nContent-Length: " + answer.body().length + "\r\n\r\n"
                + answer.text());
        System.out.flush();
    }
}
