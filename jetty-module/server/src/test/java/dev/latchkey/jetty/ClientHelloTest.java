package dev.latchkey.jetty;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;

class ClientHelloTest {
    private static final int[] SUITES = {0xC02F, 0x009C};
    private static final int[] SUITES_WITH_SCSV = {0xC02F, Hellos.SCSV};

    private static ClientHello parse(byte[] bytes) {
        return ClientHello.parse(ByteBuffer.wrap(bytes));
    }

    @Test
    void r15AClientKnowsRfc5746ByTheExtensionOrTheSignallingSuite() {
        assertThat(parse(Hellos.message(SUITES, 5, 13, Hellos.RENEGOTIATION_INFO)))
                .extracting(ClientHello::secureRenegotiation)
                .isEqualTo(true);
        assertThat(parse(Hellos.message(SUITES_WITH_SCSV)))
                .extracting(ClientHello::secureRenegotiation)
                .isEqualTo(true);
        assertThat(parse(Hellos.message(SUITES_WITH_SCSV, 5, 13)))
                .extracting(ClientHello::secureRenegotiation)
                .isEqualTo(true);
    }

    @Test
    void aClientWithNeitherDoesNot() {
        assertThat(parse(Hellos.message(SUITES)))
                .extracting(ClientHello::secureRenegotiation)
                .isEqualTo(false);
        assertThat(parse(Hellos.message(SUITES, 5, 13)))
                .extracting(ClientHello::secureRenegotiation)
                .isEqualTo(false);
        // The value of the one as the other is nothing.
        assertThat(parse(Hellos.message(new int[] {Hellos.RENEGOTIATION_INFO}, Hellos.SCSV)))
                .extracting(ClientHello::secureRenegotiation)
                .isEqualTo(false);
    }

    @Test
    void eachBeginningOfAHelloNeedsMore() {
        byte[] hello = Hellos.message(SUITES, Hellos.RENEGOTIATION_INFO);
        for (int length = 0; length < hello.length; length++) {
            assertThat(parse(Arrays.copyOf(hello, length)))
                    .as(length + " bytes")
                    .isNull();
        }
        assertThat(parse(Arrays.copyOf(hello, hello.length + 7)))
                .extracting(ClientHello::secureRenegotiation)
                .isEqualTo(true);
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
    void allThatAClientSaysIsRead() {
        ClientHello hello = parse(Hellos.hello(
                SUITES,
                new Hellos.Extension(0x3A3A, new byte[7]),
                Hellos.serverName("Cert.Example.ORG."),
                Hellos.groups(0x1A1A, 0x11EC, 29),
                Hellos.alpn("h2", "http/1.1"),
                Hellos.versions(0xFAFA, 0x0304, 0x0303),
                new Hellos.Extension(49, new byte[0]),
                new Hellos.Extension(51, new byte[1216])));
        assertThat(hello)
                .isEqualTo(new ClientHello(
                        0x0303,
                        List.of(0x0304, 0x0303),
                        List.of("h2", "http/1.1"),
                        "cert.example.org",
                        true,
                        List.of(0x11EC, 29),
                        false));
        assertThat(hello.offersTls12()).isTrue();
        assertThat(hello.offersTls13()).isTrue();
    }

    @Test
    void aClientWithoutAListOfVersionsOffersTls12ByItsOwn() {
        ClientHello hello = parse(Hellos.hello(SUITES, Hellos.serverName("www.example.org")));
        assertThat(hello.offersTls12()).isTrue();
        assertThat(hello.offersTls13()).isFalse();
        assertThat(hello.postHandshakeAuthentication()).isFalse();
        assertThat(parse(Hellos.hello(SUITES, Hellos.versions(0x0304))).offersTls12())
                .isFalse();
    }

    @Test
    void whatTwoReadersCouldReadInTwoWaysIsUnreadable() {
        assertThat(parse(Hellos.hello(SUITES, Hellos.serverName("a.example"), Hellos.serverName("b.example"))))
                .isEqualTo(ClientHello.UNREADABLE);
        byte[] twoNames = Hellos.vector(2, new byte[] {0, 0, 1, 'a', 0, 0, 1, 'b'});
        assertThat(parse(Hellos.hello(SUITES, new Hellos.Extension(0, twoNames))))
                .isEqualTo(ClientHello.UNREADABLE);
        assertThat(parse(Hellos.hello(SUITES, new Hellos.Extension(43, new byte[] {3, 3, 4, 3}))))
                .isEqualTo(ClientHello.UNREADABLE);
    }
}
