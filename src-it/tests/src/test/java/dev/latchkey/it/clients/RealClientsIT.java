package dev.latchkey.it.clients;

import static org.assertj.core.api.Assertions.assertThat;

import dev.latchkey.container.JettyHomeRun;
import dev.latchkey.it.ServerParts;
import dev.latchkey.it.clients.Ask.Who;
import dev.latchkey.testkit.DemoPki;
import dev.latchkey.testkit.HeldCertificate;
import dev.latchkey.testkit.KeyStores;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** What each client gets from one real server with the step-up example, by TLS version, method and certificate. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class RealClientsIT {
    /**
     * What is expected of a client on TLS 1.2; on TLS 1.3 the server's engine can ask nobody, whoever the client is.
     */
    private record Expected(RealClient client, Outcome alice, Outcome nobody, Outcome stranger) {
        Outcome of(String tls, Who who) {
            if (tls.equals("1.3")) {
                return Outcome.ENGINE_CANNOT;
            }
            return switch (who) {
                case ALICE -> alice;
                case NOBODY -> nobody;
                case STRANGER -> stranger;
            };
        }
    }

    /** Shorter than any client's own patience. */
    private static final Duration DEADLINE = Duration.ofSeconds(20);

    private final ClientTable table = new ClientTable();
    private Path pki;
    private JettyHomeRun server;
    private List<Expected> expected;

    @BeforeAll
    void start(@TempDir Path dir) throws Exception {
        pki = ServerParts.pki();
        strangersKeyStore();
        expected = expected(Files.createDirectories(ServerParts.target().resolve("clients")), dir);
        server = ServerParts.base("12.1", dir.resolve("base"))
                .property("latchkey.deadline", String.valueOf(DEADLINE.toMillis()))
                .logFile(ServerParts.target().resolve("clients").resolve("server.log"))
                .start();
        server.deploy("step-up", ServerParts.part("step-up.war"));
    }

    /** The demo's files have none, and some clients know nothing else. */
    private void strangersKeyStore() throws IOException, GeneralSecurityException {
        HeldCertificate stranger = HeldCertificate.read(pki.resolve("stranger.pem"), pki.resolve("stranger.key"));
        KeyStores.write(KeyStores.holding(stranger, DemoPki.PASSWORD), pki.resolve("stranger.p12"), DemoPki.PASSWORD);
    }

    private static List<Expected> expected(Path kept, Path dir) throws IOException {
        List<Expected> all = new ArrayList<>();
        all.add(sendsWhatItHas(new CurlClient()));
        all.add(sendsWhatItHas(new OpensslClient()));
        all.add(sendsWhatItHas(new PythonClient(kept)));
        all.add(sendsWhatItHas(new NssClient(dir)));
        all.add(sendsWhatItHas(new GnutlsClient()));
        all.add(refuses(new GoClient(kept, "RenegotiateNever (default)", "never")));
        all.add(sendsWhatFits(new GoClient(kept, "RenegotiateOnceAsClient", "once")));
        all.add(sendsWhatFits(new GoClient(kept, "RenegotiateFreelyAsClient", "freely")));
        all.add(sendsWhatFits(new UrlConnectionClient()));
        all.add(sendsWhatFits(new JavaHttpClient()));
        all.add(refuses(new JettyClient(false)));
        all.add(sendsWhatFits(new JettyClient(true)));
        all.add(refuses(new BouncyCastleClient(false)));
        all.add(sendsWhatFits(new BouncyCastleClient(true)));
        return all;
    }

    /** A client that sends its certificate whatever authorities the server names. */
    private static Expected sendsWhatItHas(RealClient client) {
        return new Expected(client, Outcome.CERTIFICATE, Outcome.NO_CERTIFICATE, Outcome.UNTRUSTED);
    }

    /** A client that sends its certificate only if it is of an authority that the server names. */
    private static Expected sendsWhatFits(RealClient client) {
        return new Expected(client, Outcome.CERTIFICATE, Outcome.NO_CERTIFICATE, Outcome.NO_CERTIFICATE);
    }

    /** A client that does not renegotiate: TLS 1.2 leaves no connection to answer on. */
    private static Expected refuses(RealClient client) {
        return new Expected(client, Outcome.CONNECTION_ENDS, Outcome.CONNECTION_ENDS, Outcome.CONNECTION_ENDS);
    }

    Stream<Arguments> cases() {
        return expected.stream().flatMap(each -> Stream.of("1.2", "1.3")
                .flatMap(tls -> Stream.of("GET", "POST").flatMap(method -> Stream.of(Who.values())
                        .map(who -> Arguments.of(each.client().name(), tls, method, who, each)))));
    }

    @ParameterizedTest(name = "{0}, TLS {1}, {2}, {3}")
    @MethodSource("cases")
    void aClientGetsWhatIsExpectedOfIt(String name, String tls, String method, Who who, Expected expected)
            throws Exception {
        Ask ask = new Ask(server.httpsPort(), pki, tls, method, who);
        long before = System.nanoTime();
        Answers answers = expected.client().run(ask);
        Duration taken = Duration.ofNanos(System.nanoTime() - before);
        Outcome outcome = Outcome.of(answers);
        table.add(name, ask, outcome);
        assertThat(answers.open().values())
                .containsEntry("protocol", ask.protocol())
                .containsEntry("httpVersion", "HTTP/1.1")
                .containsEntry("subject", "");
        assertThat(outcome).as(answers.toString()).isEqualTo(expected.of(tls, who));
        // R21: a refusal is told at once, not at the deadline.
        assertThat(taken).isLessThan(DEADLINE);
        answers.secure().ifPresent(secure -> assertSecure(secure, ask));
    }

    private static void assertSecure(Answer secure, Ask ask) {
        Map<String, String> values = secure.values();
        assertThat(values).containsEntry("protocol", ask.protocol());
        if (secure.status() == 200) {
            assertThat(values)
                    .containsEntry("alreadyPresent", "false")
                    .containsEntry("bodyBytes", String.valueOf(ask.isPost() ? Ask.BODY.length() : 0));
        }
    }

    @AfterAll
    void stopAndShowTheTable() throws IOException {
        if (server != null) {
            server.close();
        }
        Files.writeString(ServerParts.target().resolve("client-table.md"), table.markdown());
        System.out.println(table.markdown());
    }
}
