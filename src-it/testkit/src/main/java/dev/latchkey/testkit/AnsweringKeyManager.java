package dev.latchkey.testkit;

import java.net.Socket;
import java.security.Principal;
import java.security.PrivateKey;
import java.security.cert.X509Certificate;
import java.util.Arrays;
import javax.net.ssl.X509ExtendedKeyManager;
import org.jspecify.annotations.NullUnmarked;
import org.jspecify.annotations.Nullable;

/**
 * Answers a server's request for a certificate with the one it was given, and tells the connection's witness.
 *
 * <p>Any thread. Not null-marked: JSSE's contract is null for "none".
 */
@NullUnmarked
final class AnsweringKeyManager extends X509ExtendedKeyManager {
    private static final String ALIAS = "the-one";

    private final @Nullable HeldCertificate certificate;
    private final boolean onlyIfAccepted;
    private final HandshakeWitnesses witnesses;

    AnsweringKeyManager(@Nullable HeldCertificate certificate, boolean onlyIfAccepted, HandshakeWitnesses witnesses) {
        this.certificate = certificate;
        this.onlyIfAccepted = onlyIfAccepted;
        this.witnesses = witnesses;
    }

    @Override
    public String chooseClientAlias(String[] keyTypes, Principal[] issuers, Socket socket) {
        Principal[] named = issuers == null ? new Principal[0] : issuers;
        witnesses.of(socket).asked(named);
        if (certificate == null
                || !Arrays.asList(keyTypes)
                        .contains(certificate.keys().getPrivate().getAlgorithm())) {
            return null;
        }
        return onlyIfAccepted && !isAccepted(named) ? null : ALIAS;
    }

    private boolean isAccepted(Principal[] named) {
        return named.length == 0
                || certificate.chain().stream()
                        .anyMatch(each -> Arrays.asList(named).contains(each.getIssuerX500Principal()));
    }

    @Override
    public X509Certificate[] getCertificateChain(String alias) {
        return certificate == null ? null : certificate.chain().toArray(new X509Certificate[0]);
    }

    @Override
    public PrivateKey getPrivateKey(String alias) {
        return certificate == null ? null : certificate.keys().getPrivate();
    }

    @Override
    public String[] getClientAliases(String keyType, Principal[] issuers) {
        return certificate == null ? null : new String[] {ALIAS};
    }

    @Override
    public String[] getServerAliases(String keyType, Principal[] issuers) {
        return null;
    }

    @Override
    public String chooseServerAlias(String keyType, Principal[] issuers, Socket socket) {
        return null;
    }
}
