package dev.latchkey.testkit;

import java.net.Socket;
import java.security.Principal;
import java.security.PrivateKey;
import java.security.cert.X509Certificate;
import java.util.Arrays;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Function;
import javax.net.ssl.X509ExtendedKeyManager;
import org.jspecify.annotations.NullUnmarked;
import org.jspecify.annotations.Nullable;

/**
 * Answers a server's request for a certificate as it was told to, and tells the connection's witness.
 *
 * <p>Any thread. Not null-marked: JSSE's contract is null for "none".
 */
@NullUnmarked
final class AnsweringKeyManager extends X509ExtendedKeyManager {
    private final Function<Principal[], @Nullable HeldCertificate> answers;
    private final HandshakeWitnesses witnesses;
    private final Map<String, HeldCertificate> shown = new ConcurrentHashMap<>();

    AnsweringKeyManager(Function<Principal[], @Nullable HeldCertificate> answers, HandshakeWitnesses witnesses) {
        this.answers = answers;
        this.witnesses = witnesses;
    }

    @Override
    public String chooseClientAlias(String[] keyTypes, Principal[] issuers, Socket socket) {
        Principal[] named = issuers == null ? new Principal[0] : issuers;
        witnesses.of(socket).asked(named);
        HeldCertificate held = answers.apply(named);
        if (held == null
                || !Arrays.asList(keyTypes).contains(held.keys().getPrivate().getAlgorithm())) {
            return null;
        }
        String alias = held.subject() + " " + held.certificate().getSerialNumber();
        shown.put(alias, held);
        return alias;
    }

    @Override
    public X509Certificate[] getCertificateChain(String alias) {
        HeldCertificate held = shown.get(alias);
        return held == null ? null : held.chain().toArray(new X509Certificate[0]);
    }

    @Override
    public PrivateKey getPrivateKey(String alias) {
        HeldCertificate held = shown.get(alias);
        return held == null ? null : held.keys().getPrivate();
    }

    @Override
    public String[] getClientAliases(String keyType, Principal[] issuers) {
        return null;
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
