package dev.latchkey.openssl;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/**
 * What a server's CertificateRequest says of the keys that it takes: types of certificate on TLS 1.2 (RFC 5246 section
 * 7.4.4), signature schemes on both versions, the ones it likes best first.
 *
 * <p>Static; used under the engine's lock.
 */
final class WantedKeys {
    private static final int GET_CLIENT_CERTIFICATE_TYPES = 103;
    private static final int CERTIFICATE_RSA = 1;
    private static final int CERTIFICATE_ECDSA = 64;
    private static final Set<String> RSA = Set.of("RSA", "RSASSA-PSS");
    /** RFC 8422 section 5.5 has Ed25519 and Ed448 by the type of ECDSA. */
    private static final Set<String> ECDSA = Set.of("EC", "EdDSA");

    private WantedKeys() {}

    /** The JDK's names of the key types, in the server's order; all that we have where it says nothing. */
    static List<String> types(long ssl, List<String> ownAlgorithms) {
        int[] schemes = schemes(ssl);
        boolean tls13 = Protocols.name(LibSsl.SSL_version(ssl)).equals(Protocols.TLS_1_3);
        List<String> types = new ArrayList<>(
                schemes.length == 0 ? KeySelector.KEY_TYPES : SignatureSchemes.keyTypes(schemes, ownAlgorithms, tls13));
        byte[] certificates = certificateTypes(ssl);
        if (!tls13 && certificates.length > 0) {
            types.removeIf(type -> !isTaken(type, certificates));
        }
        return types;
    }

    private static boolean isTaken(String type, byte[] certificates) {
        for (byte certificate : certificates) {
            if ((certificate == CERTIFICATE_RSA && RSA.contains(type))
                    || (certificate == CERTIFICATE_ECDSA && ECDSA.contains(type))) {
                return true;
            }
        }
        return false;
    }

    private static int[] schemes(long ssl) {
        MemorySegment none = MemorySegment.NULL;
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment sign = arena.allocate(ValueLayout.JAVA_BYTE);
            MemorySegment hash = arena.allocate(ValueLayout.JAVA_BYTE);
            int[] numbers = new int[Math.max(0, LibSsl.SSL_get_sigalgs(ssl, -1, none, none, none, none, none))];
            for (int i = 0; i < numbers.length; i++) {
                LibSsl.SSL_get_sigalgs(ssl, i, none, none, none, sign, hash);
                numbers[i] =
                        (hash.get(ValueLayout.JAVA_BYTE, 0) & 0xFF) << 8 | (sign.get(ValueLayout.JAVA_BYTE, 0) & 0xFF);
            }
            return numbers;
        }
    }

    private static byte[] certificateTypes(long ssl) {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment pointer = arena.allocate(ValueLayout.JAVA_LONG);
            long length = LibSsl.SSL_ctrl(ssl, GET_CLIENT_CERTIFICATE_TYPES, 0, pointer);
            long address = pointer.get(ValueLayout.JAVA_LONG, 0);
            return length <= 0 || address == 0
                    ? new byte[0]
                    : Native.bytes(address, length).toArray(ValueLayout.JAVA_BYTE);
        }
    }
}
