package dev.latchkey.testkit;

import java.net.Socket;
import java.util.Collections;
import java.util.Map;
import java.util.WeakHashMap;
import org.jspecify.annotations.Nullable;

/** Finds the witness of a connection by its socket, which is all that JSSE gives to its managers. Any thread. */
final class HandshakeWitnesses {
    private final Map<Socket, HandshakeWitness> bySocket = Collections.synchronizedMap(new WeakHashMap<>());

    HandshakeWitness of(@Nullable Socket socket) {
        return bySocket.computeIfAbsent(socket, none -> new HandshakeWitness());
    }
}
