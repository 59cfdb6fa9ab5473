package dev.latchkey.impersonation.http;

import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Keeps an identity's TLS sessions apart from others' in one {@code SSLContext}: Java finds a session to resume by the
 * server's name and port, and uses the port for nothing else, so each identity has ports of its own that no server has.
 *
 * <p>A server may tie what it knows of a client, such as its certificate or its login, to the TLS session. Any thread.
 */
final class SessionPorts {
    private static final int REAL_PORTS = 65_536;
    private static final AtomicInteger LAST = new AtomicInteger(REAL_PORTS);

    private final Map<Integer, Integer> ports = new ConcurrentHashMap<>();

    /** {@return the port to name to TLS instead of a server's} */
    int of(int port) {
        return ports.computeIfAbsent(
                port, real -> LAST.updateAndGet(last -> last == Integer.MAX_VALUE ? REAL_PORTS : last + 1));
    }
}
