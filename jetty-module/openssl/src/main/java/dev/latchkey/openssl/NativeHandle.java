package dev.latchkey.openssl;

import java.lang.ref.Cleaner;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.LongConsumer;

/**
 * Owns one thing that OpenSSL made: refuses a null pointer, frees once, and throws when it is used after that.
 *
 * <p>Whoever uses {@link #address()} must keep the handle reachable until the call is over. The {@link Cleaner} is the
 * last resort for owners that forgot to close. Closing is safe for any thread, but not while another uses the address.
 */
class NativeHandle implements AutoCloseable {
    private static final Cleaner LAST_RESORT = Cleaner.create();

    /** What there is to own, and how many of each were made and freed: what the tests of leaks look at. */
    static final class Kind {
        static final Kind SSL_CTX = new Kind("SSL_CTX", LibSslContext::SSL_CTX_free);
        static final Kind SSL = new Kind("SSL", LibSsl::SSL_free);
        /** Freed by the SSL that it belongs to, and counted when OpenSSL says that it was. */
        static final Kind BIO = new Kind("BIO", bio -> {});

        static final Kind CERTIFICATE = new Kind("X509", LibCrypto::X509_free);
        static final Kind KEY = new Kind("EVP_PKEY", LibCrypto::EVP_PKEY_free);

        private final String name;
        private final LongConsumer free;
        private final LongAdder made = new LongAdder();
        private final LongAdder freed = new LongAdder();

        private Kind(String name, LongConsumer free) {
            this.name = name;
            this.free = free;
        }

        @Override
        public String toString() {
            return name;
        }

        void countMade() {
            made.increment();
        }

        void countFreed() {
            freed.increment();
        }

        long made() {
            return made.sum();
        }

        long freed() {
            return freed.sum();
        }
    }

    private final Freeing freeing;
    private final Cleaner.Cleanable cleanable;

    /**
     * Takes over what a function of OpenSSL returned.
     *
     * @throws IllegalStateException if it returned null, with what the error queue says
     */
    NativeHandle(Kind kind, long address) {
        if (address == 0) {
            throw SslError.illegal("OpenSSL made no " + kind);
        }
        kind.countMade();
        this.freeing = new Freeing(kind, address);
        this.cleanable = LAST_RESORT.register(this, freeing);
    }

    /**
     * The pointer, for a call that is made at once.
     *
     * @throws IllegalStateException if it is freed
     */
    final long address() {
        if (freeing.done.get()) {
            throw new IllegalStateException("This " + freeing.kind + " is freed");
        }
        return freeing.address;
    }

    final boolean isClosed() {
        return freeing.done.get();
    }

    @Override
    public void close() {
        cleanable.clean();
    }

    /** Knows the pointer but not the handle, so that it does not keep the handle reachable. */
    private static final class Freeing implements Runnable {
        private final Kind kind;
        private final long address;
        private final AtomicBoolean done = new AtomicBoolean();

        private Freeing(Kind kind, long address) {
            this.kind = kind;
            this.address = address;
        }

        @Override
        public void run() {
            if (done.compareAndSet(false, true)) {
                Registry.forget(address);
                kind.free.accept(address);
                kind.countFreed();
            }
        }
    }
}
