package dev.latchkey.openssl;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodHandles;
import java.nio.charset.StandardCharsets;
import java.util.HexFormat;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/**
 * The secrets of a connection, as one OpenSSL end of it knows them: those of TLS 1.3 as it logs them (the format of
 * NSS's key log), those of TLS 1.2 as it holds them now.
 */
final class PeerKeys {
    private static final MethodHandle SET_KEYLOG =
            Native.ssl("SSL_CTX_set_keylog_callback", null, Native.PTR, Native.BUF);
    private static final MethodHandle GET_CTX = Native.ssl("SSL_get_SSL_CTX", Native.PTR, Native.PTR);
    private static final MethodHandle MASTER_KEY =
            Native.ssl("SSL_SESSION_get_master_key", Native.LONG, Native.PTR, Native.BUF, Native.LONG);
    private static final MethodHandle CLIENT_RANDOM =
            Native.ssl("SSL_get_client_random", Native.LONG, Native.PTR, Native.BUF, Native.LONG);
    private static final MethodHandle SERVER_RANDOM =
            Native.ssl("SSL_get_server_random", Native.LONG, Native.PTR, Native.BUF, Native.LONG);
    private static final MemorySegment KEYLOG =
            Native.upcall(MethodHandles.lookup(), "onKeyLog", null, Native.PTR, Native.PTR);
    private static final int LONGEST_LINE = 1024;
    private static final int MASTER = 48;
    private static final int RANDOM = 32;

    private static final Map<Long, Map<String, byte[]>> LOGGED = new ConcurrentHashMap<>();

    private final long ssl;

    /** From when the handshake of this end has begun, and before it knows a key. */
    PeerKeys(OpenSslEngine peer) {
        this.ssl = peer.nativeAddressForTests();
        LOGGED.put(ssl, new ConcurrentHashMap<>());
        try {
            SET_KEYLOG.invokeExact((long) GET_CTX.invokeExact(ssl), KEYLOG);
        } catch (Throwable t) {
            throw Native.unexpected(t);
        }
    }

    /** Upcall: a line of the key log. */
    static void onKeyLog(long ssl, long line) {
        String[] words = Native.bytes(line, LONGEST_LINE).getString(0).split(" ");
        Map<String, byte[]> known = LOGGED.get(ssl);
        if (known != null) {
            known.put(words[0], words[2].getBytes(StandardCharsets.US_ASCII));
        }
    }

    /** A secret of TLS 1.3 by its name in the log. */
    byte[] secret13(String label) {
        byte[] hex = LOGGED.getOrDefault(ssl, Map.of()).get(label);
        if (hex == null) {
            throw new IllegalStateException("not known yet: " + label);
        }
        return HexFormat.of().parseHex(new String(hex, StandardCharsets.US_ASCII));
    }

    /** TLS 1.2's master secret and randoms of now: master, client's, server's. */
    byte[][] master12() {
        try (Arena arena = Arena.ofConfined()) {
            return new byte[][] {
                bytes(arena, MASTER_KEY, LibSsl.SSL_get_session(ssl), MASTER),
                bytes(arena, CLIENT_RANDOM, ssl, RANDOM),
                bytes(arena, SERVER_RANDOM, ssl, RANDOM)
            };
        }
    }

    private static byte[] bytes(Arena arena, MethodHandle of, long address, int length) {
        MemorySegment room = arena.allocate(length);
        try {
            long size = (long) of.invokeExact(address, room, (long) length);
            return room.asSlice(0, size).toArray(ValueLayout.JAVA_BYTE);
        } catch (Throwable t) {
            throw Native.unexpected(t);
        }
    }

    void forget() {
        LOGGED.remove(ssl);
    }

    /** The name of a direction's secret in the log. */
    static String label(boolean client, boolean handshake) {
        return (client ? "CLIENT_" : "SERVER_") + (handshake ? "HANDSHAKE_TRAFFIC_SECRET" : "TRAFFIC_SECRET_0");
    }
}
