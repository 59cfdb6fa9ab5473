package dev.latchkey.it.hosts;

import dev.latchkey.it.embedded.TestPki;
import dev.latchkey.testkit.ProgramResult;
import dev.latchkey.testkit.TestPrograms;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/**
 * alice, by Python's ssl, who shows the TLS session that she has to whatever host is next; careful clients keep them
 * apart by host.
 */
final class SessionKeepingClient {
    private static final String SCRIPT = """
            import socket, ssl, sys
            pki, port, version, hosts = sys.argv[1], int(sys.argv[2]), sys.argv[3], sys.argv[4:]
            context = ssl.create_default_context(cafile=pki + '/ca.pem')
            context.minimum_version = context.maximum_version = ssl.TLSVersion[version]
            context.load_cert_chain(pki + '/alice.pem', pki + '/alice.key')
            session = None
            for host in hosts:
                plain = socket.create_connection(('127.0.0.1', port), timeout=20)
                tls = context.wrap_socket(plain, server_hostname=host, session=session)
                tls.sendall(('GET /open HTTP/1.1\\r\\nHost: %s\\r\\n\\r\\n' % host).encode())
                answer = b''
                while b'http=' not in answer:
                    piece = tls.recv(65536)
                    if not piece:
                        break
                    answer += piece
                session = tls.session
                print('reused=%s' % tls.session_reused, answer.decode().replace('\\r', ''), sep='\\n', end='\\f')
                tls.unwrap().close()
            """;

    private final Path dir;
    private final int port;
    private final String tls;

    /** @param tls {@code TLSv1_2} or {@code TLSv1_3} */
    SessionKeepingClient(Path dir, int port, String tls) throws IOException {
        this.dir = dir;
        this.port = port;
        this.tls = tls;
        Files.writeString(dir.resolve("ca.pem"), TestPki.AUTHORITY.chainPem());
        Files.writeString(dir.resolve("alice.pem"), TestPki.ALICE.chainPem());
        Files.writeString(dir.resolve("alice.key"), TestPki.ALICE.keyPem());
    }

    /** Gets /open of each host, on a connection of its own; {@return the answers, with whether a session was reused} */
    List<String> get(String... hosts) throws IOException {
        List<String> command = new ArrayList<>(List.of(
                TestPrograms.require("python3").toString(), "-c", SCRIPT, dir.toString(), String.valueOf(port), tls));
        command.addAll(List.of(hosts));
        ProgramResult result =
                TestPrograms.run(Duration.ofSeconds(60), "".getBytes(StandardCharsets.US_ASCII), command);
        if (!result.isSuccess()) {
            throw new IOException(result.toString());
        }
        return List.of(result.out().split("\f"));
    }
}
