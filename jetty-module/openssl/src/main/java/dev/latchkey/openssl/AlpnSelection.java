package dev.latchkey.openssl;

import java.io.ByteArrayOutputStream;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.BiFunction;
import javax.net.ssl.SSLEngine;
import org.jspecify.annotations.Nullable;

/**
 * The choice of an application protocol (RFC 7301): by the engine's selector, or by its own order of protocols.
 *
 * <p>Guarded by the engine's lock.
 */
final class AlpnSelection {
    static final int ACCEPTED = 0;
    static final int FATAL = 2;
    static final int NOT_USED = 3;

    private final SSLEngine engine;
    private final EngineSettings settings;
    private @Nullable String selected;

    AlpnSelection(SSLEngine engine, EngineSettings settings) {
        this.engine = engine;
        this.settings = settings;
    }

    /** What was chosen so far: null when nothing is decided, empty when none is used. */
    @Nullable
    String selected() {
        return selected;
    }

    /** Upcall: the client offered these. Out points into the client's own list, as OpenSSL wants it. */
    int select(long out, long outLength, long in, int inLength) {
        MemorySegment offer = Native.bytes(in, inLength);
        List<String> names = new ArrayList<>();
        List<Integer> offsets = new ArrayList<>();
        for (int at = 0; at < inLength; ) {
            int length = offer.get(ValueLayout.JAVA_BYTE, at) & 0xFF;
            byte[] name = offer.asSlice(at + 1L, length).toArray(ValueLayout.JAVA_BYTE);
            names.add(new String(name, StandardCharsets.ISO_8859_1));
            offsets.add(at + 1);
            at += 1 + length;
        }
        BiFunction<SSLEngine, List<String>, String> selector = settings.alpnSelector();
        String[] own = settings.parameters().getApplicationProtocols();
        if (selector == null && own.length == 0) {
            return NOT_USED;
        }
        String choice = selector == null ? firstOf(own, names) : selector.apply(engine, names);
        if (choice != null && choice.isEmpty()) {
            selected = "";
            return NOT_USED;
        }
        int index = choice == null ? -1 : names.indexOf(choice);
        if (index < 0) {
            return FATAL;
        }
        selected = choice;
        Native.bytes(out, Long.BYTES).set(ValueLayout.JAVA_LONG, 0, in + offsets.get(index));
        Native.bytes(outLength, 1)
                .set(ValueLayout.JAVA_BYTE, 0, (byte) names.get(index).length());
        return ACCEPTED;
    }

    /** The handshake is over: what was not chosen is not used. */
    void finish(long ssl) {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment protocol = arena.allocate(ValueLayout.JAVA_LONG);
            MemorySegment length = arena.allocate(ValueLayout.JAVA_INT);
            LibSsl.SSL_get0_alpn_selected(ssl, protocol, length);
            long address = protocol.get(ValueLayout.JAVA_LONG, 0);
            int size = length.get(ValueLayout.JAVA_INT, 0);
            selected = address == 0
                    ? ""
                    : new String(
                            Native.bytes(address, size).toArray(ValueLayout.JAVA_BYTE), StandardCharsets.ISO_8859_1);
        }
    }

    /** A list as the wire has it: each name after its length. */
    static byte[] encode(String[] protocols) {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        for (String protocol : protocols) {
            byte[] name = protocol.getBytes(StandardCharsets.ISO_8859_1);
            bytes.write(name.length);
            bytes.writeBytes(name);
        }
        return bytes.toByteArray();
    }

    private static @Nullable String firstOf(String[] own, List<String> offered) {
        return Arrays.stream(own).filter(offered::contains).findFirst().orElse(null);
    }
}
