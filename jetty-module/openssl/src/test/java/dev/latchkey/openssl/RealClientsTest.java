package dev.latchkey.openssl;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.latchkey.jetty.PostHandshakeAuthenticationEngine.State;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import javax.net.ssl.SSLContext;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Programs that people use as clients, against one engine on a blocking socket. */
class RealClientsTest {
    private static final SSLContext SERVER = Pki.context(Engines.OPENSSL, Pki.SERVER_RSA, Pki.SERVER_EC);

    /** Sends a line, answers what the server asks by the TLS library, reads a line, sends a last one. */
    private static final String PYTHON = """
            import socket, ssl, sys
            port, certificate = int(sys.argv[1]), len(sys.argv) > 2
            context = ssl.create_default_context(cafile='ca.pem')
            context.post_handshake_auth = True
            if certificate: context.load_cert_chain('client.pem', 'client.key')
            with context.wrap_socket(socket.create_connection(('127.0.0.1', port)), server_hostname='localhost') as s:
                s.sendall(b'first\\n')
                for line in s.makefile('r'):
                    print(line.strip())
                    s.sendall(b'more\\n')
            """;

    @TempDir
    Path directory;

    @BeforeEach
    void files() throws Exception {
        Files.writeString(directory.resolve("ca.pem"), Pki.ROOT.chainPem());
        Files.writeString(directory.resolve("client.pem"), Pki.CLIENT.chainPem());
        Files.writeString(directory.resolve("intermediate.pem"), Pki.INTERMEDIATE.chainPem());
        Files.writeString(directory.resolve("client.key"), Pki.CLIENT.keyPem());
        // gnutls-cli cannot read Java's encoding of an EC key.
        Files.writeString(directory.resolve("client-rsa.pem"), Pki.CLIENT_RSA.chainPem());
        Files.writeString(directory.resolve("client-rsa.key"), Pki.CLIENT_RSA.keyPem());
        Files.writeString(directory.resolve("stranger.pem"), Pki.STRANGER.chainPem());
        Files.writeString(directory.resolve("stranger.key"), Pki.STRANGER.keyPem());
        Files.writeString(directory.resolve("client.py"), PYTHON);
    }

    /** A program that is missing is named, and a failure where all must run. */
    private static void require(String... command) {
        boolean there = Programs.isThere(command);
        if (!there && "true".equals(System.getenv("CI"))) {
            throw new AssertionError("Not tested: " + command[0] + " is not installed");
        }
        assumeTrue(there, () -> "Not tested: " + command[0] + " is not installed");
    }

    /** Asks in the middle of the conversation; what the engine says in the end. */
    private static String authenticate(BlockingServer.Connection connection) throws Exception {
        OpenSslEngine engine = connection.engine;
        connection.readLine("first");
        assertThat(engine.certificateRequestState()).isEqualTo(State.NONE);
        engine.requestCertificate(null);
        connection.write("asked\n");
        connection.awaitCertificate();
        connection.write("done\n");
        return engine.certificateRequestState() + " "
                + engine.receivedCertificates().size()
                + (engine.untrustedReason().isPresent() ? " untrusted" : "");
    }

    private static String renegotiate(BlockingServer.Connection connection) throws Exception {
        connection.readLine("first");
        connection.engine.setWantClientAuth(true);
        connection.engine.beginHandshake();
        connection.awaitHandshake();
        connection.write("done\n");
        return connection.engine.getSession().getPeerCertificates().length + "";
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void pythonAnswers(boolean certificate) throws Exception {
        require("python3", "-c", "import ssl; ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT).post_handshake_auth");
        try (BlockingServer server = new BlockingServer()) {
            CompletableFuture<String> result = server.serve(SERVER, RealClientsTest::authenticate);
            List<String> command = new ArrayList<>(List.of("python3", "client.py", server.port() + ""));
            if (certificate) {
                command.add("with-certificate");
            }
            String said = Programs.run(directory, command);

            assertThat(result.get(20, TimeUnit.SECONDS)).as(said).isEqualTo(certificate ? "FINISHED 2" : "FINISHED 0");
            assertThat(said).contains("asked").contains("done");
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"client", "stranger", ""})
    void opensslAnswers(String certificate) throws Exception {
        require("openssl", "version");
        try (BlockingServer server = new BlockingServer()) {
            CompletableFuture<String> result = server.serve(SERVER, RealClientsTest::authenticate);
            String said = talk(sClient(server, certificate, "-enable_pha", "-tls1_3"), "first\n", "done");

            String expected =
                    switch (certificate) {
                        case "client" -> "FINISHED 2";
                        case "stranger" -> "FINISHED 1 untrusted";
                        default -> "FINISHED 0";
                    };
            assertThat(result.get(20, TimeUnit.SECONDS)).as(said).isEqualTo(expected);
        }
    }

    @Test
    void gnutlsAnswersInSeveralRecords() throws Exception {
        require("gnutls-cli", "--version");
        try (BlockingServer server = new BlockingServer()) {
            CompletableFuture<String> result = server.serve(SERVER, RealClientsTest::authenticate);
            List<String> command = List.of(
                    "gnutls-cli",
                    "--post-handshake-auth",
                    "--x509cafile=ca.pem",
                    "--x509certfile=client-rsa.pem",
                    "--x509keyfile=client-rsa.key",
                    "--no-ocsp",
                    "--port=" + server.port(),
                    "localhost");
            String said = talk(command, "first\n", "done");
            assertThat(result.get(20, TimeUnit.SECONDS)).as(said).isEqualTo("FINISHED 2");
        }
    }

    /** Case 58, apt and wget among them: with a ticket it would wait for another one in the renegotiation, in vain. */
    @Test
    void renegotiationWithGnutls() throws Exception {
        require("gnutls-cli", "--version");
        try (BlockingServer server = new BlockingServer()) {
            CompletableFuture<String> result = server.serve(SERVER, RealClientsTest::renegotiate);
            List<String> command = List.of(
                    "gnutls-cli",
                    "--priority=NORMAL:-VERS-ALL:+VERS-TLS1.2",
                    "--x509cafile=ca.pem",
                    "--x509certfile=client-rsa.pem",
                    "--x509keyfile=client-rsa.key",
                    "--no-ocsp",
                    "--port=" + server.port(),
                    "localhost");
            String said = talk(command, "first\n", "done");
            assertThat(result.get(20, TimeUnit.SECONDS)).as(said).isEqualTo("2");
        }
    }

    @Test
    void renegotiationWithOpenssl() throws Exception {
        require("openssl", "version");
        try (BlockingServer server = new BlockingServer()) {
            CompletableFuture<String> result = server.serve(SERVER, RealClientsTest::renegotiate);
            String said = talk(sClient(server, "client", "-tls1_2"), "first\n", "done");

            assertThat(result.get(20, TimeUnit.SECONDS)).as(said).isEqualTo("2");
        }
    }

    /** R9: the ticket that came after the answer carries its identity, and an untrusted chain is none. */
    @ParameterizedTest
    @ValueSource(strings = {"client", "stranger", ""})
    void resumedAfterPostHandshakeAuthentication(String certificate) throws Exception {
        require("openssl", "version");
        SSLContext context = Pki.context(Engines.OPENSSL, Pki.SERVER_EC);
        try (BlockingServer server = new BlockingServer()) {
            CompletableFuture<String> first = server.serve(context, RealClientsTest::authenticate);
            talk(sClient(server, certificate, "-enable_pha", "-tls1_3", "-sess_out", "session.pem"), "first\n", "done");
            assertThat(first.get(20, TimeUnit.SECONDS)).startsWith("FINISHED");
        }
        try (BlockingServer server = new BlockingServer()) {
            CompletableFuture<String> second = server.serve(context, connection -> {
                connection.readLine("first");
                connection.write("done\n");
                boolean reused = LibSsl.SSL_session_reused(connection.engine.nativeAddressForTests()) == 1;
                OpenSslSession session = (OpenSslSession) connection.engine.getSession();
                return reused + " " + session.state().peerCertificates().size();
            });
            talk(sClient(server, "", "-tls1_3", "-sess_in", "session.pem"), "first\n", "done");
            assertThat(second.get(20, TimeUnit.SECONDS)).isEqualTo(certificate.equals("client") ? "true 2" : "true 0");
        }
    }

    private static List<String> sClient(BlockingServer server, String certificate, String... more) {
        List<String> command = new ArrayList<>(List.of(
                "openssl",
                "s_client",
                "-connect",
                "127.0.0.1:" + server.port(),
                "-servername",
                "localhost",
                "-CAfile",
                "ca.pem",
                "-quiet",
                "-no_ign_eof"));
        if (!certificate.isEmpty()) {
            command.addAll(List.of("-cert", certificate + ".pem", "-key", certificate + ".key"));
            if (certificate.equals("client")) {
                command.addAll(List.of("-cert_chain", "intermediate.pem"));
            }
        }
        command.addAll(List.of(more));
        return command;
    }

    /** Says a line and reads until the server said the word; then ends the program in order. */
    private String talk(List<String> command, String line, String word) throws Exception {
        Process process = Programs.start(directory, command);
        try {
            process.getOutputStream().write(line.getBytes(StandardCharsets.ISO_8859_1));
            process.getOutputStream().flush();
            StringBuilder said = new StringBuilder();
            int read = process.getInputStream().read();
            while (read >= 0) {
                said.append((char) read);
                if (said.indexOf(word) >= 0) {
                    process.getOutputStream().close();
                    word = "\0";
                }
                read = process.getInputStream().read();
            }
            process.waitFor(10, TimeUnit.SECONDS);
            return said.toString();
        } finally {
            process.destroyForcibly();
        }
    }
}
