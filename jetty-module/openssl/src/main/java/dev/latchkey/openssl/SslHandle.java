package dev.latchkey.openssl;

import java.lang.ref.Reference;

/**
 * Owns one {@code SSL} with its transport. Used under the engine's lock.
 */
final class SslHandle extends NativeHandle {
    private final RecordBio bio;

    /** Makes an {@code SSL} of this context whose upcalls go there; what it writes unasked goes to the queue. */
    SslHandle(ContextHandle context, HandshakeUpcalls upcalls, OutputQueue queue) {
        super(Kind.SSL, made(context));
        bio = new RecordBio(queue, upcalls::fail);
        Registry.register(address(), upcalls);
        bio.attachTo(address());
    }

    private static long made(ContextHandle context) {
        try {
            return LibSsl.SSL_new(context.address());
        } finally {
            // Only now has the SSL a reference of its own, and another context may have taken this one's place.
            Reference.reachabilityFence(context);
        }
    }

    RecordBio bio() {
        return bio;
    }
}
