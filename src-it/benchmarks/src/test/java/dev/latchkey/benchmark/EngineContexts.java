package dev.latchkey.benchmark;

import dev.latchkey.openssl.OpenSsl;
import dev.latchkey.testkit.HeldCertificate;
import dev.latchkey.testkit.KeyAlgorithm;
import dev.latchkey.testkit.KeyStores;
import java.security.GeneralSecurityException;
import java.util.EnumMap;
import java.util.Map;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManagerFactory;

/** The SSLContexts of both engines, with one authority and one server certificate for each kind of key. Immutable. */
final class EngineContexts {
    private static final String PASSWORD = "changeit";

    private final HeldCertificate authority = HeldCertificate.authority("Latchkey Benchmark CA");
    private final HeldCertificate client =
            authority.issue("client").client().key(KeyAlgorithm.EC_P256).make();
    private final Map<KeyKind, HeldCertificate> servers = new EnumMap<>(KeyKind.class);

    EngineContexts() {
        for (KeyKind key : KeyKind.values()) {
            servers.put(
                    key,
                    authority
                            .issue("localhost")
                            .server("localhost")
                            .key(key.algorithm())
                            .make());
        }
    }

    SSLContext server(EngineKind engine, KeyKind key) throws GeneralSecurityException {
        return context(engine, servers.get(key));
    }

    SSLContext client(EngineKind engine) throws GeneralSecurityException {
        return context(engine, client);
    }

    private SSLContext context(EngineKind engine, HeldCertificate held) throws GeneralSecurityException {
        KeyManagerFactory keys = KeyManagerFactory.getInstance("SunX509");
        keys.init(KeyStores.holding(held, PASSWORD), PASSWORD.toCharArray());
        TrustManagerFactory trust = TrustManagerFactory.getInstance("PKIX");
        trust.init(KeyStores.trusting(authority));
        SSLContext context = engine == EngineKind.OPENSSL
                ? SSLContext.getInstance("TLS", OpenSsl.register())
                : SSLContext.getInstance("TLS", "SunJSSE");
        context.init(keys.getKeyManagers(), trust.getTrustManagers(), null);
        return context;
    }
}
