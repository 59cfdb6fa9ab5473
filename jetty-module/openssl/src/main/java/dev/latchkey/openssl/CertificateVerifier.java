package dev.latchkey.openssl;

import dev.latchkey.jetty.ConstrainedTrustManager;
import java.security.cert.CertPathValidatorException;
import java.security.cert.CertPathValidatorException.BasicReason;
import java.security.cert.CertificateException;
import java.security.cert.X509Certificate;
import java.util.List;
import java.util.Set;
import javax.net.ssl.X509ExtendedTrustManager;
import javax.net.ssl.X509TrustManager;
import org.jspecify.annotations.Nullable;

/**
 * Lets Java's trust manager decide on the peer's chain, in place of OpenSSL.
 *
 * <p>In a handshake a chain that is not accepted ends the connection, as with JSSE. In the answer to a post-handshake
 * request the verdict is kept and the connection lives, so that the server can answer. Guarded by the engine's lock.
 */
final class CertificateVerifier {
    private static final int OK = 0;
    private static final int HAS_EXPIRED = 10;
    private static final int REVOKED = 23;
    /** Not in OpenSSL's table of alerts, and so answered with the general one, certificate_unknown. */
    private static final int NOT_ACCEPTED = 29;

    private static final Set<String> CLIENT_AUTH_TYPES = Set.of("RSA", "DSA", "EC", "EdDSA", "RSASSA-PSS");

    private final OpenSslEngine engine;
    private final HandshakeUpcalls upcalls;
    private final X509ExtendedTrustManager manager;

    CertificateVerifier(OpenSslEngine engine, HandshakeUpcalls upcalls, X509TrustManager manager) {
        this.engine = engine;
        this.upcalls = upcalls;
        this.manager = ConstrainedTrustManager.of(manager);
    }

    /** Upcall: whether the handshake goes on with this chain. */
    boolean verify(long store) {
        List<X509Certificate> chain = List.of();
        CertificateException verdict;
        try {
            chain = chain(store);
            verdict = verdict(chain.toArray(X509Certificate[]::new));
        } catch (CertificateException e) {
            // Too many or too large, or nothing that Java can read: the trust manager is not asked.
            verdict = e;
        }
        try {
            LibCrypto.X509_STORE_CTX_set_error(store, verdict == null ? OK : errorFor(verdict));
            return upcalls.onVerdict(chain, verdict);
        } finally {
            // What is left in the queue would be taken for a failure of the call that we are in.
            SslError.clear();
        }
    }

    private List<X509Certificate> chain(long store) throws CertificateException {
        long sent = LibCrypto.X509_STORE_CTX_get0_untrusted(store);
        int count = Certificates.count(sent);
        if (count == 0) {
            return List.of(Certificates.toJava(LibCrypto.X509_STORE_CTX_get0_cert(store)));
        }
        ChainLimits limits = ChainLimits.ofPeer(engine.getUseClientMode());
        limits.requireCount(count);
        limits.requireSize(count, Certificates.encodedSize(sent), upcalls.isTls13());
        return Certificates.toJavaList(sent);
    }

    private @Nullable CertificateException verdict(X509Certificate[] chain) {
        try {
            if (engine.getUseClientMode()) {
                manager.checkServerTrusted(chain, upcalls.serverAuthType(), engine);
            } else {
                checkClient(chain);
            }
            return null;
        } catch (CertificateException e) {
            return e;
        } catch (RuntimeException e) {
            return new CertificateException("The trust manager failed: " + e, e);
        }
    }

    private void checkClient(X509Certificate[] chain) throws CertificateException {
        String algorithm = chain[0].getPublicKey().getAlgorithm();
        String authType = CLIENT_AUTH_TYPES.contains(algorithm) ? algorithm : "UNKNOWN";
        manager.checkClientTrusted(chain, authType, engine);
    }

    private static int errorFor(CertificateException verdict) {
        for (Throwable t = verdict; t != null; t = t.getCause()) {
            if (t instanceof CertPathValidatorException path) {
                if (path.getReason() == BasicReason.EXPIRED) {
                    return HAS_EXPIRED;
                }
                if (path.getReason() == BasicReason.REVOKED) {
                    return REVOKED;
                }
            }
        }
        return NOT_ACCEPTED;
    }
}
