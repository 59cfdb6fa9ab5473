package dev.latchkey.openssl;

import java.security.GeneralSecurityException;
import java.security.PrivateKey;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import javax.net.ssl.ExtendedSSLSession;
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
    private final ExtendedSSLSession session;
    private final List<Given> given = new ArrayList<>(1);

    /** A certificate that OpenSSL may choose. */
    private record Given(PrivateKey key, List<X509Certificate> chain) {}

    KeySelector(SSLEngine engine, OpenSslContext context, ExtendedSSLSession session) {
        this.engine = engine;
        this.context = context;
        this.session = session;
    }

    /** Upcall: the connection needs its certificates now. None is not an error here: OpenSSL knows what it means. */
    void select(long ssl) throws GeneralSecurityException {
        if (engine.getUseClientMode()) {
            selectForClient(ssl);
        } else if (given.isEmpty()) {
            selectForServer(ssl);
        } else if (given.size() > 1) {
            keepOnly(ssl, used(ssl));
        }
    }

    /** A key that OpenSSL refuses does not take the others with it. */
    private void selectForServer(long ssl) throws GeneralSecurityException {
        GeneralSecurityException refused = null;
        for (String keyType : context.serverKeyTypes()) {
            try {
                give(ssl, serverAlias(keyType));
            } catch (GeneralSecurityException e) {
                refused = e;
            }
        }
        if (given.isEmpty() && refused != null) {
            throw refused;
        }
    }

    /** A renegotiation: the client's order of preference must not bring out another certificate than before. */
    private void keepOnly(long ssl, List<X509Certificate> chain) throws GeneralSecurityException {
        for (Given each : given) {
            if (each.chain().equals(chain)) {
                LibSsl.SSL_certs_clear(ssl);
                given.clear();
                use(ssl, each);
                return;
            }
        }
    }

    /** The chain that the handshake used; empty when there was none. */
    List<X509Certificate> used(long ssl) {
        if (given.size() < 2) {
            return given.isEmpty() ? List.of() : given.get(0).chain();
        }
        long certificate = LibSsl.SSL_get_certificate(ssl);
        try {
            X509Certificate leaf = certificate == 0 ? null : Certificates.toJava(certificate);
            return given.stream()
                    .map(Given::chain)
                    .filter(chain -> chain.get(0).equals(leaf))
                    .findFirst()
                    .orElse(List.of());
        } catch (GeneralSecurityException e) {
            return List.of();
        }
    }

    /** The key manager chooses among the types that the server takes; OpenSSL would look at the first key alone. */
    private void selectForClient(long ssl) throws GeneralSecurityException {
        LibSsl.SSL_certs_clear(ssl);
        given.clear();
        X500Principal[] issuers = Certificates.namesToJava(LibSsl.SSL_get_client_CA_list(ssl));
        List<String> types = WantedKeys.types(
                ssl,
                Arrays.stream(session.getLocalSupportedSignatureAlgorithms())
                        .filter(name -> !name.startsWith("SHA1")) // good for a chain, not for a handshake
                        .toList());
        GeneralSecurityException refused = null;
        while (given.isEmpty() && !types.isEmpty()) {
            String alias = clientAlias(types.toArray(String[]::new), issuers);
            if (alias == null) {
                break;
            }
            try {
                give(ssl, alias);
                break;
            } catch (GeneralSecurityException e) {
                refused = e;
                if (!types.remove(typeOf(alias))) {
                    break;
                }
            }
        }
        if (given.isEmpty() && refused != null) {
            throw refused;
        }
    }

    private @Nullable String clientAlias(String[] keyTypes, X500Principal[] issuers) {
        X509KeyManager manager = context.keyManager();
        return manager instanceof X509ExtendedKeyManager extended
                ? extended.chooseEngineClientAlias(keyTypes, issuers, engine)
                : manager.chooseClientAlias(keyTypes, issuers, null);
    }

    /** The type by which the key manager found it. */
    private String typeOf(String alias) {
        X509Certificate[] chain = context.keyManager().getCertificateChain(alias);
        String algorithm = chain == null || chain.length == 0
                ? ""
                : chain[0].getPublicKey().getAlgorithm();
        return algorithm.startsWith("Ed") ? "EdDSA" : algorithm;
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
        use(ssl, new Given(key, List.of(chain)));
    }

    private void use(long ssl, Given chosen) throws GeneralSecurityException {
        context.keys().use(ssl, chosen.key(), chosen.chain().toArray(X509Certificate[]::new));
        given.add(chosen);
    }
}
