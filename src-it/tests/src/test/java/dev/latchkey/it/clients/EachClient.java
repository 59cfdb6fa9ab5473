package dev.latchkey.it.clients;

import static org.assertj.core.api.Assertions.assertThat;

import dev.latchkey.container.JettyBase;
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

/**
 * What each client gets from one real server with the step-up example, by TLS version, method and certificate; who has
 * a trusted certificate also without a thread that waits.
 */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
abstract class EachClient {
    /** What is expected of a client on one TLS version. */
    record Expected(RealClient client, String tls, Outcome alice, Outcome nobody, Outcome stranger) {
        Outcome of(Who who) {
            return switch (who) {
                case ALICE -> alice;
                case NOBODY -> nobody;
                case STRANGER -> stranger;
            };
        }

        private Stream<Arguments> cases() {
            return Stream.of("GET", "POST").flatMap(method -> Stream.of(Who.values())
                    .flatMap(who -> (who == Who.ALICE ? Stream.of(Ask.SECURE, Ask.ASYNC) : Stream.of(Ask.SECURE))
                            .map(path -> Arguments.of(client.name(), tls, method, path, who, this))));
        }
    }

    /** Shorter than any client's own patience. */
    private static final Duration DEADLINE = Duration.ofSeconds(20);

    private final String engine;
    private final ClientTable table = new ClientTable();
    private Path pki;
    private JettyHomeRun server;
    private List<Expected> expected;

    EachClient(String engine) {
        this.engine = engine;
    }

    /** {@return the server, not started} */
    abstract JettyBase base(Path directory) throws IOException;

    /**
     * {@return all clients, in the order of the table}
     *
     * @param kept a directory for programs, which a later run can take again
     * @param dir a directory of this run
     */
    abstract List<Expected> expected(Path kept, Path dir) throws IOException;

    @BeforeAll
    void start(@TempDir Path dir) throws Exception {
        pki = ServerParts.pki();
        strangersKeyStore();
        expected = expected(Files.createDirectories(ServerParts.target().resolve("clients")), dir);
        server = base(dir.resolve("base"))
                .property("latchkey.deadline", String.valueOf(DEADLINE.toMillis()))
                .logFile(ServerParts.target().resolve("clients").resolve("server-" + engine + ".log"))
                .start();
        server.deploy("step-up", ServerParts.part("step-up.war"));
    }

    /** The demo's files have none, and some clients know nothing else. */
    private void strangersKeyStore() throws IOException, GeneralSecurityException {
        HeldCertificate stranger = HeldCertificate.read(pki.resolve("stranger.pem"), pki.resolve("stranger.key"));
        KeyStores.write(KeyStores.holding(stranger, DemoPki.PASSWORD), pki.resolve("stranger.p12"), DemoPki.PASSWORD);
    }

    /** A client that sends its certificate whatever authorities the server names. */
    static Expected sendsWhatItHas(String tls, RealClient client) {
        return new Expected(client, tls, Outcome.CERTIFICATE, Outcome.NO_CERTIFICATE, Outcome.UNTRUSTED);
    }

    /** A client that sends its certificate only if it is of an authority that the server names. */
    static Expected sendsWhatFits(String tls, RealClient client) {
        return new Expected(client, tls, Outcome.CERTIFICATE, Outcome.NO_CERTIFICATE, Outcome.NO_CERTIFICATE);
    }

    /** A client that gets one answer, whatever certificate it has. */
    static Expected always(String tls, Outcome outcome, RealClient client) {
        return new Expected(client, tls, outcome, outcome, outcome);
    }

    Stream<Arguments> cases() {
        return expected.stream().flatMap(Expected::cases);
    }

    @ParameterizedTest(name = "{0}, TLS {1}, {2} {3}, {4}")
    @MethodSource("cases")
    void aClientGetsWhatIsExpectedOfIt(String name, String tls, String method, String path, Who who, Expected expected)
            throws Exception {
        Ask ask = new Ask(server.httpsPort(), pki, tls, method, path, who);
        long before = System.nanoTime();
        Answers answers = expected.client().run(ask);
        Duration taken = Duration.ofNanos(System.nanoTime() - before);
        Outcome outcome = Outcome.of(answers, ask);
        table.add(name, ask, outcome);
        assertThat(answers.open().values())
                .containsEntry("protocol", ask.protocol())
                .containsEntry("httpVersion", "HTTP/1.1")
                .containsEntry("subject", "");
        assertThat(outcome).as(answers.toString()).isEqualTo(expected.of(who));
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
        Files.writeString(ServerParts.target().resolve("client-table-" + engine + ".md"), table.markdown());
        System.out.println("TLS by " + engine + "\n" + table.markdown());
    }
}
