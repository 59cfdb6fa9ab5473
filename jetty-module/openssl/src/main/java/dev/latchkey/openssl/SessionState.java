package dev.latchkey.openssl;

import java.security.cert.X509Certificate;
import java.util.List;
import javax.net.ssl.SNIServerName;

/**
 * What is known of a TLS session at one moment, read out of OpenSSL once.
 *
 * @param protocol as Java names it; {@code NONE} before there is one
 * @param cipherSuite as Java names it
 * @param id may be empty: TLS 1.3 and tickets need none
 * @param peerCertificates the chain as the peer sent it, accepted by the trust manager; empty when there is none
 * @param localCertificates the chain that was sent; empty when there was none
 * @param requestedNames the server names that the client asked for
 * @param family ties this session to its tickets
 * @param created when it began, in milliseconds of the epoch; a resumption does not change it
 */
// States are not compared, so that an array is compared by reference does no harm.
@SuppressWarnings("ArrayRecordComponent")
record SessionState(
        String protocol,
        String cipherSuite,
        byte[] id,
        List<X509Certificate> peerCertificates,
        List<X509Certificate> localCertificates,
        List<SNIServerName> requestedNames,
        long family,
        long created) {
    static final SessionState NULL = new SessionState(
            Protocols.NONE, "SSL_NULL_WITH_NULL_NULL", new byte[0], List.of(), List.of(), List.of(), 0, 0);

    SessionState withPeerCertificates(List<X509Certificate> certificates) {
        return new SessionState(
                protocol, cipherSuite, id, certificates, localCertificates, requestedNames, family, created);
    }
}
