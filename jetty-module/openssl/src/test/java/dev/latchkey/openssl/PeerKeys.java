package dev.latchkey.openssl;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodHandles;
import java.util.HexFormat;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/**
 * The secrets of a connection, as one OpenSSL end of it logs them (the format of NSS's key log).
 */
final class PeerKeys {
    private static final MethodHandle SET_KEYLOG =
            Native.ssl("SSL_CTX_set_keylog_callback", null, Native.PTR, Native.BUF);
    private static final MethodHandle GET_CTX = Native.ssl("SSL_get_SSL_CTX", Native.PTR, Native.PTR);
    private static final MethodHandle GET_CLIENT_RANDOM =
            Native.ssl("SSL_get_client_random", Native.LONG, Native.PTR, Native.BUF, Native.LONG);
    private static final MethodHandle GET_SERVER_RANDOM =
            Native.ssl("SSL_get_server_random", Native.LONG, Native.PTR, Native.BUF, Native.LONG);
    private static final MemorySegment KEYLOG =
            Native.upcall(MethodHandles.lookup(), "onKeyLog", null, Native.PTR, Native.PTR);
    private static final int LONGEST_LINE = 1024;
    /** The log's name for a master secret of TLS 1.2, and ours for what belongs to it. */
    private static final String MASTER_12 = "CLIENT_RANDOM";

    private static final String CLIENT_RANDOM_12 = "client random";
    private static final String SERVER_RANDOM_12 = "server random";
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
            known.put(words[0], HexFormat.of().parseHex(words[2]));
            if (words[0].equals(MASTER_12)) {
                known.put(CLIENT_RANDOM_12, random(GET_CLIENT_RANDOM, ssl));
                known.put(SERVER_RANDOM_12, random(GET_SERVER_RANDOM, ssl));
            }
        }
    }

    boolean knows(String label) {
        return LOGGED.getOrDefault(ssl, Map.of()).containsKey(label);
    }

    /** A secret by its name in the log. */
    byte[] secret(String label) {
        byte[] secret = LOGGED.getOrDefault(ssl, Map.of()).get(label);
        if (secret == null) {
            throw new IllegalStateException("not known yet: " + label);
        }
        return secret;
    }

    /** TLS 1.2's last master secret and its randoms: master, client's, server's. */
    byte[][] master12() {
        return new byte[][] {secret(MASTER_12), secret(CLIENT_RANDOM_12), secret(SERVER_RANDOM_12)};
    }

    private static byte[] random(MethodHandle of, long ssl) {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment room = arena.allocate(RANDOM);
            long size = (long) of.invokeExact(ssl, room, (long) RANDOM);
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
