package dev.latchkey.jetty;

import java.net.Socket;
import java.security.cert.CertificateException;
import java.security.cert.X509Certificate;
import javax.net.ssl.ExtendedSSLSession;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.SSLSession;
import javax.net.ssl.SSLSocket;
import javax.net.ssl.X509ExtendedTrustManager;
import javax.net.ssl.X509TrustManager;
import org.jspecify.annotations.Nullable;

/**
 * A plain {@code X509TrustManager} with the checks that it cannot make, because it is not told of the connection: those
 * that JSSE adds by itself when it is given one, and does not when what it is given stands in front of one.
 *
 * <p>What is signed by MD5, or by a key that is too small, is refused, whatever the trust manager says. For our own rooms.
 * As safe for threads as the trust manager.
 */
public final class ConstrainedTrustManager extends X509ExtendedTrustManager {
    private static final X509Certificate[] NONE = {};

    private final X509TrustManager plain;

    private ConstrainedTrustManager(X509TrustManager plain) {
        this.plain = plain;
    }

    /** {@return the trust manager itself if it makes these checks, or one in front of it that does} */
    public static X509ExtendedTrustManager of(X509TrustManager manager) {
        return manager instanceof X509ExtendedTrustManager extended ? extended : new ConstrainedTrustManager(manager);
    }

    @Override
    public void checkClientTrusted(X509Certificate[] chain, String authType, SSLEngine engine)
            throws CertificateException {
        plain.checkClientTrusted(chain, authType);
        check(chain, engine);
    }

    @Override
    public void checkServerTrusted(X509Certificate[] chain, String authType, SSLEngine engine)
            throws CertificateException {
        plain.checkServerTrusted(chain, authType);
        check(chain, engine);
    }

    @Override
    public void checkClientTrusted(X509Certificate[] chain, String authType, Socket socket)
            throws CertificateException {
        plain.checkClientTrusted(chain, authType);
        check(chain, socket);
    }

    @Override
    public void checkServerTrusted(X509Certificate[] chain, String authType, Socket socket)
            throws CertificateException {
        plain.checkServerTrusted(chain, authType);
        check(chain, socket);
    }

    /** Without a connection there is nothing to check besides, as with JSSE. */
    @Override
    public void checkClientTrusted(X509Certificate[] chain, String authType) throws CertificateException {
        plain.checkClientTrusted(chain, authType);
    }

    @Override
    public void checkServerTrusted(X509Certificate[] chain, String authType) throws CertificateException {
        plain.checkServerTrusted(chain, authType);
    }

    @Override
    public X509Certificate[] getAcceptedIssuers() {
        X509Certificate[] issuers = plain.getAcceptedIssuers();
        return issuers == null ? NONE : issuers;
    }

    private void check(X509Certificate[] chain, @Nullable SSLEngine engine) throws CertificateException {
        if (engine != null) {
            check(chain, engine.getHandshakeSession(), engine.getSSLParameters());
        }
    }

    private void check(X509Certificate[] chain, @Nullable Socket socket) throws CertificateException {
        if (socket instanceof SSLSocket tls && tls.isConnected()) {
            check(chain, tls.getHandshakeSession(), tls.getSSLParameters());
        }
    }

    private void check(X509Certificate[] chain, @Nullable SSLSession session, SSLParameters parameters)
            throws CertificateException {
        if (session == null) {
            throw new CertificateException("No handshake session");
        }
        String identification = parameters.getEndpointIdentificationAlgorithm();
        if (identification != null && !identification.isEmpty()) {
            throw new CertificateException("Endpoint identification " + identification
                    + " needs an X509ExtendedTrustManager; this is " + plain.getClass());
        }
        ChainConstraints.check(
                chain,
                getAcceptedIssuers(),
                parameters.getAlgorithmConstraints(),
                session instanceof ExtendedSSLSession extended
                        ? extended.getLocalSupportedSignatureAlgorithms()
                        : null);
    }
}
