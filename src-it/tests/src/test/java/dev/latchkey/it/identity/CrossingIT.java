package dev.latchkey.it.identity;

import static org.assertj.core.api.Assertions.assertThat;

import dev.latchkey.impersonation.Identities;
import dev.latchkey.impersonation.Identity;
import dev.latchkey.impersonation.http.IdentityCookieHandler;
import dev.latchkey.impersonation.http.Negotiation;
import dev.latchkey.impersonation.subject.SubjectIdentity;
import dev.latchkey.testkit.TestPrograms;
import dev.latchkey.testkit.kerberos.Kdc;
import dev.latchkey.testkit.kerberos.KerberosLogin;
import dev.latchkey.testkit.kerberos.KerberosPrograms;
import dev.latchkey.testkit.kerberos.MitKdc;
import java.net.CookieHandler;
import java.net.CookieManager;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Requests of two users, interleaved on eight threads over one client: whom does the server see? R19, R38.
 *
 * <p>The seed is printed; {@code -Dlatchkey.seed} repeats a run.
 */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class CrossingIT {
    private static final int THREADS = 8;
    private static final int REQUESTS = 1000;

    private final long seed = Long.getLong("latchkey.seed", System.nanoTime());
    private Kdc kdc;
    private final List<Identity> users = new ArrayList<>();

    @BeforeAll
    void start(@TempDir Path dir) throws Exception {
        System.out.println("CrossingIT latchkey.seed=" + seed);
        KerberosPrograms programs = TestPrograms.require("MIT's KDC (src-it/kdc-packages)", KerberosPrograms.mit());
        kdc = MitKdc.start(dir, programs);
        kdc.useInThisJvm();
        for (String user : Kdc.USERS) {
            users.add(Identities.flow().of(SubjectIdentity.part(KerberosLogin.login(kdc, user))));
        }
    }

    @AfterAll
    void stop() {
        users.forEach(Identity::close);
        if (kdc != null) {
            kdc.close();
        }
    }

    /** Each answer, with who asked: "user1: user2 40123". */
    private List<String> interleaved(Caller caller, SpnegoServer server) throws Exception {
        ExecutorService threads = Executors.newFixedThreadPool(THREADS);
        try {
            List<Future<List<String>>> all = new ArrayList<>();
            for (int thread = 0; thread < THREADS; thread++) {
                Random random = new Random(seed + thread);
                all.add(threads.submit(() -> {
                    List<String> seen = new ArrayList<>();
                    for (int i = 0; i < REQUESTS / THREADS; i++) {
                        int user = random.nextInt(users.size());
                        seen.add(Kdc.USERS.get(user) + ": "
                                + users.get(user).call(() -> caller.get(server.origin() + "/")));
                    }
                    return seen;
                }));
            }
            List<String> answers = new ArrayList<>();
            for (Future<List<String>> each : all) {
                answers.addAll(each.get());
            }
            return answers;
        } finally {
            threads.shutdownNow();
        }
    }

    private static boolean crossed(String answer) {
        return Kdc.USERS.stream().anyMatch(user -> answer.matches(user + ": (?!" + user + " )user.*"));
    }

    static Stream<Arguments> ours() {
        return Stream.of(Seen.values())
                .flatMap(seen -> Stream.of(Caller.Kind.values()).map(kind -> Arguments.of(seen, kind)));
    }

    @ParameterizedTest
    @MethodSource("ours")
    void r19NoUserIsTakenForAnotherAndNoneUsesAnothersConnection(Seen seen, Caller.Kind kind) throws Exception {
        CookieHandler.setDefault(new IdentityCookieHandler(Identities.flow()));
        try (SpnegoServer server = SpnegoServer.whoAmI(kdc, Kdc.BACK, seen);
                Caller caller =
                        kind.with(Negotiation.builder().allow(server.origin()).build())) {
            List<String> answers = interleaved(caller, server);
            assertThat(answers).hasSize(REQUESTS).allSatisfy(answer -> assertThat(answer)
                    .matches("(user\\d): \\1 \\d+"));
            Map<String, Set<String>> usersOfPort = new ConcurrentHashMap<>();
            answers.forEach(answer -> usersOfPort
                    .computeIfAbsent(answer.substring(answer.lastIndexOf(' ')), port -> ConcurrentHashMap.newKeySet())
                    .add(answer.substring(0, answer.indexOf(':'))));
            assertThat(usersOfPort.values())
                    .allSatisfy(found -> assertThat(found).hasSize(1));
            assertThat(usersOfPort.size()).as("connections are used again").isLessThan(mostConnections(kind));
        } finally {
            CookieHandler.setDefault(null);
        }
    }

    /** HttpURLConnection closes a connection that it has kept for another user than the next to come. */
    private static int mostConnections(Caller.Kind kind) {
        return kind == Caller.Kind.URL_CONNECTION ? REQUESTS : REQUESTS / 2;
    }

    static Stream<Arguments> stock() {
        return Stream.of(Seen.BY_CONNECTION, Seen.BY_COOKIE)
                .flatMap(seen -> Stream.of(StockCaller.values()).map(kind -> Arguments.of(seen, kind)));
    }

    @ParameterizedTest
    @MethodSource("stock")
    void stockClientsTakeOneForTheOtherSoTheTestWouldSeeIt(Seen seen, StockCaller kind) throws Exception {
        CookieHandler.setDefault(new CookieManager());
        try (SpnegoServer server = SpnegoServer.whoAmI(kdc, Kdc.BACK, seen);
                Caller caller =
                        kind.with(Negotiation.builder().allow(server.origin()).build())) {
            long crossed = interleaved(caller, server).stream()
                    .filter(CrossingIT::crossed)
                    .count();
            System.out.printf("stock %s, seen %s: %d of %d crossed%n", kind, seen, crossed, REQUESTS);
            assertThat(crossed).isPositive();
        } finally {
            CookieHandler.setDefault(null);
        }
    }

    @ParameterizedTest
    @EnumSource(StockCaller.class)
    void whereEachRequestIsProvenStockClientsDoNotCrossEither(StockCaller kind) throws Exception {
        try (SpnegoServer server = SpnegoServer.whoAmI(kdc, Kdc.BACK, Seen.BY_REQUEST);
                Caller caller =
                        kind.with(Negotiation.builder().allow(server.origin()).build())) {
            assertThat(interleaved(caller, server)).noneMatch(CrossingIT::crossed);
        }
    }
}
