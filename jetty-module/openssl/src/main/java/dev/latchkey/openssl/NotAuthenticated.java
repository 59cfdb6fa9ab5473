package dev.latchkey.openssl;

import javax.net.ssl.SSLPeerUnverifiedException;

/**
 * The answer that a peer has no certificate. Servers ask on each connection and expect it, so it has no stack trace:
 * to fill one in costs more than a tenth of what a handshake costs in Java.
 */
final class NotAuthenticated extends SSLPeerUnverifiedException {
    private static final long serialVersionUID = 1;

    NotAuthenticated() {
        super("peer not authenticated");
    }

    // Runs in the constructor of Throwable; it needs no lock, for it changes nothing.
    @Override
    @SuppressWarnings("UnsynchronizedOverridesSynchronized")
    public Throwable fillInStackTrace() {
        return this;
    }
}
