package dev.latchkey.jetty;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.fail;

import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.Random;
import org.junit.jupiter.api.Test;

/**
 * Random and mutated hellos: the parser throws nothing, whatever comes, and takes no time. 100,000 inputs; so many as
 * the system property {@code latchkey.fuzz} says in a long run (10,000,000 before a release). The seed is printed, and
 * {@code latchkey.seed} repeats a run.
 */
class ClientHelloFuzzTest {
    private static final int[] SUITES = {0xC02F, Hellos.SCSV};

    private static final byte[][] HELLOS = {
        Hellos.message(SUITES, 5, 13, Hellos.RENEGOTIATION_INFO),
        Hellos.hello(
                SUITES,
                Hellos.serverName("cert.example.org"),
                Hellos.groups(0x1A1A, 0x11EC, 29),
                Hellos.alpn("h2", "http/1.1"),
                Hellos.versions(0xFAFA, 0x0304, 0x0303),
                new Hellos.Extension(49, new byte[0])),
        Hellos.hello(SUITES, Hellos.serverName("a.example"), new Hellos.Extension(51, new byte[1216])),
    };

    private final Random random;

    ClientHelloFuzzTest() {
        long seed = Long.getLong("latchkey.seed", System.nanoTime());
        System.out.println("ClientHelloFuzzTest latchkey.seed=" + seed);
        random = new Random(seed);
    }

    @Test
    void nothingIsThrownWhateverComes() {
        int inputs = Integer.getInteger("latchkey.fuzz", 100_000);
        int readable = 0;
        long longest = 0;
        for (int i = 0; i < inputs; i++) {
            byte[] input = i % 4 == 0 ? noise() : mutated();
            long start = System.nanoTime();
            ClientHello hello = parse(input);
            longest = Math.max(longest, System.nanoTime() - start);
            readable += hello == null || hello.equals(ClientHello.UNREADABLE) ? 0 : 1;
        }
        System.out.printf("%d inputs, %d readable, longest %d us%n", inputs, readable, longest / 1000);
        assertThat(readable).as("so that the inner parts are reached").isGreaterThan(inputs / 20);
        assertThat(longest).as("nanoseconds, with a pause of the JVM").isLessThan(2_000_000_000L);
    }

    private static ClientHello parse(byte[] input) {
        try {
            return ClientHello.parse(ByteBuffer.wrap(input));
        } catch (Throwable x) {
            return fail("input " + HexFormat.of().formatHex(input), x);
        }
    }

    /** Random bytes, half of them in the frame of a hello of just this length. */
    private byte[] noise() {
        byte[] bytes = new byte[random.nextInt(300)];
        random.nextBytes(bytes);
        if (bytes.length > 4 && random.nextBoolean()) {
            bytes[0] = 1;
            bytes[1] = 0;
            bytes[2] = (byte) (bytes.length - 4 >> 8);
            bytes[3] = (byte) (bytes.length - 4);
        }
        return bytes;
    }

    /** A hello with some bytes changed, cut out, or put in twice. */
    private byte[] mutated() {
        byte[] bytes = HELLOS[random.nextInt(HELLOS.length)].clone();
        for (int n = random.nextInt(4); n >= 0; n--) {
            int at = bytes.length == 0 ? 0 : random.nextInt(bytes.length);
            if (at == bytes.length) {
                return bytes;
            }
            switch (random.nextInt(8)) {
                case 0 -> bytes = Arrays.copyOf(bytes, at + 1);
                case 1 -> bytes = joined(bytes, at, Math.min(at + 1 + random.nextInt(20), bytes.length));
                case 2 -> bytes = joined(bytes, at, Math.max(0, at - random.nextInt(20)));
                case 3 -> bytes[at] = (byte) (bytes[at] + 1);
                case 4 -> bytes[at] = (byte) 0xFF;
                default -> bytes[at] ^= (byte) (1 << random.nextInt(8));
            }
        }
        return bytes;
    }

    /** {@return the bytes up to one place, and those from another} */
    private static byte[] joined(byte[] bytes, int head, int tail) {
        byte[] joined = new byte[head + bytes.length - tail];
        System.arraycopy(bytes, 0, joined, 0, head);
        System.arraycopy(bytes, tail, joined, head, bytes.length - tail);
        return joined;
    }
}
