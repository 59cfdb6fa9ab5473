package dev.latchkey.jetty;

import java.net.Socket;
import java.security.cert.CertificateException;
import java.security.cert.X509Certificate;
import java.security.interfaces.DSAParams;
import java.security.interfaces.DSAPublicKey;
import java.util.Set;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.X509ExtendedTrustManager;
import javax.security.auth.x500.X500Principal;

/**
 * The connector's trust manager, which during a negotiation records the chain instead of judging it, and in a first
 * handshake does not keep the server waiting ({@link FirstJudgement}).
 *
 * <p>JSSE ends the connection when a trust manager throws, and then no page can tell the client why. So the judgement
 * is put off until the handshake has finished ({@link CertificateValidation}): nobody can see the chain before. At any
 * other time, the first handshake above all, the connector's trust manager decides and nobody else. Thread-safe.
 */
final class StepUpTrustManager extends X509ExtendedTrustManager {
    private static final X509Certificate[] NONE = {};

    /** FIPS 186-4 section 4.2 has none larger. */
    private static final int MOST_BITS_OF_DSA = 3072;

    private final X509ExtendedTrustManager stock;

    /** @param stock one that looks at the connection too: JSSE asks this one alone, and so adds nothing to it */
    StepUpTrustManager(X509ExtendedTrustManager stock) {
        this.stock = stock;
    }

    @Override
    public void checkClientTrusted(X509Certificate[] chain, String authType, SSLEngine engine)
            throws CertificateException {
        HandshakeScope scope = HandshakeScope.current();
        if (scope == null) {
            stock.checkClientTrusted(chain, authType, engine);
            return;
        }
        FirstJudgement first = scope.firstJudgement();
        if (first == null) {
            requireUsualSize(chain[0]);
        } else {
            FirstHandshakeChoice.unmark(engine);
            first.check(stock, chain, authType, engine);
        }
        scope.received(chain, authType);
    }

    /**
     * The engine verifies the client's signature next, under the connection's lock, with a key that nobody has judged.
     * The JDK bounds what the keys of other kinds can cost; one of DSA that fits into a message takes it a minute.
     */
    private static void requireUsualSize(X509Certificate leaf) throws CertificateException {
        DSAParams dsa = leaf.getPublicKey() instanceof DSAPublicKey key ? key.getParams() : null;
        if (dsa != null && dsa.getP().bitLength() > MOST_BITS_OF_DSA) {
            throw new CertificateException("a DSA key of " + dsa.getP().bitLength() + " bits");
        }
    }

    @Override
    public void checkClientTrusted(X509Certificate[] chain, String authType, Socket socket)
            throws CertificateException {
        stock.checkClientTrusted(chain, authType, socket);
    }

    @Override
    public void checkClientTrusted(X509Certificate[] chain, String authType) throws CertificateException {
        stock.checkClientTrusted(chain, authType);
    }

    @Override
    public void checkServerTrusted(X509Certificate[] chain, String authType, SSLEngine engine)
            throws CertificateException {
        stock.checkServerTrusted(chain, authType, engine);
    }

    @Override
    public void checkServerTrusted(X509Certificate[] chain, String authType, Socket socket)
            throws CertificateException {
        stock.checkServerTrusted(chain, authType, socket);
    }

    @Override
    public void checkServerTrusted(X509Certificate[] chain, String authType) throws CertificateException {
        stock.checkServerTrusted(chain, authType);
    }

    /**
     * {@inheritDoc}
     *
     * <p>The engine encodes their names into the CertificateRequest (RFC 5246 section 7.4.4, RFC 8446 section 4.2.4).
     * A list that clients would choke on is left out, which is allowed and means "any": Java's refuse a message of more
     * than 32 KiB, and the JDK cannot even encode one of more than 64. Validation is against all of them as ever.
     */
    @Override
    public X509Certificate[] getAcceptedIssuers() {
        HandshakeScope scope = HandshakeScope.current();
        if (scope == null) {
            return stock.getAcceptedIssuers();
        }
        Set<X500Principal> chosen = scope.acceptedIssuers();
        X509Certificate[] issuers = chosen == null
                ? stock.getAcceptedIssuers()
                : chosen.stream().map(NamedAuthority::new).toArray(X509Certificate[]::new);
        return encodedSize(issuers) > scope.maxAuthoritiesSize() ? NONE : issuers;
    }

    /** {@return the size in bytes of a list of authorities in a CertificateRequest} */
    static int encodedSize(X509Certificate[] issuers) {
        int size = 0;
        for (X509Certificate issuer : issuers) {
            size += 2 + issuer.getSubjectX500Principal().getEncoded().length;
        }
        return size;
    }
}
