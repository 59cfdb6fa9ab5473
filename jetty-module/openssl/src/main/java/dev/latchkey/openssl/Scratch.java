package dev.latchkey.openssl;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.concurrent.ConcurrentLinkedDeque;

/**
 * Native memory for one record's plaintext, lent for one call: what heap buffers need, since C cannot call back while
 * Java's heap is pinned.
 *
 * <p>As many pieces exist as calls were under way at once; no thread owns one, so virtual threads cost nothing. Safe
 * for any thread.
 */
final class Scratch {
    static final int SIZE = TlsRecord.MAX_PLAINTEXT_SIZE;

    private static final int MOST_KEPT = 64;
    private static final ConcurrentLinkedDeque<MemorySegment> FREE = new ConcurrentLinkedDeque<>();

    private Scratch() {}

    static MemorySegment borrow() {
        MemorySegment free = FREE.pollFirst();
        return free == null ? Arena.ofAuto().allocate(SIZE) : free;
    }

    static void giveBack(MemorySegment segment) {
        // Counting costs a walk, but of 64 at most.
        if (FREE.size() < MOST_KEPT) {
            FREE.addFirst(segment);
        }
    }
}
