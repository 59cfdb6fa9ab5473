package dev.latchkey.openssl;

import java.security.cert.CertificateException;

/**
 * How long a peer's chain may be, by the JDK's own properties and defaults.
 *
 * <p>Finding a path among certificates grows with a power of their number, so a chain above these is refused before
 * anything of it is parsed, judged or verified. Immutable.
 *
 * @param certificates how many at most
 * @param bytes how large the message they come in may be
 */
record ChainLimits(int certificates, int bytes) {
    /** OpenSSL's own limit to the message. What is above ours and below this can be refused without a dead connection. */
    static final int OPENSSL_BYTES = 100 * 1024;

    private static final int DEFAULT_OF_CLIENTS = 8;
    private static final int DEFAULT_OF_SERVERS = 10;
    private static final int DEFAULT_BYTES = 32_768;
    private static final int LENGTH = 3;
    private static final int EXTENSIONS = 2;
    private static final int CONTEXT = 1;

    private static final ChainLimits OF_CLIENTS = ofClients();
    private static final ChainLimits OF_SERVERS = ofServers();

    /** What is taken from a peer, which is the client when we are not. */
    static ChainLimits ofPeer(boolean weAreClient) {
        return weAreClient ? OF_SERVERS : OF_CLIENTS;
    }

    /** Reads the properties; what is negative or no number counts as not set, as with JSSE. */
    static ChainLimits ofClients() {
        return read("jdk.tls.server.maxInboundCertificateChainLength", DEFAULT_OF_CLIENTS);
    }

    /** As {@link #ofClients()}, for a client of ours. */
    static ChainLimits ofServers() {
        return read("jdk.tls.client.maxInboundCertificateChainLength", DEFAULT_OF_SERVERS);
    }

    private static ChainLimits read(String own, int byDefault) {
        int common = natural("jdk.tls.maxCertificateChainLength", byDefault);
        return new ChainLimits(
                natural(own, common), Integer.getInteger("jdk.tls.maxHandshakeMessageSize", DEFAULT_BYTES));
    }

    private static int natural(String property, int otherwise) {
        int value = Integer.getInteger(property, otherwise);
        return value < 0 ? otherwise : value;
    }

    /** Refuses a message with this many certificates. */
    void requireCount(int count) throws CertificateException {
        if (count > certificates) {
            throw new CertificateException("The certificate chain length (" + count
                    + ") exceeds the maximum allowed length (" + certificates + ")");
        }
    }

    /**
     * Refuses a message whose certificates have this many bytes. There is a length before each and before their list;
     * on TLS 1.3 each has extensions too, and the list a context (RFC 8446 section 4.4.2), counted as empty here.
     */
    void requireSize(int count, long encoded, boolean tls13) throws CertificateException {
        long message = LENGTH + (long) count * LENGTH + encoded;
        if (tls13) {
            message += CONTEXT + (long) count * EXTENSIONS;
        }
        if (message > bytes) {
            throw new CertificateException("The size of the certificates (" + message
                    + ") exceeds the maximum allowed size of a handshake message (" + bytes + ")");
        }
    }

    /** What OpenSSL must be told, so that it takes as much as we do. */
    static int ofOpenSsl() {
        return Math.max(OPENSSL_BYTES, Math.max(OF_CLIENTS.bytes, OF_SERVERS.bytes));
    }
}
