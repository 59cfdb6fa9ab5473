package dev.latchkey.openssl;

import static dev.latchkey.openssl.Native.BUF;
import static dev.latchkey.openssl.Native.INT;
import static dev.latchkey.openssl.Native.LONG;
import static dev.latchkey.openssl.Native.PTR;
import static dev.latchkey.openssl.Native.crypto;
import static dev.latchkey.openssl.Native.shortCrypto;
import static dev.latchkey.openssl.Native.unexpected;

import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandle;

/**
 * The functions of libcrypto that we call: one line a handle, one method each, nothing else.
 *
 * <p>Pointers are {@code long}; a {@code MemorySegment} is memory that Java lends for the call, or a function of ours.
 * No result is checked here. Each method says which objects it writes: {@link Writes}. The error queue that {@code ERR_...} reads belongs to the calling thread.
 */
// The names are OpenSSL's own, so that its manual pages are this class's documentation.
@SuppressWarnings({"checkstyle:MethodName", "MethodName", "ConstantField"})
final class LibCrypto {
    private static final MethodHandle H_ERR_get_error = crypto("ERR_get_error", LONG);
    private static final MethodHandle H_ERR_peek_error = shortCrypto("ERR_peek_error", LONG);
    private static final MethodHandle H_ERR_clear_error = crypto("ERR_clear_error", null);
    private static final MethodHandle H_ERR_error_string_n = crypto("ERR_error_string_n", null, LONG, BUF, LONG);

    private static final MethodHandle H_BIO_get_new_index = crypto("BIO_get_new_index", INT);
    private static final MethodHandle H_BIO_meth_new = crypto("BIO_meth_new", PTR, INT, BUF);
    private static final MethodHandle H_BIO_meth_set_read = crypto("BIO_meth_set_read", INT, PTR, BUF);
    private static final MethodHandle H_BIO_meth_set_write = crypto("BIO_meth_set_write", INT, PTR, BUF);
    private static final MethodHandle H_BIO_meth_set_ctrl = crypto("BIO_meth_set_ctrl", INT, PTR, BUF);
    private static final MethodHandle H_BIO_meth_set_destroy = crypto("BIO_meth_set_destroy", INT, PTR, BUF);
    private static final MethodHandle H_BIO_new = crypto("BIO_new", PTR, PTR);
    private static final MethodHandle H_BIO_set_init = crypto("BIO_set_init", null, PTR, INT);
    private static final MethodHandle H_BIO_set_flags = shortCrypto("BIO_set_flags", null, PTR, INT);

    private static final MethodHandle H_d2i_X509 = crypto("d2i_X509", PTR, BUF, BUF, LONG);
    private static final MethodHandle H_i2d_X509 = crypto("i2d_X509", INT, PTR, BUF);
    private static final MethodHandle H_X509_free = crypto("X509_free", null, PTR);
    private static final MethodHandle H_d2i_X509_NAME = crypto("d2i_X509_NAME", PTR, BUF, BUF, LONG);
    private static final MethodHandle H_i2d_X509_NAME = crypto("i2d_X509_NAME", INT, PTR, BUF);
    private static final MethodHandle H_X509_NAME_free = crypto("X509_NAME_free", null, PTR);
    private static final MethodHandle H_d2i_AutoPrivateKey = crypto("d2i_AutoPrivateKey", PTR, BUF, BUF, LONG);
    private static final MethodHandle H_EVP_PKEY_free = crypto("EVP_PKEY_free", null, PTR);

    private static final MethodHandle H_OPENSSL_sk_new_null = crypto("OPENSSL_sk_new_null", PTR);
    private static final MethodHandle H_OPENSSL_sk_push = crypto("OPENSSL_sk_push", INT, PTR, PTR);
    private static final MethodHandle H_OPENSSL_sk_num = crypto("OPENSSL_sk_num", INT, PTR);
    private static final MethodHandle H_OPENSSL_sk_value = crypto("OPENSSL_sk_value", PTR, PTR, INT);
    private static final MethodHandle H_OPENSSL_sk_free = crypto("OPENSSL_sk_free", null, PTR);

    private static final MethodHandle H_X509_STORE_CTX_get0_cert = crypto("X509_STORE_CTX_get0_cert", PTR, PTR);
    private static final MethodHandle H_X509_STORE_CTX_get0_untrusted =
            crypto("X509_STORE_CTX_get0_untrusted", PTR, PTR);
    private static final MethodHandle H_X509_STORE_CTX_get_ex_data =
            crypto("X509_STORE_CTX_get_ex_data", PTR, PTR, INT);
    private static final MethodHandle H_X509_STORE_CTX_set_error = crypto("X509_STORE_CTX_set_error", null, PTR, INT);

    private LibCrypto() {}

    @Writes(NativeObject.ERROR_QUEUE)
    static long ERR_get_error() {
        try {
            return (long) H_ERR_get_error.invokeExact();
        } catch (Throwable t) {
            throw unexpected(t);
        }
    }

    @Reads(NativeObject.ERROR_QUEUE)
    static long ERR_peek_error() {
        try {
            return (long) H_ERR_peek_error.invokeExact();
        } catch (Throwable t) {
            throw unexpected(t);
        }
    }

    @Writes(NativeObject.ERROR_QUEUE)
    static void ERR_clear_error() {
        try {
            H_ERR_clear_error.invokeExact();
        } catch (Throwable t) {
            throw unexpected(t);
        }
    }

    @Reads
    static void ERR_error_string_n(long code, MemorySegment text, long length) {
        try {
            H_ERR_error_string_n.invokeExact(code, text, length);
        } catch (Throwable t) {
            throw unexpected(t);
        }
    }

    @Writes(NativeObject.BIO_METHOD)
    static int BIO_get_new_index() {
        try {
            return (int) H_BIO_get_new_index.invokeExact();
        } catch (Throwable t) {
            throw unexpected(t);
        }
    }

    @Writes(NativeObject.BIO_METHOD)
    static long BIO_meth_new(int type, MemorySegment name) {
        try {
            return (long) H_BIO_meth_new.invokeExact(type, name);
        } catch (Throwable t) {
            throw unexpected(t);
        }
    }

    @Writes(NativeObject.BIO_METHOD)
    static int BIO_meth_set_read(long method, MemorySegment function) {
        try {
            return (int) H_BIO_meth_set_read.invokeExact(method, function);
        } catch (Throwable t) {
            throw unexpected(t);
        }
    }

    @Writes(NativeObject.BIO_METHOD)
    static int BIO_meth_set_write(long method, MemorySegment function) {
        try {
            return (int) H_BIO_meth_set_write.invokeExact(method, function);
        } catch (Throwable t) {
            throw unexpected(t);
        }
    }

    @Writes(NativeObject.BIO_METHOD)
    static int BIO_meth_set_ctrl(long method, MemorySegment function) {
        try {
            return (int) H_BIO_meth_set_ctrl.invokeExact(method, function);
        } catch (Throwable t) {
            throw unexpected(t);
        }
    }

    @Writes(NativeObject.BIO_METHOD)
    static int BIO_meth_set_destroy(long method, MemorySegment function) {
        try {
            return (int) H_BIO_meth_set_destroy.invokeExact(method, function);
        } catch (Throwable t) {
            throw unexpected(t);
        }
    }

    @Writes(NativeObject.BIO)
    static long BIO_new(long method) {
        try {
            return (long) H_BIO_new.invokeExact(method);
        } catch (Throwable t) {
            throw unexpected(t);
        }
    }

    @Writes(NativeObject.BIO)
    static void BIO_set_init(long bio, int initialized) {
        try {
            H_BIO_set_init.invokeExact(bio, initialized);
        } catch (Throwable t) {
            throw unexpected(t);
        }
    }

    @Writes(NativeObject.BIO)
    static void BIO_set_flags(long bio, int flags) {
        try {
            H_BIO_set_flags.invokeExact(bio, flags);
        } catch (Throwable t) {
            throw unexpected(t);
        }
    }

    @Writes(NativeObject.X509)
    static long d2i_X509(MemorySegment result, MemorySegment der, long length) {
        try {
            return (long) H_d2i_X509.invokeExact(result, der, length);
        } catch (Throwable t) {
            throw unexpected(t);
        }
    }

    @Reads(NativeObject.X509)
    static int i2d_X509(long certificate, MemorySegment der) {
        try {
            return (int) H_i2d_X509.invokeExact(certificate, der);
        } catch (Throwable t) {
            throw unexpected(t);
        }
    }

    @Writes(NativeObject.X509)
    static void X509_free(long certificate) {
        try {
            H_X509_free.invokeExact(certificate);
        } catch (Throwable t) {
            throw unexpected(t);
        }
    }

    @Writes(NativeObject.X509_NAME)
    static long d2i_X509_NAME(MemorySegment result, MemorySegment der, long length) {
        try {
            return (long) H_d2i_X509_NAME.invokeExact(result, der, length);
        } catch (Throwable t) {
            throw unexpected(t);
        }
    }

    @Reads(NativeObject.X509_NAME)
    static int i2d_X509_NAME(long name, MemorySegment der) {
        try {
            return (int) H_i2d_X509_NAME.invokeExact(name, der);
        } catch (Throwable t) {
            throw unexpected(t);
        }
    }

    @Writes(NativeObject.X509_NAME)
    static void X509_NAME_free(long name) {
        try {
            H_X509_NAME_free.invokeExact(name);
        } catch (Throwable t) {
            throw unexpected(t);
        }
    }

    @Writes(NativeObject.EVP_PKEY)
    static long d2i_AutoPrivateKey(MemorySegment result, MemorySegment der, long length) {
        try {
            return (long) H_d2i_AutoPrivateKey.invokeExact(result, der, length);
        } catch (Throwable t) {
            throw unexpected(t);
        }
    }

    @Writes(NativeObject.EVP_PKEY)
    static void EVP_PKEY_free(long key) {
        try {
            H_EVP_PKEY_free.invokeExact(key);
        } catch (Throwable t) {
            throw unexpected(t);
        }
    }

    @Writes(NativeObject.STACK)
    static long OPENSSL_sk_new_null() {
        try {
            return (long) H_OPENSSL_sk_new_null.invokeExact();
        } catch (Throwable t) {
            throw unexpected(t);
        }
    }

    @Writes(NativeObject.STACK)
    static int OPENSSL_sk_push(long stack, long element) {
        try {
            return (int) H_OPENSSL_sk_push.invokeExact(stack, element);
        } catch (Throwable t) {
            throw unexpected(t);
        }
    }

    @Reads(NativeObject.STACK)
    static int OPENSSL_sk_num(long stack) {
        try {
            return (int) H_OPENSSL_sk_num.invokeExact(stack);
        } catch (Throwable t) {
            throw unexpected(t);
        }
    }

    @Reads(NativeObject.STACK)
    static long OPENSSL_sk_value(long stack, int index) {
        try {
            return (long) H_OPENSSL_sk_value.invokeExact(stack, index);
        } catch (Throwable t) {
            throw unexpected(t);
        }
    }

    @Writes(NativeObject.STACK)
    static void OPENSSL_sk_free(long stack) {
        try {
            H_OPENSSL_sk_free.invokeExact(stack);
        } catch (Throwable t) {
            throw unexpected(t);
        }
    }

    @Reads(NativeObject.X509_STORE_CTX)
    static long X509_STORE_CTX_get0_cert(long store) {
        try {
            return (long) H_X509_STORE_CTX_get0_cert.invokeExact(store);
        } catch (Throwable t) {
            throw unexpected(t);
        }
    }

    @Reads(NativeObject.X509_STORE_CTX)
    static long X509_STORE_CTX_get0_untrusted(long store) {
        try {
            return (long) H_X509_STORE_CTX_get0_untrusted.invokeExact(store);
        } catch (Throwable t) {
            throw unexpected(t);
        }
    }

    @Reads(NativeObject.X509_STORE_CTX)
    static long X509_STORE_CTX_get_ex_data(long store, int index) {
        try {
            return (long) H_X509_STORE_CTX_get_ex_data.invokeExact(store, index);
        } catch (Throwable t) {
            throw unexpected(t);
        }
    }

    @Writes(NativeObject.X509_STORE_CTX)
    static void X509_STORE_CTX_set_error(long store, int error) {
        try {
            H_X509_STORE_CTX_set_error.invokeExact(store, error);
        } catch (Throwable t) {
            throw unexpected(t);
        }
    }
}
