package dev.latchkey.jetty;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.Random;
import org.junit.jupiter.api.Test;

class ClientHelloTest {
    private static final int[] SUITES = {0xC02F, 0x009C};
    private static final int[] SUITES_WITH_SCSV = {0xC02F, Hellos.SCSV};

    private static ClientHello parse(byte[] bytes) {
        return ClientHello.parse(ByteBuffer.wrap(bytes));
    }

    @Test
    void r15AClientKnowsRfc5746ByTheExtensionOrTheSignallingSuite() {
        assertThat(parse(Hellos.message(SUITES, 0, 13, Hellos.RENEGOTIATION_INFO)))
                .isEqualTo(new ClientHello(true));
        assertThat(parse(Hellos.message(SUITES_WITH_SCSV))).isEqualTo(new ClientHello(true));
        assertThat(parse(Hellos.message(SUITES_WITH_SCSV, 0, 13))).isEqualTo(new ClientHello(true));
    }

    @Test
    void aClientWithNeitherDoesNot() {
        assertThat(parse(Hellos.message(SUITES))).isEqualTo(new ClientHello(false));
        assertThat(parse(Hellos.message(SUITES, 0, 13))).isEqualTo(new ClientHello(false));
        // The value of the one as the other is nothing.
        assertThat(parse(Hellos.message(new int[] {Hellos.RENEGOTIATION_INFO}, Hellos.SCSV)))
                .isEqualTo(new ClientHello(false));
    }

    @Test
    void eachBeginningOfAHelloNeedsMore() {
        byte[] hello = Hellos.message(SUITES, Hellos.RENEGOTIATION_INFO);
        for (int length = 0; length < hello.length; length++) {
            assertThat(parse(Arrays.copyOf(hello, length)))
                    .as(length + " bytes")
                    .isNull();
        }
        assertThat(parse(Arrays.copyOf(hello, hello.length + 7))).isEqualTo(new ClientHello(true));
    }

    @Test
    void theBufferIsLeftAsItWas() {
        ByteBuffer hello = ByteBuffer.wrap(Hellos.message(SUITES, Hellos.RENEGOTIATION_INFO));
        ClientHello.parse(hello);
        assertThat(hello.position()).isZero();
        assertThat(hello.remaining()).isEqualTo(hello.capacity());
    }

    @Test
    void anotherMessageIsUnreadable() {
        assertThat(parse(Hellos.message(2, new byte[40]))).isEqualTo(ClientHello.UNREADABLE);
    }

    @Test
    void lengthsThatPointOutsideAreUnreadable() {
        byte[] hello = Hellos.message(SUITES, Hellos.RENEGOTIATION_INFO);
        int sessionIdLength = 4 + 2 + 32;
        byte[] longSessionId = hello.clone();
        longSessionId[sessionIdLength] = (byte) 0xFF;
        assertThat(parse(longSessionId)).isEqualTo(ClientHello.UNREADABLE);
        byte[] longSuites = hello.clone();
        longSuites[sessionIdLength + 5] = (byte) 0xFF;
        assertThat(parse(longSuites)).isEqualTo(ClientHello.UNREADABLE);
        byte[] longExtension = hello.clone();
        longExtension[hello.length - 2] = 2;
        assertThat(parse(longExtension)).isEqualTo(ClientHello.UNREADABLE);
        assertThat(parse(Hellos.message(1, new byte[0]))).isEqualTo(ClientHello.UNREADABLE);
        assertThat(parse(Hellos.message(1, new byte[34]))).isEqualTo(ClientHello.UNREADABLE);
    }

    @Test
    void randomBytesNeverThrow() {
        long seed = System.nanoTime();
        System.out.println("ClientHelloTest seed " + seed);
        Random random = new Random(seed);
        for (int i = 0; i < 20_000; i++) {
            byte[] bytes = new byte[random.nextInt(200)];
            random.nextBytes(bytes);
            if (bytes.length > 4 && i % 2 == 0) {
                bytes[0] = 1; // a ClientHello of just this length, so that its body is looked into
                bytes[1] = 0;
                bytes[2] = 0;
                bytes[3] = (byte) (bytes.length - 4);
            }
            parse(bytes);
        }
        byte[] hello = Hellos.message(SUITES_WITH_SCSV, 0, 13, Hellos.RENEGOTIATION_INFO);
        for (int i = 0; i < 20_000; i++) {
            byte[] damaged = hello.clone();
            damaged[random.nextInt(damaged.length)] = (byte) random.nextInt();
            damaged[random.nextInt(damaged.length)] = (byte) random.nextInt();
            ClientHello parsed = parse(damaged);
            assertThat(parsed == null || parsed.secureRenegotiation() || parsed.equals(ClientHello.UNREADABLE))
                    .isTrue();
        }
    }
}
