package dev.latchkey.jetty;

import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.MethodType;
import org.eclipse.jetty.io.ByteBufferPool;
import org.eclipse.jetty.io.RetainableByteBuffer;

/**
 * Acquires buffers from Jetty's pool, on 12.0 and 12.1 alike: the method's return type differs, so that one class file
 * cannot name it for both. Stateless.
 */
final class PooledBuffers {
    private static final MethodHandle ACQUIRE = acquire();

    private PooledBuffers() {}

    private static MethodHandle acquire() {
        try {
            return MethodHandles.publicLookup()
                    .unreflect(ByteBufferPool.class.getMethod("acquire", int.class, boolean.class))
                    .asType(MethodType.methodType(
                            RetainableByteBuffer.class, ByteBufferPool.class, int.class, boolean.class));
        } catch (ReflectiveOperationException x) {
            throw new LinkageError("this Jetty's ByteBufferPool has no acquire(int, boolean)", x);
        }
    }

    /** {@return an empty heap buffer of at least a size in bytes, to be released once} */
    static RetainableByteBuffer acquire(ByteBufferPool pool, int size) {
        try {
            return (RetainableByteBuffer) ACQUIRE.invokeExact(pool, size, false);
        } catch (RuntimeException | Error x) {
            throw x;
        } catch (Throwable x) {
            throw new IllegalStateException("acquire() declares no exception", x);
        }
    }
}
