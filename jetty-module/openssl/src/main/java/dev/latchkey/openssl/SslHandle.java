package dev.latchkey.openssl;

/**
 * Owns one {@code SSL} with its transport. Used under the engine's lock.
 */
final class SslHandle extends NativeHandle {
    private final RecordBio bio;

    /** Makes an {@code SSL} of this context whose upcalls go there. */
    SslHandle(ContextHandle context, HandshakeUpcalls upcalls, RecordBio bio) {
        super(Kind.SSL, LibSsl.SSL_new(context.address()));
        this.bio = bio;
        Registry.register(address(), upcalls);
        bio.attachTo(address());
    }

    RecordBio bio() {
        return bio;
    }
}
