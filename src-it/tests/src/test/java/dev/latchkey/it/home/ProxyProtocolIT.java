package dev.latchkey.it.home;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.entry;

import dev.latchkey.container.JettyHomeRun;
import dev.latchkey.it.Curl;
import dev.latchkey.it.ServerParts;
import dev.latchkey.testkit.HttpAnswer;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Map;
import javax.net.ssl.SSLSocket;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** R29: behind a proxy that passes TLS on and says in the PROXY protocol who called. */
class ProxyProtocolIT {
    @TempDir
    Path dir;

    @ParameterizedTest
    @ValueSource(strings = {"12.0", "12.1"})
    void aStepUpWorksBehindBothVersionsOfTheProxyProtocol(String line) throws Exception {
        try (JettyHomeRun server = ServerParts.base(line, dir.resolve(line))
                .modules("proxy-protocol-ssl")
                .logFile(ServerParts.target().resolve("home-proxy-" + line + ".log"))
                .start()) {
            server.deploy("small", SmallWar.in(dir));
            HttpAnswer first = Curl.to(server.httpsPort(), ServerParts.pki())
                    .certificate("client")
                    .tls("1.2")
                    .with("--haproxy-protocol", "-d", "a body", "-H", "Read: stream")
                    .get("/small/ask");
            assertSteppedUp(first.values());
            assertThat(first.values()).contains(entry("remote", "127.0.0.1"));

            Map<String, String> second = postBehindVersion2(server.httpsPort());
            assertSteppedUp(second);
            assertThat(second).contains(entry("remote", "192.0.2.7"));
        }
    }

    private static void assertSteppedUp(Map<String, String> answer) {
        assertThat(answer)
                .contains(
                        entry("subject", ServerParts.ALICE),
                        entry("attribute", ServerParts.ALICE),
                        entry("mechanism", "renegotiation"),
                        entry("protocol", "TLSv1.2"),
                        entry("body", "a body"));
    }

    private static Map<String, String> postBehindVersion2(int port) throws IOException {
        try (Socket plain = new Socket(InetAddress.getLoopbackAddress(), port)) {
            plain.getOutputStream().write(version2());
            try (SSLSocket socket =
                    (SSLSocket) ServerParts.jsseTls12WithAlice().createSocket(plain, "localhost", port, true)) {
                socket.getOutputStream()
                        .write(("POST /small/ask HTTP/1.1\r\nHost: localhost\r\nRead: stream\r\n"
                                        + "Content-Length: 6\r\n\r\na body")
                                .getBytes(StandardCharsets.US_ASCII));
                return HttpAnswer.readFinal(socket.getInputStream()).values();
            }
        }
    }

    /** The header for a TCP connection over IPv4 from 192.0.2.7:4711, as HAProxy's specification has it. */
    private static byte[] version2() {
        ByteArrayOutputStream header = new ByteArrayOutputStream();
        header.writeBytes(new byte[] {0x0D, 0x0A, 0x0D, 0x0A, 0x00, 0x0D, 0x0A, 0x51, 0x55, 0x49, 0x54, 0x0A});
        // Version 2, command PROXY; TCP over IPv4; twelve bytes of addresses.
        header.writeBytes(new byte[] {0x21, 0x11, 0, 12});
        header.writeBytes(new byte[] {(byte) 192, 0, 2, 7, 127, 0, 0, 1});
        header.writeBytes(new byte[] {4711 >> 8, (byte) 4711, 443 >> 8, (byte) 443});
        return header.toByteArray();
    }
}
