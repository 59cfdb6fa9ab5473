package dev.latchkey.it.hosts;

import dev.latchkey.it.embedded.TestPki;
import dev.latchkey.testkit.HeldCertificate;
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
 * A person who comes back, by Python's ssl: each time on a new connection that resumes the TLS session of the last one,
 * with whatever card is in the reader then.
 */
final class ReturningClient {
    private static final String SCRIPT = """
            import socket, ssl, sys, time
            pki, port, version, host, visits = sys.argv[1], int(sys.argv[2]), sys.argv[3], sys.argv[4], sys.argv[5:]
            session = None
            for visit in visits:
                card, path = visit.split(':')
                if card == 'wait':
                    time.sleep(float(path))
                    continue
                context = ssl.create_default_context(cafile=pki + '/ca.pem')
                context.minimum_version = context.maximum_version = ssl.TLSVersion[version]
                if card != 'none':
                    context.load_cert_chain(pki + '/' + card + '.pem', pki + '/' + card + '.key')
                # A session belongs to its context in Python, so another card goes into the same one.
                if session is None:
                    kept = context
                elif card != 'none':
                    kept.load_cert_chain(pki + '/' + card + '.pem', pki + '/' + card + '.key')
                plain = socket.create_connection(('127.0.0.1', port), timeout=20)
                tls = kept.wrap_socket(plain, server_hostname=host, session=session)
                tls.sendall(('GET %s HTTP/1.1\\r\\nHost: %s\\r\\nConnection: close\\r\\n\\r\\n' % (path, host)).encode())
                answer = b''
                while True:
                    try:
                        piece = tls.recv(65536)
                    except ssl.SSLError:
                        break
                    if not piece:
                        break
                    answer += piece
                session = tls.session
                print('reused=%s' % tls.session_reused, answer.decode().replace('\\r', ''), sep='\\n', end='\\f')
                tls.close()
            """;

    private final Path dir;
    private final int port;
    private final String tls;

    /** @param tls {@code TLSv1_2} or {@code TLSv1_3} */
    ReturningClient(Path dir, int port, String tls) throws IOException {
        this.dir = dir;
        this.port = port;
        this.tls = tls;
        Files.writeString(dir.resolve("ca.pem"), TestPki.AUTHORITY.chainPem());
    }

    /** Has a card that can be put into the reader. */
    ReturningClient card(String name, HeldCertificate held) throws IOException {
        Files.writeString(dir.resolve(name + ".pem"), held.chainPem());
        Files.writeString(dir.resolve(name + ".key"), held.keyPem());
        return this;
    }

    /**
     * Comes as often as there are visits.
     *
     * @param visits {@code card:/path}, {@code none:/path}, or {@code wait:seconds}, which is no visit
     * @return the answers, with whether the session was reused
     */
    List<String> visit(String host, String... visits) throws IOException {
        List<String> command = new ArrayList<>(List.of(
                TestPrograms.require("python3").toString(),
                "-c",
                SCRIPT,
                dir.toString(),
                String.valueOf(port),
                tls,
                host));
        command.addAll(List.of(visits));
        ProgramResult result =
                TestPrograms.run(Duration.ofSeconds(60), "".getBytes(StandardCharsets.US_ASCII), command);
        if (!result.isSuccess()) {
            throw new IOException(result.toString());
        }
        return List.of(result.out().split("\f"));
    }
}
