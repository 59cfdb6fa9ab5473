package dev.latchkey.it.clients;

import dev.latchkey.testkit.DemoPki;
import dev.latchkey.testkit.HeldCertificate;
import dev.latchkey.testkit.KeyStores;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.Provider;
import javax.net.ssl.KeyManager;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManagerFactory;

/** Sets up Java's TLS as an application does: key store, trust store, nothing special. Static. */
final class JavaTls {
    private JavaTls() {}

    /** {@return a context of the platform's provider, or of another one; null for the platform's} */
    static SSLContext context(Ask ask, Provider provider) throws GeneralSecurityException, IOException {
        TrustManagerFactory trust = provider == null
                ? TrustManagerFactory.getInstance("PKIX")
                : TrustManagerFactory.getInstance("PKIX", provider);
        trust.init(trusted(ask));
        KeyManager[] keys = null;
        if (ask.hasCertificate()) {
            KeyManagerFactory own = provider == null
                    ? KeyManagerFactory.getInstance("PKIX")
                    : KeyManagerFactory.getInstance("PKIX", provider);
            own.init(own(ask), DemoPki.PASSWORD.toCharArray());
            keys = own.getKeyManagers();
        }
        SSLContext context = provider == null ? SSLContext.getInstance("TLS") : SSLContext.getInstance("TLS", provider);
        context.init(keys, trust.getTrustManagers(), null);
        return context;
    }

    static KeyStore trusted(Ask ask) throws GeneralSecurityException, IOException {
        return KeyStores.trusting(
                HeldCertificate.read(ask.authority(), ask.pki().resolve("ca.key")));
    }

    static KeyStore own(Ask ask) throws GeneralSecurityException, IOException {
        KeyStore store = KeyStore.getInstance("PKCS12");
        try (InputStream in = Files.newInputStream(ask.keyStore())) {
            store.load(in, DemoPki.PASSWORD.toCharArray());
        }
        return store;
    }
}
