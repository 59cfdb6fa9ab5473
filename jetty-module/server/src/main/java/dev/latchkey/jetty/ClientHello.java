package dev.latchkey.jetty;

import java.nio.BufferUnderflowException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * What a ClientHello says of the client. A pure parser: bytes in, a value or "need more" out; it never throws on what a
 * client may send.
 *
 * <pre>
 *   struct {
 *       ProtocolVersion client_version;
 *       Random random;                               32 bytes
 *       SessionID session_id;                        1 byte of length
 *       CipherSuite cipher_suites;                   2 bytes of length
 *       CompressionMethod compression_methods;       1 byte of length
 *       Extension extensions;                        2 bytes of length, if there are any
 *   } ClientHello;                                   RFC 5246 section 7.4.1.2, RFC 8446 section 4.1.2
 * </pre>
 *
 * <p>Values of GREASE (RFC 8701) are left out of the lists: they mean nothing.
 *
 * @param version the highest TLS version offered by a client that knows none above 1.2; its {@code client_version}
 * @param supportedVersions the versions that it lists (RFC 8446 section 4.2.1); empty if it has no such list
 * @param applicationProtocols the protocols that it offers by ALPN (RFC 7301); empty if none
 * @param serverName the host that it wants, in small letters and without a last dot (RFC 6066 section 3); null if none
 * @param postHandshakeAuthentication whether it can be asked for a certificate later (RFC 8446 section 4.2.6)
 * @param groups the groups for key exchange that it supports (RFC 8446 section 4.2.7); empty if it has no such list
 * @param secureRenegotiation whether it knows RFC 5746: it sent the extension or the signalling suite
 */
record ClientHello(
        int version,
        List<Integer> supportedVersions,
        List<String> applicationProtocols,
        @Nullable String serverName,
        boolean postHandshakeAuthentication,
        List<Integer> groups,
        boolean secureRenegotiation) {
    static final int TLS_1_2 = 0x0303;
    static final int TLS_1_3 = 0x0304;

    /** A hello of which nothing is believed: it was malformed, and the engine will say so. */
    static final ClientHello UNREADABLE = new ClientHello(0, List.of(), List.of(), null, false, List.of(), false);

    private static final int CLIENT_HELLO = 1;
    private static final int HEADER = 4;
    private static final int RANDOM = 32;
    private static final int HOST_NAME = 0;
    private static final int EMPTY_RENEGOTIATION_INFO_SCSV = 0x00FF; // RFC 5746 section 3.3

    // Extensions, as IANA numbers them.
    private static final int SERVER_NAME = 0;
    private static final int SUPPORTED_GROUPS = 10;
    private static final int ALPN = 16;
    private static final int SUPPORTED_VERSIONS = 43;
    private static final int POST_HANDSHAKE_AUTH = 49;
    private static final int RENEGOTIATION_INFO = 0xFF01; // RFC 5746 section 3.2

    /** {@return whether the client can speak TLS 1.2} */
    boolean offersTls12() {
        return supportedVersions.isEmpty() ? version >= TLS_1_2 : supportedVersions.contains(TLS_1_2);
    }

    /** {@return whether the client can speak TLS 1.3} */
    boolean offersTls13() {
        return supportedVersions.contains(TLS_1_3);
    }

    /**
     * {@return the hello at the start of a stream of handshake messages, {@link #UNREADABLE}, or null for "need more"}
     *
     * @param bytes the payloads of the handshake records so far; read from position 0 of a duplicate
     */
    static @Nullable ClientHello parse(ByteBuffer bytes) {
        ByteBuffer in = bytes.duplicate();
        if (in.remaining() < HEADER) {
            return null;
        }
        int type = u8(in);
        int length = u8(in) << 16 | u16(in);
        if (type != CLIENT_HELLO) {
            return UNREADABLE;
        }
        if (in.remaining() < length) {
            return null;
        }
        in.limit(in.position() + length);
        try {
            return new Fields().read(in);
        } catch (BufferUnderflowException | IllegalArgumentException | IndexOutOfBoundsException x) {
            return UNREADABLE; // a length that points outside, or what no client may send
        }
    }

    /** What has been read so far. */
    private static final class Fields {
        private final Set<Integer> seen = new HashSet<>();
        private List<Integer> versions = List.of();
        private List<String> protocols = List.of();
        private @Nullable String host;
        private boolean laterAuthentication;
        private List<Integer> groups = List.of();
        private boolean secure;

        ClientHello read(ByteBuffer in) {
            int version = u16(in);
            skip(in, RANDOM);
            skip(in, u8(in));
            ByteBuffer suites = vector(in, u16(in));
            while (suites.remaining() >= 2) {
                secure |= u16(suites) == EMPTY_RENEGOTIATION_INFO_SCSV;
            }
            skip(in, u8(in));
            if (in.hasRemaining()) {
                ByteBuffer extensions = vector(in, u16(in));
                while (extensions.hasRemaining()) {
                    int type = u16(extensions);
                    extension(type, vector(extensions, u16(extensions)));
                }
            }
            return new ClientHello(version, versions, protocols, host, laterAuthentication, groups, secure);
        }

        private void extension(int type, ByteBuffer body) {
            if (!seen.add(type)) {
                // RFC 8446 section 4.2 forbids it; an engine that took the other one would see another client.
                throw new IllegalArgumentException("twice");
            }
            switch (type) {
                case SERVER_NAME -> host = serverName(vector(body, u16(body)));
                case SUPPORTED_GROUPS -> groups = numbers(vector(body, u16(body)));
                case ALPN -> protocols = names(vector(body, u16(body)));
                case SUPPORTED_VERSIONS -> versions = numbers(vector(body, u8(body)));
                case POST_HANDSHAKE_AUTH -> laterAuthentication = true;
                case RENEGOTIATION_INFO -> secure = true;
                default -> {
                    // none of ours
                }
            }
        }

        private static @Nullable String serverName(ByteBuffer list) {
            String found = null;
            while (list.hasRemaining()) {
                int kind = u8(list);
                ByteBuffer name = vector(list, u16(list));
                if (kind == HOST_NAME) {
                    if (found != null) {
                        throw new IllegalArgumentException("two host names"); // RFC 6066 section 3 forbids it
                    }
                    found = text(name);
                }
            }
            return found == null ? null : HostPatterns.canonical(found);
        }

        private static List<String> names(ByteBuffer list) {
            List<String> found = new ArrayList<>();
            while (list.hasRemaining()) {
                found.add(text(vector(list, u8(list))));
            }
            return List.copyOf(found);
        }

        private static List<Integer> numbers(ByteBuffer list) {
            List<Integer> found = new ArrayList<>(list.remaining() / 2);
            while (list.hasRemaining()) {
                int number = u16(list);
                if (!isGrease(number)) {
                    found.add(number);
                }
            }
            return List.copyOf(found);
        }
    }

    /** RFC 8701: 0x0A0A, 0x1A1A, and so on. */
    private static boolean isGrease(int number) {
        return (number & 0x0F0F) == 0x0A0A && number >> 8 == (number & 0xFF);
    }

    private static int u8(ByteBuffer in) {
        return in.get() & 0xFF;
    }

    private static int u16(ByteBuffer in) {
        return in.getShort() & 0xFFFF;
    }

    private static void skip(ByteBuffer in, int length) {
        in.position(in.position() + length);
    }

    private static ByteBuffer vector(ByteBuffer in, int length) {
        ByteBuffer vector = in.slice(in.position(), length);
        skip(in, length);
        return vector;
    }

    private static String text(ByteBuffer bytes) {
        return StandardCharsets.ISO_8859_1.decode(bytes).toString();
    }
}
