package dev.latchkey.openssl;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.charset.StandardCharsets;
import java.util.Objects;
import javax.net.ssl.SSLKeyException;
import org.jspecify.annotations.Nullable;

/**
 * Keying material exporters (RFC 5705, RFC 8446 section 7.5), with the limits that JSSE has.
 *
 * <p>Static; used under the engine's lock.
 */
final class KeyingMaterial {
    private static final int LONGEST_LABEL_12 = 65_535;
    private static final int LONGEST_CONTEXT_12 = 65_535;
    /** 255, less "tls13 ". */
    private static final int LONGEST_LABEL_13 = 249;

    private static final int LONGEST_CONTEXT_13 = 255;
    /** How many times the length of the suite's hash there may be (RFC 5869). */
    private static final int MOST_HASHES = 255;

    private KeyingMaterial() {}

    /**
     * Derives it. On TLS 1.2 no context is another thing than an empty one, on TLS 1.3 it is the same.
     *
     * @throws IllegalArgumentException if one of these has a length that TLS has no room for
     * @throws SSLKeyException if OpenSSL gives none
     */
    static byte[] export(long ssl, String label, byte @Nullable [] context, int length) throws SSLKeyException {
        boolean tls13 = Protocols.name(LibSsl.SSL_version(ssl)).equals(Protocols.TLS_1_3);
        byte[] name = Objects.requireNonNull(label, "label").getBytes(StandardCharsets.UTF_8);
        require(length >= 1 && (!tls13 || length <= MOST_HASHES * hashLength(ssl)), "length");
        require(name.length >= 1 && name.length <= (tls13 ? LONGEST_LABEL_13 : LONGEST_LABEL_12), "label's length");
        byte[] given = context == null ? new byte[0] : context;
        require(given.length <= (tls13 ? LONGEST_CONTEXT_13 : LONGEST_CONTEXT_12), "context's length");
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment out = arena.allocate(length);
            int done = LibSsl.SSL_export_keying_material(
                    ssl,
                    out,
                    length,
                    arena.allocateFrom(ValueLayout.JAVA_BYTE, name),
                    name.length,
                    arena.allocateFrom(ValueLayout.JAVA_BYTE, given),
                    given.length,
                    context == null ? 0 : 1);
            if (done != 1) {
                throw new SSLKeyException("OpenSSL exports no keying material: "
                        + SslError.drain().text());
            }
            byte[] material = out.toArray(ValueLayout.JAVA_BYTE);
            out.fill((byte) 0);
            return material;
        } finally {
            SslError.clear();
        }
    }

    private static int hashLength(long ssl) {
        String suite = CipherSuites.instance().nameOf(LibSsl.SSL_get_current_cipher(ssl));
        return suite.endsWith("SHA384") ? 48 : 32;
    }

    private static void require(boolean fits, String what) {
        if (!fits) {
            throw new IllegalArgumentException("The " + what + " is outside of what TLS has room for");
        }
    }
}
