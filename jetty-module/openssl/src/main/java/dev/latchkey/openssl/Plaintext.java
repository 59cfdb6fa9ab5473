package dev.latchkey.openssl;

import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;

/**
 * Moves application data between the caller's buffers and one {@code SSL_read} or {@code SSL_write}.
 *
 * <p>A direct buffer is used where it is; heap buffers and several small ones go by a scratch piece, one copy.
 */
final class Plaintext {
    private Plaintext() {}

    static long remaining(ByteBuffer[] buffers, int offset, int length) {
        long sum = 0;
        for (int i = offset; i < offset + length; i++) {
            sum += buffers[i].remaining();
        }
        return sum;
    }

    /** One {@code SSL_read} into the buffers, which have room for what the record holds; its result. */
    static int read(long ssl, ByteBuffer[] destinations, int offset, int length, int expected) {
        ByteBuffer first = firstWithRemaining(destinations, offset, length);
        if (first != null && first.isDirect() && first.remaining() >= expected) {
            int count = LibSsl.SSL_read(ssl, MemorySegment.ofBuffer(first), first.remaining());
            if (count > 0) {
                first.position(first.position() + count);
            }
            return count;
        }
        MemorySegment scratch = Scratch.borrow();
        try {
            int room = (int) Math.min(Scratch.SIZE, remaining(destinations, offset, length));
            // Room for one byte at least: with none, OpenSSL would not take the record at all.
            int count = LibSsl.SSL_read(ssl, scratch, Math.max(1, room));
            if (count > 0) {
                scatter(scratch, count, destinations, offset);
            }
            return count;
        } finally {
            Scratch.giveBack(scratch);
        }
    }

    /** One {@code SSL_write} of at most one record; its result. The buffers advance by what was taken. */
    static int write(long ssl, ByteBuffer[] sources, int offset, int length, int most) {
        int total = (int) Math.min(most, remaining(sources, offset, length));
        ByteBuffer first = firstWithRemaining(sources, offset, length);
        if (first != null && first.isDirect() && first.remaining() >= total) {
            int count = LibSsl.SSL_write(ssl, MemorySegment.ofBuffer(first), total);
            if (count > 0) {
                first.position(first.position() + count);
            }
            return count;
        }
        MemorySegment scratch = Scratch.borrow();
        try {
            gather(sources, offset, scratch, total);
            int count = LibSsl.SSL_write(ssl, scratch, total);
            if (count > 0) {
                advance(sources, offset, count);
            }
            return count;
        } finally {
            Scratch.giveBack(scratch);
        }
    }

    private static @Nullable ByteBuffer firstWithRemaining(ByteBuffer[] buffers, int offset, int length) {
        for (int i = offset; i < offset + length; i++) {
            if (buffers[i].hasRemaining()) {
                return buffers[i];
            }
        }
        return null;
    }

    private static void scatter(MemorySegment from, int count, ByteBuffer[] destinations, int offset) {
        int done = 0;
        for (int i = offset; done < count; i++) {
            ByteBuffer destination = destinations[i];
            int part = Math.min(destination.remaining(), count - done);
            MemorySegment.copy(from, done, MemorySegment.ofBuffer(destination), 0, part);
            destination.position(destination.position() + part);
            done += part;
        }
    }

    private static void gather(ByteBuffer[] sources, int offset, MemorySegment to, int total) {
        int done = 0;
        for (int i = offset; done < total; i++) {
            int part = Math.min(sources[i].remaining(), total - done);
            MemorySegment.copy(MemorySegment.ofBuffer(sources[i]), 0, to, done, part);
            done += part;
        }
    }

    private static void advance(ByteBuffer[] sources, int offset, int count) {
        int done = 0;
        for (int i = offset; done < count; i++) {
            int part = Math.min(sources[i].remaining(), count - done);
            sources[i].position(sources[i].position() + part);
            done += part;
        }
    }
}
