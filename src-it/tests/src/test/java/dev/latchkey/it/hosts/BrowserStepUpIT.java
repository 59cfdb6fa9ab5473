package dev.latchkey.it.hosts;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.entry;

import dev.latchkey.it.Curl;
import dev.latchkey.it.embedded.StepUpServer;
import dev.latchkey.jetty.ModuleProperties;
import dev.latchkey.testkit.ProgramResult;
import dev.latchkey.testkit.RecordPipe;
import dev.latchkey.testkit.TestPrograms;
import dev.latchkey.testkit.TlsConnection;
import java.io.BufferedOutputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLEngine;
import org.eclipse.jetty.server.ProxyConnectionFactory;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Connections that can be asked on TLS 1.2 only are served TLS 1.2; all others TLS 1.3. */
class BrowserStepUpIT {
    @TempDir
    Path dir;

    private static StepUpServer server() {
        return Hosts.server().settings(f -> f.getAlternatives().setBrowserStepUp(true));
    }

    @Test
    void aClientThatCannotBeAskedOnTls13IsServedTls12AndAsked() throws Exception {
        try (StepUpServer server = server().start();
                TlsConnection connection = Hosts.java("TLSv1.2", "TLSv1.3").connect(server.port())) {
            assertThat(connection.protocol()).isEqualTo("TLSv1.2");
            assertThat(Hosts.get(connection, "localhost", "/ask").values())
                    .contains(entry("subject", "CN=alice"), entry("mechanism", "renegotiation"));
        }
    }

    /** curl offers post-handshake authentication, and keeps TLS 1.3 where the engine can use it. */
    private static String whereCurlIsAsked(StepUpServer server) {
        return Hosts.isJsse(server) ? "TLSv1.2" : "TLSv1.3";
    }

    @Test
    void allOthersKeepTls13() throws Exception {
        try (StepUpServer server = server().start()) {
            Curl curl = Hosts.curl(dir, server.port());
            assertThat(curl.with("--http2").get("/open").values())
                    .contains(entry("http", "HTTP/2.0"), entry("tls", "TLSv1.3"));
            assertThat(curl.with("--http1.1", "--tlsv1.3").get("/open").values())
                    .contains(entry("http", "HTTP/1.1"), entry("tls", "TLSv1.3"));
        }
        try (StepUpServer server = Hosts.server().start();
                TlsConnection connection = Hosts.java("TLSv1.2", "TLSv1.3").connect(server.port())) {
            assertThat(connection.protocol()).as("off by default").isEqualTo("TLSv1.3");
        }
    }

    @Test
    void aBrowsersWayFromHttp2ToItsCertificate() throws Exception {
        try (StepUpServer server = server().start()) {
            // curl comes back on HTTP/1.1 with a new connection, as browsers do.
            Curl curl = Hosts.curl(dir, server.port()).with("--http2").certificate("alice");
            assertThat(curl.get("/ask").values())
                    .contains(
                            entry("subject", "CN=alice"),
                            entry("http", "HTTP/1.1"),
                            entry("tls", whereCurlIsAsked(server)));
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 7, 100})
    void aHelloInSegmentsOfAnySizeIsRead(int size) throws Exception {
        try (StepUpServer server = server().start();
                RecordPipe pipe = RecordPipe.to(server.port())) {
            pipe.toServer().segmentSize(size);
            try (TlsConnection connection = Hosts.java("TLSv1.2", "TLSv1.3").connect(pipe.port())) {
                assertThat(connection.protocol()).isEqualTo("TLSv1.2");
                assertThat(Hosts.get(connection, "localhost", "/ask").values()).contains(entry("subject", "CN=alice"));
            }
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 3, 50, 100_000})
    void aHelloInRecordsOfAnySizeIsRead(int size) throws Exception {
        try (StepUpServer server = server().start();
                Socket socket = connect(server)) {
            OutputStream out = new BufferedOutputStream(socket.getOutputStream());
            out.write(inRecords(hello(), size));
            out.flush();
            assertTls12(socket);
        }
    }

    @ParameterizedTest
    @CsvSource({"1,1", "1,100000", "1000,3", "1000,100000"})
    void behindAProxyHeaderAHelloMayComeInAnyPieces(int segment, int record) throws Exception {
        ByteArrayOutputStream all = new ByteArrayOutputStream();
        all.writeBytes("PROXY TCP4 127.0.0.2 127.0.0.1 1000 443\r\n".getBytes(StandardCharsets.US_ASCII));
        all.writeBytes(inRecords(hello(), record));
        byte[] bytes = all.toByteArray();
        try (StepUpServer server = behindAProxy().start();
                Socket socket = connect(server)) {
            socket.setTcpNoDelay(true);
            for (int sent = 0; sent < bytes.length; sent += segment) {
                socket.getOutputStream().write(bytes, sent, Math.min(segment, bytes.length - sent));
            }
            assertTls12(socket);
        }
    }

    private static StepUpServer behindAProxy() {
        return server().connector(c -> c.addFirstConnectionFactory(new ProxyConnectionFactory()));
    }

    private static Socket connect(StepUpServer server) throws IOException {
        Socket socket = new Socket(InetAddress.getLoopbackAddress(), server.port());
        socket.setSoTimeout(20_000);
        return socket;
    }

    /** {@return a ClientHello of Java's, without the header of its one record} */
    private static byte[] hello() throws Exception {
        SSLEngine client = SSLContext.getDefault().createSSLEngine();
        client.setUseClientMode(true);
        ByteBuffer record = ByteBuffer.allocate(client.getSession().getPacketBufferSize());
        client.wrap(ByteBuffer.allocate(0), record);
        return Arrays.copyOfRange(record.array(), 5, record.position());
    }

    private static byte[] inRecords(byte[] hello, int size) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        for (int done = 0; done < hello.length; done += size) {
            int length = Math.min(size, hello.length - done);
            out.writeBytes(new byte[] {22, 3, 1, (byte) (length >> 8), (byte) length});
            out.write(hello, done, length);
        }
        return out.toByteArray();
    }

    private static void assertTls12(Socket socket) throws IOException {
        DataInputStream in = new DataInputStream(socket.getInputStream());
        assertThat(in.readUnsignedByte()).as("a handshake record").isEqualTo(22);
        in.readFully(new byte[4 + 4 + 2 + 32]); // record, message, version, random
        in.readFully(new byte[in.readUnsignedByte()]);
        assertThat(in.readUnsignedByte())
                .as("a cipher suite of TLS 1.2; those of 1.3 begin with 0x13")
                .isEqualTo(0xC0);
    }

    @ParameterizedTest
    @ValueSource(ints = {10, 62})
    void aLargeHelloIsRead(int names) throws Exception {
        try (StepUpServer server = server().start()) {
            // Up to 16 KiB, as with large key shares: many names of protocols, each of 250 bytes.
            String many = IntStream.range(0, names)
                    .mapToObj(i -> String.format("%03d", i) + "x".repeat(247))
                    .collect(Collectors.joining(","));
            ProgramResult result = TestPrograms.run(
                    Duration.ofSeconds(30),
                    "Q\n".getBytes(),
                    List.of(
                            TestPrograms.require("openssl").toString(),
                            "s_client",
                            "-connect",
                            "127.0.0.1:" + server.port(),
                            "-alpn",
                            "http/1.1," + many));
            assertThat(result.out()).contains("New, TLSv1.2").contains("ALPN protocol: http/1.1");
        }
    }

    @Test
    void behindAProxyHeader() throws Exception {
        try (StepUpServer server = behindAProxy().start()) {
            Curl curl = Hosts.curl(dir, server.port())
                    .with("--haproxy-protocol", "--http1.1")
                    .certificate("alice");
            assertThat(curl.get("/ask").values())
                    .contains(entry("subject", "CN=alice"), entry("tls", whereCurlIsAsked(server)));
        }
    }

    @Test
    void halfAHelloEndsAtTheIdleTimeoutOrWithTheClientAndKeepsNoBuffer() throws Exception {
        try (StepUpServer server = server().idleTimeout(Duration.ofMillis(500)).start()) {
            byte[] half = {22, 3, 1, 1, 0, 1, 0, 0, (byte) 252, 3, 3};
            try (Socket silent = new Socket(InetAddress.getLoopbackAddress(), server.port());
                    Socket gone = new Socket(InetAddress.getLoopbackAddress(), server.port())) {
                silent.getOutputStream().write(half);
                gone.getOutputStream().write(half);
                gone.shutdownOutput();
                for (Socket socket : new Socket[] {gone, silent}) {
                    socket.setSoTimeout(20_000);
                    InputStream in = socket.getInputStream();
                    assertThat(in.read()).isEqualTo(-1);
                }
            }
            server.awaitConnections(0);
        } // which fails if a buffer of the pool is out
    }

    @Test
    void whatIsNoHelloIsAnsweredAsWithoutUs() throws Exception {
        try (StepUpServer server = server().start();
                Socket plain = new Socket(InetAddress.getLoopbackAddress(), server.port())) {
            plain.setSoTimeout(20_000);
            plain.getOutputStream().write("GET / HTTP/1.1\r\nHost: localhost\r\n\r\n".getBytes());
            // An alert, or the end; nothing of HTTP.
            byte[] answer = plain.getInputStream().readAllBytes();
            assertThat(new String(answer)).doesNotContain("HTTP/");
        }
    }

    @Test
    void anUnknownValueIsRefusedByName() {
        assertThatThrownBy(() -> Hosts.server()
                        .settings(f -> ModuleProperties.set(f, "latchkey.browserStepUp", "yes"))
                        .start())
                .hasMessage("latchkey.browserStepUp=yes: it must be true or false");
    }
}
