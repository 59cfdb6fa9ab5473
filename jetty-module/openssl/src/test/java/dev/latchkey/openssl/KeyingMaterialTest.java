package dev.latchkey.openssl;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import javax.crypto.SecretKey;
import javax.net.ssl.ExtendedSSLSession;
import javax.net.ssl.SSLSession;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Java 25's exporters: both ends of a connection derive the same, and JSSE at one end the same as we do. */
class KeyingMaterialTest {
    private static final byte[] CONTEXT = "context".getBytes(StandardCharsets.UTF_8);

    @BeforeEach
    void onlyWhereJavaHasThem() {
        assumeTrue(Runtime.version().feature() >= 25, "ExtendedSSLSession has exporters since Java 25");
    }

    /** By the public class, as an application calls it. */
    private static byte[] export(SSLSession session, String label, byte @Nullable [] context, int length)
            throws Exception {
        Method method =
                ExtendedSSLSession.class.getMethod("exportKeyingMaterialData", String.class, byte[].class, int.class);
        try {
            return (byte[]) method.invoke(session, label, context, length);
        } catch (InvocationTargetException e) {
            throw e.getCause() instanceof Exception cause ? cause : e;
        }
    }

    private static EnginePair pair(Engines client, Engines server, String protocol) throws Exception {
        return new EnginePair(Pki.context(client), Pki.context(server, Pki.SERVER_EC), protocol).handshake();
    }

    @ParameterizedTest
    @ValueSource(strings = {"TLSv1.2", "TLSv1.3"})
    void bothEndsHaveTheSame(String protocol) throws Exception {
        for (Engines[] engines : List.of(
                new Engines[] {Engines.JSSE, Engines.OPENSSL},
                new Engines[] {Engines.OPENSSL, Engines.JSSE},
                new Engines[] {Engines.OPENSSL, Engines.OPENSSL})) {
            EnginePair pair = pair(engines[0], engines[1], protocol);
            SSLSession client = pair.client.engine.getSession();
            SSLSession server = pair.server.engine.getSession();
            for (byte[] context : Arrays.asList(null, new byte[0], CONTEXT)) {
                assertThat(export(server, "EXPORTER-test", context, 40))
                        .hasSize(40)
                        .isEqualTo(export(client, "EXPORTER-test", context, 40));
            }
            assertThat(export(server, "EXPORTER-test", CONTEXT, 40))
                    .isNotEqualTo(export(server, "EXPORTER-other", CONTEXT, 40));
            // The JDK says so, and the RFCs: on TLS 1.3 no context is an empty one.
            assertThat(Arrays.equals(
                            export(server, "EXPORTER-test", null, 40),
                            export(server, "EXPORTER-test", new byte[0], 40)))
                    .isEqualTo(protocol.equals("TLSv1.3"));
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"TLSv1.2", "TLSv1.3"})
    void whatIsRefusedIsRefusedAlike(String protocol) throws Exception {
        SSLSession jsse =
                pair(Engines.OPENSSL, Engines.JSSE, protocol).server.engine.getSession();
        SSLSession ours =
                pair(Engines.JSSE, Engines.OPENSSL, protocol).server.engine.getSession();
        for (SSLSession session : List.of(jsse, ours)) {
            assertThatThrownBy(() -> export(session, "", null, 1)).isInstanceOf(IllegalArgumentException.class);
            assertThatThrownBy(() -> export(session, "l", null, 0)).isInstanceOf(IllegalArgumentException.class);
            assertThatThrownBy(() -> export(session, null, null, 1)).isInstanceOf(NullPointerException.class);
            assertThatThrownBy(() -> export(session, "l", new byte[70_000], 1))
                    .isInstanceOf(IllegalArgumentException.class);
            if (protocol.equals("TLSv1.3")) {
                assertThatThrownBy(() -> export(session, "l".repeat(250), null, 1))
                        .isInstanceOf(IllegalArgumentException.class);
                assertThatThrownBy(() -> export(session, "l", null, 255 * 48 + 1))
                        .isInstanceOf(IllegalArgumentException.class);
            }
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"TLSv1.2", "TLSv1.3"})
    void asAKeyAndNotBeforeOrAfterTheConnection(String protocol) throws Exception {
        assertThatThrownBy(() ->
                        export(Pki.context(Engines.OPENSSL).createSSLEngine().getSession(), "l", null, 1))
                .isInstanceOf(IllegalStateException.class);
        EnginePair pair = pair(Engines.JSSE, Engines.OPENSSL, protocol);
        OpenSslSession session = (OpenSslSession) pair.server.engine.getSession();
        SecretKey key = session.exportKeyingMaterialKey("AES", "EXPORTER-key", CONTEXT, 16);
        assertThat(key.getAlgorithm()).isEqualTo("AES");
        assertThat(key.getEncoded()).isEqualTo(export(session, "EXPORTER-key", CONTEXT, 16));
        pair.close();
        assertThatThrownBy(() -> export(session, "l", null, 1)).isInstanceOf(IllegalStateException.class);
    }
}
