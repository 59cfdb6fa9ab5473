package dev.latchkey.openssl;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.ByteBuffer;
import java.util.Random;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLEngineResult;
import javax.net.ssl.SSLEngineResult.HandshakeStatus;
import javax.net.ssl.SSLEngineResult.Status;
import javax.net.ssl.SSLParameters;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** {@code SSLParameters.setMaximumPacketSize}: no record is larger, of a handshake or of data; one comes at a time. */
class PacketSizeTest {
    @ParameterizedTest
    @CsvSource({
        "TLSv1.3, TLS_AES_128_GCM_SHA256, 2048",
        "TLSv1.3, TLS_CHACHA20_POLY1305_SHA256, 1000",
        "TLSv1.2, TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384, 2048",
        "TLSv1.2, TLS_ECDHE_RSA_WITH_AES_256_CBC_SHA384, 1500",
        "TLSv1.2, TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256, 16709"
    })
    void noRecordIsLarger(String protocol, String suite, int size) throws Exception {
        EnginePair pair = new EnginePair(
                Pki.context(Engines.JSSE),
                Pki.context(Engines.OPENSSL, Pki.SERVER_RSA),
                e -> e.setEnabledProtocols(new String[] {protocol}),
                e -> setUp(e, suite, size));
        pair.client.engine.beginHandshake();
        byte[] data = new byte[50_000];
        new Random(size).nextBytes(data);
        ByteBuffer source = ByteBuffer.wrap(data);
        int made = 0;
        while (source.hasRemaining()) {
            pair.client.step();
            pair.server.unwrap();
            ByteBuffer room = ByteBuffer.allocate(size);
            SSLEngineResult result = Peer.checked(() -> pair.server.engine.wrap(source, room));
            assertThat(result.getStatus()).isEqualTo(Status.OK);
            if (result.getHandshakeStatus() == HandshakeStatus.FINISHED) {
                pair.server.finished++;
            }
            made += room.position() > 0 ? 1 : 0;
            pair.server.send(room.flip());
        }
        pair.client.step();
        assertThat(made).isGreaterThan(data.length / size);
        assertThat(pair.client.takeReceived()).hasSize(data.length);
    }

    private static void setUp(SSLEngine engine, String suite, int size) {
        engine.setEnabledCipherSuites(new String[] {suite});
        SSLParameters parameters = engine.getSSLParameters();
        parameters.setMaximumPacketSize(size);
        engine.setSSLParameters(parameters);
    }
}
