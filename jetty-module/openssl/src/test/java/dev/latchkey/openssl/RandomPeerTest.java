package dev.latchkey.openssl;

import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import javax.net.ssl.SSLContext;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * Our engine and JSSE's, each as a server and a client, through the same random lives against a peer that cuts, delays,
 * mixes and spoils records: JSSE's contract holds after each call, data comes whole and in order, and closing ends.
 *
 * <p>{@code -Dlatchkey.seed=} repeats a failure, {@code -Dlatchkey.lives=100000} makes it long.
 */
class RandomPeerTest {
    private static final int STEPS = 120;
    private static final Map<String, SSLContext> CONTEXTS = new ConcurrentHashMap<>();

    @ParameterizedTest(name = "{0} {1} {2}")
    @CsvSource({
        "OPENSSL, server, TLSv1.3",
        "OPENSSL, client, TLSv1.3",
        "OPENSSL, server, TLSv1.2",
        "OPENSSL, client, TLSv1.2",
        "JSSE, server, TLSv1.3",
        "JSSE, client, TLSv1.3",
        "JSSE, server, TLSv1.2",
        "JSSE, client, TLSv1.2"
    })
    void theContractHolds(Engines engines, String role, String protocol) throws Exception {
        boolean server = role.equals("server");
        long first = Long.getLong("latchkey.seed", System.nanoTime());
        int lives = Integer.getInteger("latchkey.lives", 40);
        System.out.println("RandomPeerTest " + engines + " " + role + " " + protocol + ": -Dlatchkey.seed=" + first);
        for (long seed = first; seed < first + lives; seed++) {
            try {
                new RandomWorld(
                                seed,
                                server,
                                protocol.equals("TLSv1.3"),
                                context(engines, server),
                                context(Engines.OPENSSL, !server))
                        .live(STEPS);
            } catch (Exception | AssertionError e) {
                throw new AssertionError("-Dlatchkey.seed=" + seed + " " + engines + " " + role + " " + protocol, e);
            }
        }
    }

    private static SSLContext context(Engines engines, boolean server) {
        return CONTEXTS.computeIfAbsent(
                engines + " " + server,
                k -> server ? Pki.context(engines, Pki.SERVER_EC) : Pki.contextThatGives(engines, Pki.CLIENT));
    }
}
