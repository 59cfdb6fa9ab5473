package dev.latchkey.openssl;

import static dev.latchkey.openssl.Native.BUF;
import static dev.latchkey.openssl.Native.INT;
import static dev.latchkey.openssl.Native.LONG;
import static dev.latchkey.openssl.Native.PTR;
import static dev.latchkey.openssl.Native.shortSsl;
import static dev.latchkey.openssl.Native.ssl;
import static dev.latchkey.openssl.Native.unexpected;

import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandle;

/**
 * The functions of libssl about what connections share ({@code SSL_CTX}, {@code SSL_SESSION}, {@code SSL_CIPHER}): one
 * line a handle, one method each, nothing else.
 *
 * <p>Pointers are {@code long}; a {@code MemorySegment} is memory that Java lends for the call, or a function of ours.
 * No result is checked here. Each method says which objects it writes: {@link Writes}. An {@code SSL_CTX} is set up by one thread, then read by many.
 */
// The names are OpenSSL's own, so that its manual pages are this class's documentation.
@SuppressWarnings({"checkstyle:MethodName", "MethodName", "ConstantField"})
final class LibSslContext {
    private static final MethodHandle H_TLS_method = ssl("TLS_method", PTR);
    private static final MethodHandle H_SSL_CTX_new = ssl("SSL_CTX_new", PTR, PTR);
    private static final MethodHandle H_SSL_CTX_free = ssl("SSL_CTX_free", null, PTR);
    private static final MethodHandle H_SSL_CTX_ctrl = ssl("SSL_CTX_ctrl", LONG, PTR, INT, LONG, BUF);
    private static final MethodHandle H_SSL_CTX_callback_ctrl = ssl("SSL_CTX_callback_ctrl", LONG, PTR, INT, BUF);
    private static final MethodHandle H_SSL_CTX_set_options = ssl("SSL_CTX_set_options", LONG, PTR, LONG);
    private static final MethodHandle H_SSL_CTX_set_timeout = ssl("SSL_CTX_set_timeout", LONG, PTR, LONG);
    private static final MethodHandle H_SSL_CTX_set_num_tickets = ssl("SSL_CTX_set_num_tickets", INT, PTR, LONG);
    private static final MethodHandle H_SSL_CTX_set_cipher_list = ssl("SSL_CTX_set_cipher_list", INT, PTR, BUF);
    private static final MethodHandle H_SSL_CTX_set_ciphersuites = ssl("SSL_CTX_set_ciphersuites", INT, PTR, BUF);
    private static final MethodHandle H_SSL_CTX_get_ciphers = ssl("SSL_CTX_get_ciphers", PTR, PTR);
    private static final MethodHandle H_SSL_CTX_set_client_CA_list = ssl("SSL_CTX_set_client_CA_list", null, PTR, PTR);
    private static final MethodHandle H_SSL_CTX_sess_set_get_cb = ssl("SSL_CTX_sess_set_get_cb", null, PTR, BUF);
    private static final MethodHandle H_SSL_CTX_set_cert_verify_callback =
            ssl("SSL_CTX_set_cert_verify_callback", null, PTR, BUF, BUF);
    private static final MethodHandle H_SSL_CTX_set_cert_cb = ssl("SSL_CTX_set_cert_cb", null, PTR, BUF, BUF);
    private static final MethodHandle H_SSL_CTX_set_alpn_select_cb =
            ssl("SSL_CTX_set_alpn_select_cb", null, PTR, BUF, BUF);
    private static final MethodHandle H_SSL_CTX_set_client_hello_cb =
            ssl("SSL_CTX_set_client_hello_cb", null, PTR, BUF, BUF);
    private static final MethodHandle H_SSL_CTX_set_session_ticket_cb =
            ssl("SSL_CTX_set_session_ticket_cb", INT, PTR, BUF, BUF, BUF);
    private static final MethodHandle H_SSL_CIPHER_get_protocol_id = shortSsl("SSL_CIPHER_get_protocol_id", INT, PTR);
    private static final MethodHandle H_SSL_CIPHER_standard_name = ssl("SSL_CIPHER_standard_name", PTR, PTR);
    private static final MethodHandle H_SSL_CIPHER_get_name = ssl("SSL_CIPHER_get_name", PTR, PTR);
    private static final MethodHandle H_SSL_SESSION_get_id = ssl("SSL_SESSION_get_id", PTR, PTR, BUF);
    private static final MethodHandle H_SSL_SESSION_set1_ticket_appdata =
            ssl("SSL_SESSION_set1_ticket_appdata", INT, PTR, BUF, LONG);
    private static final MethodHandle H_SSL_SESSION_get0_ticket_appdata =
            ssl("SSL_SESSION_get0_ticket_appdata", INT, PTR, BUF, BUF);
    private static final MethodHandle H_SSL_SESSION_set_timeout = ssl("SSL_SESSION_set_timeout", LONG, PTR, LONG);
    private static final MethodHandle H_d2i_SSL_SESSION = ssl("d2i_SSL_SESSION", PTR, BUF, BUF, LONG);
    private static final MethodHandle H_i2d_SSL_SESSION = ssl("i2d_SSL_SESSION", INT, PTR, BUF);
    private static final MethodHandle H_SSL_get_ex_data_X509_STORE_CTX_idx =
            ssl("SSL_get_ex_data_X509_STORE_CTX_idx", INT);

    private LibSslContext() {}

    @Reads
    static long TLS_method() {
        try {
            return (long) H_TLS_method.invokeExact();
        } catch (Throwable t) {
            throw unexpected(t);
        }
    }

    @Writes(NativeObject.SSL_CTX)
    static long SSL_CTX_new(long method) {
        try {
            return (long) H_SSL_CTX_new.invokeExact(method);
        } catch (Throwable t) {
            throw unexpected(t);
        }
    }

    @Writes(NativeObject.SSL_CTX)
    static void SSL_CTX_free(long ctx) {
        try {
            H_SSL_CTX_free.invokeExact(ctx);
        } catch (Throwable t) {
            throw unexpected(t);
        }
    }

    @Writes(NativeObject.SSL_CTX)
    static long SSL_CTX_ctrl(long ctx, int command, long number, MemorySegment pointer) {
        try {
            return (long) H_SSL_CTX_ctrl.invokeExact(ctx, command, number, pointer);
        } catch (Throwable t) {
            throw unexpected(t);
        }
    }

    @Writes(NativeObject.SSL_CTX)
    static long SSL_CTX_callback_ctrl(long ctx, int command, MemorySegment function) {
        try {
            return (long) H_SSL_CTX_callback_ctrl.invokeExact(ctx, command, function);
        } catch (Throwable t) {
            throw unexpected(t);
        }
    }

    @Writes(NativeObject.SSL_CTX)
    static long SSL_CTX_set_options(long ctx, long options) {
        try {
            return (long) H_SSL_CTX_set_options.invokeExact(ctx, options);
        } catch (Throwable t) {
            throw unexpected(t);
        }
    }

    @Writes(NativeObject.SSL_CTX)
    static long SSL_CTX_set_timeout(long ctx, long seconds) {
        try {
            return (long) H_SSL_CTX_set_timeout.invokeExact(ctx, seconds);
        } catch (Throwable t) {
            throw unexpected(t);
        }
    }

    @Writes(NativeObject.SSL_CTX)
    static int SSL_CTX_set_num_tickets(long ctx, long count) {
        try {
            return (int) H_SSL_CTX_set_num_tickets.invokeExact(ctx, count);
        } catch (Throwable t) {
            throw unexpected(t);
        }
    }

    @Writes(NativeObject.SSL_CTX)
    static int SSL_CTX_set_cipher_list(long ctx, MemorySegment names) {
        try {
            return (int) H_SSL_CTX_set_cipher_list.invokeExact(ctx, names);
        } catch (Throwable t) {
            throw unexpected(t);
        }
    }

    @Writes(NativeObject.SSL_CTX)
    static int SSL_CTX_set_ciphersuites(long ctx, MemorySegment names) {
        try {
            return (int) H_SSL_CTX_set_ciphersuites.invokeExact(ctx, names);
        } catch (Throwable t) {
            throw unexpected(t);
        }
    }

    @Reads(NativeObject.SSL_CTX)
    static long SSL_CTX_get_ciphers(long ctx) {
        try {
            return (long) H_SSL_CTX_get_ciphers.invokeExact(ctx);
        } catch (Throwable t) {
            throw unexpected(t);
        }
    }

    @Writes({NativeObject.SSL_CTX, NativeObject.STACK, NativeObject.X509_NAME})
    static void SSL_CTX_set_client_CA_list(long ctx, long names) {
        try {
            H_SSL_CTX_set_client_CA_list.invokeExact(ctx, names);
        } catch (Throwable t) {
            throw unexpected(t);
        }
    }

    @Writes(NativeObject.SSL_CTX)
    static void SSL_CTX_sess_set_get_cb(long ctx, MemorySegment function) {
        try {
            H_SSL_CTX_sess_set_get_cb.invokeExact(ctx, function);
        } catch (Throwable t) {
            throw unexpected(t);
        }
    }

    @Writes(NativeObject.SSL_CTX)
    static void SSL_CTX_set_cert_verify_callback(long ctx, MemorySegment function, MemorySegment argument) {
        try {
            H_SSL_CTX_set_cert_verify_callback.invokeExact(ctx, function, argument);
        } catch (Throwable t) {
            throw unexpected(t);
        }
    }

    @Writes(NativeObject.SSL_CTX)
    static void SSL_CTX_set_cert_cb(long ctx, MemorySegment function, MemorySegment argument) {
        try {
            H_SSL_CTX_set_cert_cb.invokeExact(ctx, function, argument);
        } catch (Throwable t) {
            throw unexpected(t);
        }
    }

    @Writes(NativeObject.SSL_CTX)
    static void SSL_CTX_set_alpn_select_cb(long ctx, MemorySegment function, MemorySegment argument) {
        try {
            H_SSL_CTX_set_alpn_select_cb.invokeExact(ctx, function, argument);
        } catch (Throwable t) {
            throw unexpected(t);
        }
    }

    @Writes(NativeObject.SSL_CTX)
    static void SSL_CTX_set_client_hello_cb(long ctx, MemorySegment function, MemorySegment argument) {
        try {
            H_SSL_CTX_set_client_hello_cb.invokeExact(ctx, function, argument);
        } catch (Throwable t) {
            throw unexpected(t);
        }
    }

    @Writes(NativeObject.SSL_CTX)
    static int SSL_CTX_set_session_ticket_cb(long ctx, MemorySegment made, MemorySegment read, MemorySegment argument) {
        try {
            return (int) H_SSL_CTX_set_session_ticket_cb.invokeExact(ctx, made, read, argument);
        } catch (Throwable t) {
            throw unexpected(t);
        }
    }

    @Reads(NativeObject.SSL_CIPHER)
    static int SSL_CIPHER_get_protocol_id(long cipher) {
        try {
            return (int) H_SSL_CIPHER_get_protocol_id.invokeExact(cipher);
        } catch (Throwable t) {
            throw unexpected(t);
        }
    }

    @Reads(NativeObject.SSL_CIPHER)
    static long SSL_CIPHER_standard_name(long cipher) {
        try {
            return (long) H_SSL_CIPHER_standard_name.invokeExact(cipher);
        } catch (Throwable t) {
            throw unexpected(t);
        }
    }

    @Reads(NativeObject.SSL_CIPHER)
    static long SSL_CIPHER_get_name(long cipher) {
        try {
            return (long) H_SSL_CIPHER_get_name.invokeExact(cipher);
        } catch (Throwable t) {
            throw unexpected(t);
        }
    }

    @Reads(NativeObject.SSL_SESSION)
    static long SSL_SESSION_get_id(long session, MemorySegment length) {
        try {
            return (long) H_SSL_SESSION_get_id.invokeExact(session, length);
        } catch (Throwable t) {
            throw unexpected(t);
        }
    }

    @Writes(NativeObject.SSL_SESSION)
    static int SSL_SESSION_set1_ticket_appdata(long session, MemorySegment data, long length) {
        try {
            return (int) H_SSL_SESSION_set1_ticket_appdata.invokeExact(session, data, length);
        } catch (Throwable t) {
            throw unexpected(t);
        }
    }

    @Reads(NativeObject.SSL_SESSION)
    static int SSL_SESSION_get0_ticket_appdata(long session, MemorySegment data, MemorySegment length) {
        try {
            return (int) H_SSL_SESSION_get0_ticket_appdata.invokeExact(session, data, length);
        } catch (Throwable t) {
            throw unexpected(t);
        }
    }

    @Reads
    static int SSL_get_ex_data_X509_STORE_CTX_idx() {
        try {
            return (int) H_SSL_get_ex_data_X509_STORE_CTX_idx.invokeExact();
        } catch (Throwable t) {
            throw unexpected(t);
        }
    }

    @Writes(NativeObject.SSL_SESSION)
    static long SSL_SESSION_set_timeout(long session, long seconds) {
        try {
            return (long) H_SSL_SESSION_set_timeout.invokeExact(session, seconds);
        } catch (Throwable t) {
            throw unexpected(t);
        }
    }

    @Writes(NativeObject.SSL_SESSION)
    static long d2i_SSL_SESSION(MemorySegment result, MemorySegment der, long length) {
        try {
            return (long) H_d2i_SSL_SESSION.invokeExact(result, der, length);
        } catch (Throwable t) {
            throw unexpected(t);
        }
    }

    @Reads(NativeObject.SSL_SESSION)
    static int i2d_SSL_SESSION(long session, MemorySegment der) {
        try {
            return (int) H_i2d_SSL_SESSION.invokeExact(session, der);
        } catch (Throwable t) {
            throw unexpected(t);
        }
    }
}
