package dev.latchkey.jetty;

import java.nio.ByteBuffer;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Objects;
import java.util.function.Supplier;
import org.eclipse.jetty.io.ByteBufferPool;
import org.eclipse.jetty.io.Content;
import org.eclipse.jetty.io.RetainableByteBuffer;
import org.eclipse.jetty.util.BufferUtil;
import org.jspecify.annotations.Nullable;

/**
 * Bytes that are kept in buffers of Jetty's pool until somebody reads them, within a {@link BufferBudget}.
 *
 * <p>Bytes are copied in, so that a client that sends one byte at a time does not make us hold a whole network buffer
 * for each. Thread-safe: the thread that keeps, the one that reads and the one that closes can be different. No
 * callback runs under the lock.
 */
final class KeptBytes {
    /** Large enough to be few, small enough that an empty rest does not matter. */
    private static final int BLOCK = 8 * 1024;

    private final ByteBufferPool pool;
    private final BufferBudget budget;
    private final Supplier<Object> findClient;
    private @Nullable Object client;
    private final Deque<RetainableByteBuffer> blocks = new ArrayDeque<>();
    private long size;
    private boolean released;

    /** @param findClient asked once, when something is kept, whose it is */
    KeptBytes(ByteBufferPool pool, BufferBudget budget, Supplier<Object> findClient) {
        this.pool = pool;
        this.budget = budget;
        this.findClient = findClient;
    }

    /** {@return how many bytes are kept} */
    long size() {
        synchronized (this) {
            return size;
        }
    }

    boolean isEmpty() {
        return size() == 0;
    }

    /**
     * Copies all of a buffer's bytes in, behind those that are there.
     *
     * @return whether there was room in the budget; if not, some of the bytes may have been kept and consumed
     */
    boolean append(ByteBuffer source) {
        synchronized (this) {
            while (source.hasRemaining()) {
                RetainableByteBuffer last = blocks.peekLast();
                if (last == null || BufferUtil.space(last.getByteBuffer()) == 0) {
                    last = lockedAddBlock();
                    if (last == null) {
                        return false;
                    }
                }
                size += BufferUtil.append(last.getByteBuffer(), source);
            }
            return true;
        }
    }

    private @Nullable RetainableByteBuffer lockedAddBlock() {
        Object owner = client == null ? findClient.get() : client;
        client = owner;
        if (released || !budget.tryTake(owner, BLOCK)) {
            return null;
        }
        try {
            RetainableByteBuffer block = PooledBuffers.acquire(pool, BLOCK);
            blocks.addLast(block);
            return block;
        } catch (Throwable x) {
            budget.giveBack(owner, BLOCK);
            throw x;
        }
    }

    /** {@return how many bytes were moved into a buffer in flush mode, from the front} */
    int drainTo(ByteBuffer target) {
        synchronized (this) {
            int moved = 0;
            while (size > 0 && BufferUtil.space(target) > 0) {
                RetainableByteBuffer first = blocks.getFirst();
                int n = BufferUtil.append(target, first.getByteBuffer());
                moved += n;
                size -= n;
                if (!first.hasRemaining()) {
                    blocks.removeFirst();
                    free(first);
                }
            }
            return moved;
        }
    }

    /** {@return the first block as a chunk that goes back to the pool when it is released, or null when empty} */
    Content.@Nullable Chunk poll() {
        synchronized (this) {
            RetainableByteBuffer first = blocks.pollFirst();
            if (first == null) {
                return null;
            }
            size -= first.remaining();
            return Content.Chunk.from(first.getByteBuffer(), false, () -> free(first));
        }
    }

    /** Gives everything back; nothing can be kept afterwards. May be called more than once. */
    void release() {
        synchronized (this) {
            released = true;
            size = 0;
            while (!blocks.isEmpty()) {
                free(blocks.removeFirst());
            }
        }
    }

    private void free(RetainableByteBuffer block) {
        block.release();
        budget.giveBack(Objects.requireNonNull(client), BLOCK);
    }
}
