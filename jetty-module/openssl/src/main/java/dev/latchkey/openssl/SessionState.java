package dev.latchkey.openssl;

import java.security.cert.X509Certificate;
import java.util.List;
import javax.net.ssl.SNIServerName;
import org.jspecify.annotations.Nullable;

/**
 * What is known of a TLS session at one moment, read out of OpenSSL once.
 *
 * @param protocol as Java names it; {@code NONE} before there is one
 * @param cipherSuite as Java names it
 * @param id what names the session over all its resumptions; null before there is one
 * @param peerCertificates the chain as the peer sent it, accepted by the trust manager; empty when there is none
 * @param localCertificates the chain that was sent; empty when there was none
 * @param requestedNames the server names that the client asked for
 * @param created when it began, in milliseconds of the epoch; a resumption does not change it
 */
record SessionState(
        String protocol,
        String cipherSuite,
        @Nullable SessionId id,
        List<X509Certificate> peerCertificates,
        List<X509Certificate> localCertificates,
        List<SNIServerName> requestedNames,
        long created) {
    static final SessionState NULL =
            new SessionState(Protocols.NONE, "SSL_NULL_WITH_NULL_NULL", null, List.of(), List.of(), List.of(), 0);
}
