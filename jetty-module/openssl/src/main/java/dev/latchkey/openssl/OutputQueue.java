package dev.latchkey.openssl;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteBuffer;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * Records that OpenSSL wrote while there was no buffer to write them to; they wait for {@code wrap}.
 *
 * <p>Holds no memory while it is empty. Guarded by the engine's lock.
 */
final class OutputQueue {
    private static final int SMALLEST = 1024;

    private byte @Nullable [] bytes;
    private int head;
    private int tail;

    boolean isEmpty() {
        return head == tail;
    }

    /** How many bytes wait. */
    int size() {
        return tail - head;
    }

    /** Keeps this many bytes, and forgets what came behind them. */
    void truncate(int size) {
        tail = Math.min(tail, head + size);
        if (isEmpty()) {
            clear();
        }
    }

    void append(MemorySegment data) {
        int length = (int) data.byteSize();
        byte[] room = room(length);
        MemorySegment.copy(data, ValueLayout.JAVA_BYTE, 0, room, tail, length);
        tail += length;
    }

    void append(byte[] data) {
        append(MemorySegment.ofArray(data));
    }

    /** Moves as many whole records as fit. */
    int drainTo(ByteBuffer destination) {
        byte[] from = bytes;
        if (from == null) {
            return 0;
        }
        int end = head;
        while (end + TlsRecord.HEADER_SIZE <= tail) {
            int next = end + TlsRecord.HEADER_SIZE + ((from[end + 3] & 0xFF) << 8 | from[end + 4] & 0xFF);
            if (next > tail || next - head > destination.remaining()) {
                break;
            }
            end = next;
        }
        int moved = end - head;
        destination.put(from, head, moved);
        head = end;
        if (isEmpty()) {
            clear();
        }
        return moved;
    }

    void clear() {
        bytes = null;
        head = 0;
        tail = 0;
    }

    private byte[] room(int length) {
        byte[] old = bytes;
        if (old == null) {
            byte[] made = new byte[Math.max(SMALLEST, length)];
            bytes = made;
            return made;
        }
        if (tail + length <= old.length) {
            return old;
        }
        int kept = tail - head;
        byte[] made = Arrays.copyOfRange(old, head, head + Math.max(2 * old.length, kept + length));
        head = 0;
        tail = kept;
        bytes = made;
        return made;
    }
}
