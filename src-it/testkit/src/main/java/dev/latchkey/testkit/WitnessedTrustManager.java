package dev.latchkey.testkit;

import java.net.Socket;
import java.security.cert.CertificateException;
import java.security.cert.X509Certificate;
import javax.net.ssl.X509ExtendedTrustManager;

/** Validates as another trust manager does, and tells the connection's witness that it was called. Any thread. */
final class WitnessedTrustManager extends ForwardingTrustManager {
    private final HandshakeWitnesses witnesses;

    WitnessedTrustManager(X509ExtendedTrustManager delegate, HandshakeWitnesses witnesses) {
        super(delegate);
        this.witnesses = witnesses;
    }

    @Override
    public void checkServerTrusted(X509Certificate[] chain, String authType, Socket socket)
            throws CertificateException {
        witnesses.of(socket).serverChecked();
        super.checkServerTrusted(chain, authType, socket);
    }
}
