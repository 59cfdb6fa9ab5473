package dev.latchkey.jetty;

import java.net.Socket;
import java.security.Principal;
import java.security.PrivateKey;
import java.security.cert.X509Certificate;
import java.util.Arrays;
import java.util.Objects;
import java.util.stream.Stream;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.X509ExtendedKeyManager;
import org.jspecify.annotations.Nullable;

/**
 * The connector's key manager, which during a negotiation shows the certificate that the connection already has.
 *
 * <p>A renegotiation changes nothing but the client's identity. A client that leaves the server name out of its second
 * ClientHello, or that orders its cipher suites anew, would otherwise be shown another certificate in mid connection,
 * and a browser breaks off. Where the key type does not fit that certificate, no alias is given, and the engine tries
 * the next. Thread-safe.
 */
final class SteadyKeyManager extends X509ExtendedKeyManager {
    private final X509ExtendedKeyManager stock;

    SteadyKeyManager(X509ExtendedKeyManager stock) {
        this.stock = stock;
    }

    @Override
    public @Nullable String chooseEngineServerAlias(
            String keyType, Principal @Nullable [] issuers, @Nullable SSLEngine engine) {
        HandshakeScope scope = HandshakeScope.current();
        if (scope != null && engine != null && !scope.isNegotiation()) {
            FirstHandshakeChoice.keepRevocable(engine);
        }
        X509Certificate shown = scope == null ? null : scope.serverCertificate();
        if (shown == null) {
            return stock.chooseEngineServerAlias(keyType, issuers, engine);
        }
        // The stock choice first: it also notes the server name in the new TLS session, where Jetty looks for it.
        String chosen = stock.chooseEngineServerAlias(keyType, issuers, engine);
        String[] others = stock.getServerAliases(keyType, issuers);
        return Stream.concat(Stream.ofNullable(chosen), others == null ? Stream.empty() : Arrays.stream(others))
                .filter(alias -> shown.equals(leaf(alias)))
                .findFirst()
                .orElse(null);
    }

    private @Nullable X509Certificate leaf(String alias) {
        X509Certificate[] chain = stock.getCertificateChain(alias);
        return chain == null || chain.length == 0 ? null : Objects.requireNonNull(chain[0]);
    }

    @Override
    public @Nullable String chooseEngineClientAlias(
            String[] keyTypes, Principal @Nullable [] issuers, @Nullable SSLEngine engine) {
        return stock.chooseEngineClientAlias(keyTypes, issuers, engine);
    }

    @Override
    public String @Nullable [] getClientAliases(String keyType, Principal @Nullable [] issuers) {
        return stock.getClientAliases(keyType, issuers);
    }

    @Override
    public @Nullable String chooseClientAlias(
            String[] keyTypes, Principal @Nullable [] issuers, @Nullable Socket socket) {
        return stock.chooseClientAlias(keyTypes, issuers, socket);
    }

    @Override
    public String @Nullable [] getServerAliases(String keyType, Principal @Nullable [] issuers) {
        return stock.getServerAliases(keyType, issuers);
    }

    @Override
    public @Nullable String chooseServerAlias(String keyType, Principal @Nullable [] issuers, @Nullable Socket socket) {
        return stock.chooseServerAlias(keyType, issuers, socket);
    }

    @Override
    public X509Certificate @Nullable [] getCertificateChain(String alias) {
        return stock.getCertificateChain(alias);
    }

    @Override
    public @Nullable PrivateKey getPrivateKey(String alias) {
        return stock.getPrivateKey(alias);
    }
}
