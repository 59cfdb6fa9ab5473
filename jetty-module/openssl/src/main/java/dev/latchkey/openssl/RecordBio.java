package dev.latchkey.openssl;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * The transport of one connection, made in Java: OpenSSL reads a record from the caller's buffer and writes records
 * into the caller's buffer, with no memory BIO and so no copy between.
 *
 * <p>Buffers are lent for one operation. What is written while no buffer is lent, or does not fit, goes to the queue.
 * OpenSSL's side belongs to the {@code SSL} and is freed with it. Guarded by the engine's lock.
 */
final class RecordBio {
    private static final int FLAGS_READ_SHOULD_RETRY = 0x01 | 0x08;
    private static final int TYPE_SOURCE_SINK = 0x0400;
    private static final int CONTROL_FLUSH = 11;
    private static final long METHOD = makeMethod();

    private final long address;
    private final OutputQueue queue;
    private final Consumer<Throwable> failed;
    private MemorySegment source = MemorySegment.NULL;
    private long position;
    private @Nullable ByteBuffer destination;

    /** What is thrown in an upcall goes there: the reason of the failure that OpenSSL reports then. */
    RecordBio(OutputQueue queue, Consumer<Throwable> failed) {
        this.queue = queue;
        this.failed = failed;
        long bio = LibCrypto.BIO_new(METHOD);
        if (bio == 0) {
            throw SslError.illegal("OpenSSL made no BIO");
        }
        address = bio;
        NativeHandle.Kind.BIO.countMade();
        Registry.register(address, this);
        LibCrypto.BIO_set_init(address, 1);
    }

    /** Gives OpenSSL's side to an {@code SSL}, which frees it. */
    void attachTo(long ssl) {
        LibSsl.SSL_set_bio(ssl, address, address);
    }

    /** Lends this many bytes of the buffer, from its position on. */
    void lendSource(ByteBuffer buffer, int length) {
        source = MemorySegment.ofBuffer(buffer).asSlice(0, length);
        position = 0;
    }

    void lendDestination(ByteBuffer buffer) {
        destination = buffer;
    }

    /** Takes the buffers back; to be called on every path. */
    void takeBack() {
        source = MemorySegment.NULL;
        position = 0;
        destination = null;
    }

    /** How many of the lent bytes OpenSSL did not read. */
    int unread() {
        return (int) (source.byteSize() - position);
    }

    /** An upcall could not do its work. */
    void fail(Throwable t) {
        failed.accept(t);
    }

    /** Upcall: OpenSSL reads. */
    int read(long buffer, int length) {
        int count = (int) Math.min(length, source.byteSize() - position);
        if (count <= 0) {
            LibCrypto.BIO_set_flags(address, FLAGS_READ_SHOULD_RETRY);
            return -1;
        }
        MemorySegment.copy(source, position, Native.bytes(buffer, count), 0, count);
        position += count;
        return count;
    }

    /** Upcall: OpenSSL writes; always all of it. */
    int write(long buffer, int length) {
        MemorySegment data = Native.bytes(buffer, length);
        ByteBuffer direct = destination;
        if (direct != null && queue.isEmpty() && direct.remaining() >= length) {
            MemorySegment.copy(data, 0, MemorySegment.ofBuffer(direct), 0, length);
            direct.position(direct.position() + length);
        } else {
            queue.append(data);
        }
        return length;
    }

    /** Upcall: a flush has nothing to do; all other commands are unknown here. */
    static long control(int command) {
        return command == CONTROL_FLUSH ? 1 : 0;
    }

    private static long makeMethod() {
        int type = LibCrypto.BIO_get_new_index() | TYPE_SOURCE_SINK;
        long method = LibCrypto.BIO_meth_new(type, Arena.global().allocateFrom("Java buffers"));
        if (method == 0
                || LibCrypto.BIO_meth_set_read(method, Upcalls.BIO_READ) != 1
                || LibCrypto.BIO_meth_set_write(method, Upcalls.BIO_WRITE) != 1
                || LibCrypto.BIO_meth_set_ctrl(method, Upcalls.BIO_CONTROL) != 1
                || LibCrypto.BIO_meth_set_destroy(method, Upcalls.BIO_DESTROY) != 1) {
            throw SslError.illegal("OpenSSL made no BIO_METHOD");
        }
        return method;
    }
}
