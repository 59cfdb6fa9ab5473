package dev.latchkey.openssl;

/**
 * The kinds of things that OpenSSL makes and that we hold: whether connections share them decides who may write them.
 *
 * <p>{@code docs/native-objects.md} of this module says of each who holds, reads, writes and frees it; a test keeps that
 * page, this list and the annotations of the downcalls in step. Immutable.
 */
enum NativeObject {
    SSL_CTX(true),
    SSL(false),
    SSL_SESSION(false),
    SSL_CIPHER(true),
    BIO_METHOD(true),
    BIO(false),
    X509(true),
    EVP_PKEY(true),
    X509_NAME(true),
    STACK(false),
    X509_STORE_CTX(false),
    ERROR_QUEUE(false);

    private final boolean shared;

    NativeObject(boolean shared) {
        this.shared = shared;
    }

    /** Whether two connections can hold the same one: it is written by who makes it, before anybody else has it. */
    boolean isShared() {
        return shared;
    }
}
