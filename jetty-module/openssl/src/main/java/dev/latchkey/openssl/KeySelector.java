package dev.latchkey.openssl;

import java.security.GeneralSecurityException;
import java.security.PrivateKey;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.List;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.X509ExtendedKeyManager;
import javax.net.ssl.X509KeyManager;
import javax.security.auth.x500.X500Principal;
import org.jspecify.annotations.Nullable;

/**
 * Lets Java's key manager choose the certificates of one connection, when OpenSSL asks for them.
 *
 * <p>A server asks the key manager once for each key type that it has, and gives OpenSSL all answers, which takes the
 * one that suits the client. A renegotiation presents the certificate of the first handshake again. Guarded by the
 * engine's lock.
 */
final class KeySelector {
    /** JSSE's names of the key types that OpenSSL can use, in JSSE's order of preference. */
    static final List<String> KEY_TYPES = List.of("EC", "EdDSA", "RSA", "RSASSA-PSS");

    private final SSLEngine engine;
    private final OpenSslContext context;
    private final List<List<X509Certificate>> given = new ArrayList<>(1);

    KeySelector(SSLEngine engine, OpenSslContext context) {
        this.engine = engine;
        this.context = context;
    }

    /** Upcall: the connection needs its certificates now. None is not an error here: OpenSSL knows what it means. */
    void select(long ssl) throws GeneralSecurityException {
        if (engine.getUseClientMode()) {
            selectForClient(ssl);
        } else if (given.isEmpty()) {
            for (String keyType : context.serverKeyTypes()) {
                give(ssl, serverAlias(keyType));
            }
        }
    }

    /** The chain that the handshake used; empty when there was none. */
    List<X509Certificate> used(long ssl) {
        if (given.size() < 2) {
            return given.isEmpty() ? List.of() : given.get(0);
        }
        long certificate = LibSsl.SSL_get_certificate(ssl);
        try {
            X509Certificate leaf = certificate == 0 ? null : Certificates.toJava(certificate);
            return given.stream()
                    .filter(chain -> chain.get(0).equals(leaf))
                    .findFirst()
                    .orElse(List.of());
        } catch (GeneralSecurityException e) {
            return List.of();
        }
    }

    private void selectForClient(long ssl) throws GeneralSecurityException {
        LibSsl.SSL_certs_clear(ssl);
        given.clear();
        X500Principal[] issuers = Certificates.namesToJava(LibSsl.SSL_get_client_CA_list(ssl));
        String[] keyTypes = KEY_TYPES.toArray(String[]::new);
        X509KeyManager manager = context.keyManager();
        String alias = manager instanceof X509ExtendedKeyManager extended
                ? extended.chooseEngineClientAlias(keyTypes, issuers, engine)
                : manager.chooseClientAlias(keyTypes, issuers, null);
        give(ssl, alias);
    }

    private @Nullable String serverAlias(String keyType) {
        X509KeyManager manager = context.keyManager();
        return manager instanceof X509ExtendedKeyManager extended
                ? extended.chooseEngineServerAlias(keyType, null, engine)
                : manager.chooseServerAlias(keyType, null, null);
    }

    private void give(long ssl, @Nullable String alias) throws GeneralSecurityException {
        if (alias == null) {
            return;
        }
        X509Certificate[] chain = context.keyManager().getCertificateChain(alias);
        PrivateKey key = context.keyManager().getPrivateKey(alias);
        if (chain == null || chain.length == 0 || key == null) {
            return;
        }
        context.keys().use(ssl, key, chain);
        given.add(List.of(chain));
    }
}
