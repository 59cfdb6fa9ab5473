package dev.latchkey.openssl;

import java.lang.foreign.MemorySegment;
import java.util.Collection;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import javax.net.ssl.SSLException;
import javax.security.auth.x500.X500Principal;
import org.jspecify.annotations.Nullable;

/**
 * Owns one {@code SSL_CTX}: what all connections of a context share, with our callbacks installed.
 *
 * <p>Set up by one thread, then used by many.
 */
final class ContextHandle extends NativeHandle {
    /** {@code SSL_OP_NO_RENEGOTIATION}: refuses the peer's; it refuses ours too, so it is lifted while ours runs. */
    static final long OPTION_NO_RENEGOTIATION = 1L << 30;

    /** Or the client resumes in a renegotiation, and no certificate is asked for. */
    private static final long OPTION_NO_RESUMPTION_ON_RENEGOTIATION = 1L << 16;

    private static final int MODE_PARTIAL_WRITE = 0x1;
    private static final int MODE_MOVING_WRITE_BUFFER = 0x2;
    private static final int MODE_AUTO_RETRY = 0x4;
    private static final int MODE_RELEASE_BUFFERS = 0x10;

    /** For each handshake, as JSSE has it; OpenSSL would make two, and again after each post-handshake authentication. */
    private static final long TICKETS = 1;

    /** Sessions have identifiers, and the store is ours: OpenSSL's would lend one object to many connections. */
    private static final int CACHE_SERVER = 0x2;

    private static final int CACHE_NO_AUTO_CLEAR = 0x80;
    private static final int CACHE_NO_INTERNAL = 0x300;

    private static final int SET_MODE = 33;
    private static final int SET_READ_AHEAD = 41;
    private static final int SET_CACHE_MODE = 44;
    private static final int SET_MAX_CERT_LIST = 51;
    private static final int SET_SERVER_NAME_CALLBACK = 53;
    private static final int SET_DH_AUTO = 118;

    private final long made = System.nanoTime();
    private @Nullable Offer prepared;

    ContextHandle() {
        super(Kind.SSL_CTX, LibSslContext.SSL_CTX_new(LibSslContext.TLS_method()));
        long context = address();
        LibSslContext.SSL_CTX_set_options(context, OPTION_NO_RENEGOTIATION | OPTION_NO_RESUMPTION_ON_RENEGOTIATION);
        // Without RELEASE_BUFFERS an idle connection keeps 34 KB.
        int mode = MODE_PARTIAL_WRITE | MODE_MOVING_WRITE_BUFFER | MODE_AUTO_RETRY | MODE_RELEASE_BUFFERS;
        control(SET_MODE, mode);
        // One record is lent at a time, so reading ahead takes header and body in one upcall, and no more.
        control(SET_READ_AHEAD, 1);
        control(SET_DH_AUTO, 1);
        control(SET_CACHE_MODE, CACHE_SERVER | CACHE_NO_AUTO_CLEAR | CACHE_NO_INTERNAL);
        // How old a session may get is said for each ticket, and asked where sessions are kept.
        LibSslContext.SSL_CTX_set_timeout(context, Integer.MAX_VALUE);
        control(SET_MAX_CERT_LIST, ChainLimits.ofOpenSsl());
        LibSslContext.SSL_CTX_set_num_tickets(context, TICKETS);
        installCallbacks(context);
    }

    private static void installCallbacks(long context) {
        MemorySegment none = MemorySegment.NULL;
        LibSslContext.SSL_CTX_set_cert_verify_callback(context, Upcalls.VERIFY, none);
        LibSslContext.SSL_CTX_set_cert_cb(context, Upcalls.CERTIFICATE, none);
        LibSslContext.SSL_CTX_set_alpn_select_cb(context, Upcalls.ALPN, none);
        LibSslContext.SSL_CTX_set_client_hello_cb(context, Upcalls.CLIENT_HELLO, none);
        LibSslContext.SSL_CTX_callback_ctrl(context, SET_SERVER_NAME_CALLBACK, Upcalls.SERVER_NAME);
        LibSslContext.SSL_CTX_sess_set_get_cb(context, Upcalls.SESSION_WANTED);
        LibSslContext.SSL_CTX_set_session_ticket_cb(context, Upcalls.TICKET_MADE, Upcalls.TICKET_READ, none);
    }

    /** The names to send with a CertificateRequest. */
    void setAuthorities(Collection<X500Principal> names) {
        LibSslContext.SSL_CTX_set_client_CA_list(address(), Certificates.namesToNative(names));
    }

    /** What the first connection offers becomes what all have without being told; under the context's monitor. */
    void prepare(Offer offer) throws SSLException {
        if (prepared == null) {
            offer.prepare(address());
            prepared = offer;
        }
    }

    /** What a connection has without being told; for those who called {@link #prepare}. */
    Offer prepared() {
        return Objects.requireNonNull(prepared, "no connection was made");
    }

    boolean isOlderThan(int seconds) {
        return System.nanoTime() - made > TimeUnit.SECONDS.toNanos(seconds);
    }

    /** An {@code SSL_CTX} to try things on, without our callbacks; the caller owns it. */
    static NativeHandle spare() {
        return new NativeHandle(Kind.SSL_CTX, LibSslContext.SSL_CTX_new(LibSslContext.TLS_method()));
    }

    private void control(int command, long number) {
        LibSslContext.SSL_CTX_ctrl(address(), command, number, MemorySegment.NULL);
    }
}
