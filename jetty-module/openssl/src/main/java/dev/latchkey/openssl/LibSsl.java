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
 * The functions of libssl about one connection ({@code SSL}): one line a handle, one method each, nothing else.
 *
 * <p>Pointers are {@code long}; a {@code MemorySegment} is memory that Java lends for the call, or a function of ours.
 * No result is checked here. Each method says which objects it writes: {@link Writes}. Thread rules are OpenSSL's: one thread at a time for one {@code SSL}.
 */
// The names are OpenSSL's own, so that its manual pages are this class's documentation.
@SuppressWarnings({"checkstyle:MethodName", "MethodName", "ConstantField"})
final class LibSsl {
    private static final MethodHandle H_SSL_new = ssl("SSL_new", PTR, PTR);
    private static final MethodHandle H_SSL_free = ssl("SSL_free", null, PTR);
    private static final MethodHandle H_SSL_set_bio = ssl("SSL_set_bio", null, PTR, PTR, PTR);
    private static final MethodHandle H_SSL_set_accept_state = ssl("SSL_set_accept_state", null, PTR);
    private static final MethodHandle H_SSL_set_connect_state = ssl("SSL_set_connect_state", null, PTR);
    private static final MethodHandle H_SSL_do_handshake = ssl("SSL_do_handshake", INT, PTR);
    private static final MethodHandle H_SSL_read = ssl("SSL_read", INT, PTR, BUF, INT);
    private static final MethodHandle H_SSL_write = ssl("SSL_write", INT, PTR, BUF, INT);
    private static final MethodHandle H_SSL_shutdown = ssl("SSL_shutdown", INT, PTR);
    private static final MethodHandle H_SSL_get_error = ssl("SSL_get_error", INT, PTR, INT);
    private static final MethodHandle H_SSL_in_init = shortSsl("SSL_in_init", INT, PTR);
    private static final MethodHandle H_SSL_has_pending = shortSsl("SSL_has_pending", INT, PTR);
    private static final MethodHandle H_SSL_get_key_update_type = shortSsl("SSL_get_key_update_type", INT, PTR);
    private static final MethodHandle H_SSL_get_shutdown = shortSsl("SSL_get_shutdown", INT, PTR);
    private static final MethodHandle H_SSL_ctrl = ssl("SSL_ctrl", LONG, PTR, INT, LONG, BUF);
    private static final MethodHandle H_SSL_set_options = ssl("SSL_set_options", LONG, PTR, LONG);
    private static final MethodHandle H_SSL_clear_options = ssl("SSL_clear_options", LONG, PTR, LONG);
    private static final MethodHandle H_SSL_set_session_id_context =
            ssl("SSL_set_session_id_context", INT, PTR, BUF, INT);
    private static final MethodHandle H_SSL_set_cipher_list = ssl("SSL_set_cipher_list", INT, PTR, BUF);
    private static final MethodHandle H_SSL_set_ciphersuites = ssl("SSL_set_ciphersuites", INT, PTR, BUF);
    private static final MethodHandle H_SSL_set_alpn_protos = ssl("SSL_set_alpn_protos", INT, PTR, BUF, INT);
    private static final MethodHandle H_SSL_set_verify = ssl("SSL_set_verify", null, PTR, INT, BUF);
    private static final MethodHandle H_SSL_set_client_CA_list = ssl("SSL_set_client_CA_list", null, PTR, PTR);
    private static final MethodHandle H_SSL_get_client_CA_list = ssl("SSL_get_client_CA_list", PTR, PTR);
    private static final MethodHandle H_SSL_use_cert_and_key =
            ssl("SSL_use_cert_and_key", INT, PTR, PTR, PTR, PTR, INT);
    private static final MethodHandle H_SSL_get_sigalgs =
            ssl("SSL_get_sigalgs", INT, PTR, INT, BUF, BUF, BUF, BUF, BUF);
    private static final MethodHandle H_SSL_export_keying_material =
            ssl("SSL_export_keying_material", INT, PTR, BUF, LONG, BUF, LONG, BUF, LONG, INT);
    private static final MethodHandle H_SSL_certs_clear = ssl("SSL_certs_clear", null, PTR);
    private static final MethodHandle H_SSL_get_certificate = ssl("SSL_get_certificate", PTR, PTR);

    private static final MethodHandle H_SSL_version = shortSsl("SSL_version", INT, PTR);
    private static final MethodHandle H_SSL_get_current_cipher = shortSsl("SSL_get_current_cipher", PTR, PTR);
    private static final MethodHandle H_SSL_get0_alpn_selected = ssl("SSL_get0_alpn_selected", null, PTR, BUF, BUF);
    private static final MethodHandle H_SSL_get_servername = ssl("SSL_get_servername", PTR, PTR, INT);
    private static final MethodHandle H_SSL_client_hello_get0_ext =
            ssl("SSL_client_hello_get0_ext", INT, PTR, INT, BUF, BUF);

    private static final MethodHandle H_SSL_get_session = ssl("SSL_get_session", PTR, PTR);
    private static final MethodHandle H_SSL_session_reused = ssl("SSL_session_reused", INT, PTR);
    private static final MethodHandle H_SSL_get0_peer_certificate = ssl("SSL_get0_peer_certificate", PTR, PTR);
    private static final MethodHandle H_SSL_get_verify_result = ssl("SSL_get_verify_result", LONG, PTR);

    private static final MethodHandle H_SSL_renegotiate = ssl("SSL_renegotiate", INT, PTR);
    private static final MethodHandle H_SSL_key_update = ssl("SSL_key_update", INT, PTR, INT);
    private static final MethodHandle H_SSL_set_post_handshake_auth =
            ssl("SSL_set_post_handshake_auth", null, PTR, INT);
    private static final MethodHandle H_SSL_verify_client_post_handshake =
            ssl("SSL_verify_client_post_handshake", INT, PTR);
    private static final MethodHandle H_SSL_set_msg_callback = ssl("SSL_set_msg_callback", null, PTR, BUF);

    private LibSsl() {}

    @Writes(NativeObject.SSL)
    static long SSL_new(long ctx) {
        try {
            return (long) H_SSL_new.invokeExact(ctx);
        } catch (Throwable t) {
            throw unexpected(t);
        }
    }

    @Writes({NativeObject.SSL, NativeObject.SSL_SESSION, NativeObject.BIO})
    static void SSL_free(long ssl) {
        try {
            H_SSL_free.invokeExact(ssl);
        } catch (Throwable t) {
            throw unexpected(t);
        }
    }

    @Writes({NativeObject.SSL, NativeObject.BIO})
    static void SSL_set_bio(long ssl, long input, long output) {
        try {
            H_SSL_set_bio.invokeExact(ssl, input, output);
        } catch (Throwable t) {
            throw unexpected(t);
        }
    }

    @Writes(NativeObject.SSL)
    static void SSL_set_accept_state(long ssl) {
        try {
            H_SSL_set_accept_state.invokeExact(ssl);
        } catch (Throwable t) {
            throw unexpected(t);
        }
    }

    @Writes(NativeObject.SSL)
    static void SSL_set_connect_state(long ssl) {
        try {
            H_SSL_set_connect_state.invokeExact(ssl);
        } catch (Throwable t) {
            throw unexpected(t);
        }
    }

    @Writes({NativeObject.SSL, NativeObject.SSL_SESSION, NativeObject.BIO, NativeObject.ERROR_QUEUE})
    static int SSL_do_handshake(long ssl) {
        try {
            return (int) H_SSL_do_handshake.invokeExact(ssl);
        } catch (Throwable t) {
            throw unexpected(t);
        }
    }

    @Writes({NativeObject.SSL, NativeObject.SSL_SESSION, NativeObject.BIO, NativeObject.ERROR_QUEUE})
    static int SSL_read(long ssl, MemorySegment buffer, int length) {
        try {
            return (int) H_SSL_read.invokeExact(ssl, buffer, length);
        } catch (Throwable t) {
            throw unexpected(t);
        }
    }

    @Writes({NativeObject.SSL, NativeObject.SSL_SESSION, NativeObject.BIO, NativeObject.ERROR_QUEUE})
    static int SSL_write(long ssl, MemorySegment buffer, int length) {
        try {
            return (int) H_SSL_write.invokeExact(ssl, buffer, length);
        } catch (Throwable t) {
            throw unexpected(t);
        }
    }

    @Writes({NativeObject.SSL, NativeObject.SSL_SESSION, NativeObject.BIO, NativeObject.ERROR_QUEUE})
    static int SSL_shutdown(long ssl) {
        try {
            return (int) H_SSL_shutdown.invokeExact(ssl);
        } catch (Throwable t) {
            throw unexpected(t);
        }
    }

    @Reads({NativeObject.SSL, NativeObject.ERROR_QUEUE})
    static int SSL_get_error(long ssl, int result) {
        try {
            return (int) H_SSL_get_error.invokeExact(ssl, result);
        } catch (Throwable t) {
            throw unexpected(t);
        }
    }

    @Reads(NativeObject.SSL)
    static int SSL_has_pending(long ssl) {
        try {
            return (int) H_SSL_has_pending.invokeExact(ssl);
        } catch (Throwable t) {
            throw unexpected(t);
        }
    }

    @Reads(NativeObject.SSL)
    static int SSL_get_key_update_type(long ssl) {
        try {
            return (int) H_SSL_get_key_update_type.invokeExact(ssl);
        } catch (Throwable t) {
            throw unexpected(t);
        }
    }

    @Reads(NativeObject.SSL)
    static int SSL_get_shutdown(long ssl) {
        try {
            return (int) H_SSL_get_shutdown.invokeExact(ssl);
        } catch (Throwable t) {
            throw unexpected(t);
        }
    }

    @Reads(NativeObject.SSL)
    static int SSL_in_init(long ssl) {
        try {
            return (int) H_SSL_in_init.invokeExact(ssl);
        } catch (Throwable t) {
            throw unexpected(t);
        }
    }

    @Writes(NativeObject.SSL)
    static long SSL_ctrl(long ssl, int command, long number, MemorySegment pointer) {
        try {
            return (long) H_SSL_ctrl.invokeExact(ssl, command, number, pointer);
        } catch (Throwable t) {
            throw unexpected(t);
        }
    }

    @Writes(NativeObject.SSL)
    static long SSL_set_options(long ssl, long options) {
        try {
            return (long) H_SSL_set_options.invokeExact(ssl, options);
        } catch (Throwable t) {
            throw unexpected(t);
        }
    }

    @Writes(NativeObject.SSL)
    static long SSL_clear_options(long ssl, long options) {
        try {
            return (long) H_SSL_clear_options.invokeExact(ssl, options);
        } catch (Throwable t) {
            throw unexpected(t);
        }
    }

    @Writes(NativeObject.SSL)
    static int SSL_set_session_id_context(long ssl, MemorySegment bytes, int length) {
        try {
            return (int) H_SSL_set_session_id_context.invokeExact(ssl, bytes, length);
        } catch (Throwable t) {
            throw unexpected(t);
        }
    }

    @Writes(NativeObject.SSL)
    static int SSL_set_cipher_list(long ssl, MemorySegment names) {
        try {
            return (int) H_SSL_set_cipher_list.invokeExact(ssl, names);
        } catch (Throwable t) {
            throw unexpected(t);
        }
    }

    @Writes(NativeObject.SSL)
    static int SSL_set_ciphersuites(long ssl, MemorySegment names) {
        try {
            return (int) H_SSL_set_ciphersuites.invokeExact(ssl, names);
        } catch (Throwable t) {
            throw unexpected(t);
        }
    }

    @Writes(NativeObject.SSL)
    static int SSL_set_alpn_protos(long ssl, MemorySegment protocols, int length) {
        try {
            return (int) H_SSL_set_alpn_protos.invokeExact(ssl, protocols, length);
        } catch (Throwable t) {
            throw unexpected(t);
        }
    }

    @Writes(NativeObject.SSL)
    static void SSL_set_verify(long ssl, int mode, MemorySegment function) {
        try {
            H_SSL_set_verify.invokeExact(ssl, mode, function);
        } catch (Throwable t) {
            throw unexpected(t);
        }
    }

    @Writes({NativeObject.SSL, NativeObject.STACK, NativeObject.X509_NAME})
    static void SSL_set_client_CA_list(long ssl, long names) {
        try {
            H_SSL_set_client_CA_list.invokeExact(ssl, names);
        } catch (Throwable t) {
            throw unexpected(t);
        }
    }

    @Reads(NativeObject.SSL)
    static long SSL_get_client_CA_list(long ssl) {
        try {
            return (long) H_SSL_get_client_CA_list.invokeExact(ssl);
        } catch (Throwable t) {
            throw unexpected(t);
        }
    }

    @Writes(NativeObject.SSL)
    static int SSL_use_cert_and_key(long ssl, long certificate, long key, long chain, int override) {
        try {
            return (int) H_SSL_use_cert_and_key.invokeExact(ssl, certificate, key, chain, override);
        } catch (Throwable t) {
            throw unexpected(t);
        }
    }

    @Reads(NativeObject.SSL)
    static int SSL_get_sigalgs(
            long ssl,
            int index,
            MemorySegment sign,
            MemorySegment hash,
            MemorySegment signHash,
            MemorySegment rawSign,
            MemorySegment rawHash) {
        try {
            return (int) H_SSL_get_sigalgs.invokeExact(ssl, index, sign, hash, signHash, rawSign, rawHash);
        } catch (Throwable t) {
            throw unexpected(t);
        }
    }

    @Reads(NativeObject.SSL)
    static int SSL_export_keying_material(
            long ssl,
            MemorySegment out,
            long length,
            MemorySegment label,
            long labelLength,
            MemorySegment context,
            long contextLength,
            int useContext) {
        try {
            return (int) H_SSL_export_keying_material.invokeExact(
                    ssl, out, length, label, labelLength, context, contextLength, useContext);
        } catch (Throwable t) {
            throw unexpected(t);
        }
    }

    @Writes(NativeObject.SSL)
    static void SSL_certs_clear(long ssl) {
        try {
            H_SSL_certs_clear.invokeExact(ssl);
        } catch (Throwable t) {
            throw unexpected(t);
        }
    }

    @Reads(NativeObject.SSL)
    static long SSL_get_certificate(long ssl) {
        try {
            return (long) H_SSL_get_certificate.invokeExact(ssl);
        } catch (Throwable t) {
            throw unexpected(t);
        }
    }

    @Reads(NativeObject.SSL)
    static int SSL_version(long ssl) {
        try {
            return (int) H_SSL_version.invokeExact(ssl);
        } catch (Throwable t) {
            throw unexpected(t);
        }
    }

    @Reads(NativeObject.SSL)
    static long SSL_get_current_cipher(long ssl) {
        try {
            return (long) H_SSL_get_current_cipher.invokeExact(ssl);
        } catch (Throwable t) {
            throw unexpected(t);
        }
    }

    @Reads(NativeObject.SSL)
    static void SSL_get0_alpn_selected(long ssl, MemorySegment protocol, MemorySegment length) {
        try {
            H_SSL_get0_alpn_selected.invokeExact(ssl, protocol, length);
        } catch (Throwable t) {
            throw unexpected(t);
        }
    }

    @Reads(NativeObject.SSL)
    static long SSL_get_servername(long ssl, int type) {
        try {
            return (long) H_SSL_get_servername.invokeExact(ssl, type);
        } catch (Throwable t) {
            throw unexpected(t);
        }
    }

    @Reads(NativeObject.SSL)
    static int SSL_client_hello_get0_ext(long ssl, int type, MemorySegment data, MemorySegment length) {
        try {
            return (int) H_SSL_client_hello_get0_ext.invokeExact(ssl, type, data, length);
        } catch (Throwable t) {
            throw unexpected(t);
        }
    }

    @Reads(NativeObject.SSL)
    static long SSL_get_session(long ssl) {
        try {
            return (long) H_SSL_get_session.invokeExact(ssl);
        } catch (Throwable t) {
            throw unexpected(t);
        }
    }

    @Reads(NativeObject.SSL)
    static int SSL_session_reused(long ssl) {
        try {
            return (int) H_SSL_session_reused.invokeExact(ssl);
        } catch (Throwable t) {
            throw unexpected(t);
        }
    }

    @Reads(NativeObject.SSL)
    static long SSL_get0_peer_certificate(long ssl) {
        try {
            return (long) H_SSL_get0_peer_certificate.invokeExact(ssl);
        } catch (Throwable t) {
            throw unexpected(t);
        }
    }

    @Reads(NativeObject.SSL)
    static long SSL_get_verify_result(long ssl) {
        try {
            return (long) H_SSL_get_verify_result.invokeExact(ssl);
        } catch (Throwable t) {
            throw unexpected(t);
        }
    }

    @Writes(NativeObject.SSL)
    static int SSL_renegotiate(long ssl) {
        try {
            return (int) H_SSL_renegotiate.invokeExact(ssl);
        } catch (Throwable t) {
            throw unexpected(t);
        }
    }

    @Writes(NativeObject.SSL)
    static int SSL_key_update(long ssl, int request) {
        try {
            return (int) H_SSL_key_update.invokeExact(ssl, request);
        } catch (Throwable t) {
            throw unexpected(t);
        }
    }

    @Writes(NativeObject.SSL)
    static void SSL_set_post_handshake_auth(long ssl, int offered) {
        try {
            H_SSL_set_post_handshake_auth.invokeExact(ssl, offered);
        } catch (Throwable t) {
            throw unexpected(t);
        }
    }

    @Writes({NativeObject.SSL, NativeObject.SSL_SESSION, NativeObject.BIO, NativeObject.ERROR_QUEUE})
    static int SSL_verify_client_post_handshake(long ssl) {
        try {
            return (int) H_SSL_verify_client_post_handshake.invokeExact(ssl);
        } catch (Throwable t) {
            throw unexpected(t);
        }
    }

    @Writes(NativeObject.SSL)
    static void SSL_set_msg_callback(long ssl, MemorySegment function) {
        try {
            H_SSL_set_msg_callback.invokeExact(ssl, function);
        } catch (Throwable t) {
            throw unexpected(t);
        }
    }
}
