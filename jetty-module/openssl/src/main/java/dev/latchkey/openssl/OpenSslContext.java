package dev.latchkey.openssl;

import java.security.GeneralSecurityException;
import java.security.KeyManagementException;
import java.security.KeyStore;
import java.security.PrivateKey;
import java.security.SecureRandom;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.stream.Stream;
import javax.net.ssl.KeyManager;
import javax.net.ssl.SSLContextSpi;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.SSLServerSocketFactory;
import javax.net.ssl.SSLSessionContext;
import javax.net.ssl.SSLSocketFactory;
import javax.net.ssl.TrustManager;
import javax.net.ssl.TrustManagerFactory;
import javax.net.ssl.X509KeyManager;
import javax.net.ssl.X509TrustManager;
import org.jspecify.annotations.Nullable;

/**
 * A JSSE context on one {@code SSL_CTX}: the key and trust managers of its engines, and what they share natively.
 *
 * <p>Safe for any thread once it is initialized.
 */
class OpenSslContext extends SSLContextSpi {
    private static final int MOST_ENDED_SESSIONS = 65_536;
    private static final int MOST_LOCAL_CHAINS = 1024;

    private final List<String> protocols;
    private final EndedSessions endedSessions = new EndedSessions(MOST_ENDED_SESSIONS);
    private final KeptSessions keptSessions = new KeptSessions(System::currentTimeMillis);
    private final NativeKeys keys = new NativeKeys();
    private final List<List<X509Certificate>> localChains = new CopyOnWriteArrayList<>();
    private @Nullable ContextHandle handle;
    private @Nullable OpenSslSessionContext sessionContext;
    private X509KeyManager keyManager = new NoKeys();
    private @Nullable X509TrustManager trustManager;
    private Authorities authorities = new Authorities(new TrustsNobody());
    private List<String> serverKeyTypes = KeySelector.KEY_TYPES;
    private volatile String @Nullable [] preparedCipherSuites;

    /** Engines of this context have these protocols enabled at first. */
    OpenSslContext(List<String> protocols) {
        this.protocols = protocols;
    }

    @Override
    protected synchronized void engineInit(
            KeyManager @Nullable [] keyManagers,
            TrustManager @Nullable [] trustManagers,
            @Nullable SecureRandom ignored)
            throws KeyManagementException {
        try {
            X509KeyManager given = first(keyManagers, X509KeyManager.class);
            keyManager = given == null ? new NoKeys() : given;
            X509TrustManager trust = first(trustManagers, X509TrustManager.class);
            trustManager = trust == null && trustManagers == null ? defaultTrustManager() : trust;
            prepareKeys();
            ContextHandle made = new ContextHandle();
            authorities = new Authorities(trustManager());
            made.setAuthorities(authorities.usual());
            handle = made;
            sessionContext = new OpenSslSessionContext(keptSessions);
        } catch (GeneralSecurityException | RuntimeException e) {
            throw e instanceof KeyManagementException k ? k : new KeyManagementException(e.getMessage(), e);
        } finally {
            SslError.clear();
        }
    }

    private static <T> @Nullable T first(Object @Nullable [] managers, Class<T> type) {
        return Stream.ofNullable(managers)
                .flatMap(Arrays::stream)
                .filter(type::isInstance)
                .map(type::cast)
                .findFirst()
                .orElse(null);
    }

    private static @Nullable X509TrustManager defaultTrustManager() throws GeneralSecurityException {
        TrustManagerFactory factory = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
        factory.init((KeyStore) null);
        return first(factory.getTrustManagers(), X509TrustManager.class);
    }

    /** Copies all keys that the key manager lists, so that one that cannot be used is known now. */
    private void prepareKeys() throws GeneralSecurityException {
        List<String> types = new ArrayList<>();
        for (String type : KeySelector.KEY_TYPES) {
            String[] aliases = keyManager.getServerAliases(type, null);
            if (aliases != null && aliases.length > 0) {
                types.add(type);
                for (String alias : aliases) {
                    prepareKey(alias);
                }
            }
        }
        // A key manager that lists nothing may still choose something.
        serverKeyTypes = types.isEmpty() ? KeySelector.KEY_TYPES : List.copyOf(types);
    }

    private void prepareKey(String alias) throws GeneralSecurityException {
        X509Certificate[] chain = keyManager.getCertificateChain(alias);
        PrivateKey key = keyManager.getPrivateKey(alias);
        if (chain == null || chain.length == 0 || key == null) {
            return;
        }
        try {
            keys.prepare(key, chain);
        } catch (GeneralSecurityException e) {
            throw new KeyManagementException("Key '" + alias + "': " + e.getMessage(), e);
        }
    }

    /** The native context for an engine that begins with these suites; those of the first are kept in it. */
    synchronized ContextHandle handleFor(String[] cipherSuites) {
        ContextHandle ready = handle;
        if (ready == null) {
            throw new IllegalStateException("The SSLContext is not initialized");
        }
        if (preparedCipherSuites == null) {
            ready.setCipherSuites(cipherSuites);
            preparedCipherSuites = cipherSuites.clone();
        }
        return ready;
    }

    /** What a new connection has without being told; null before the first. */
    String @Nullable [] preparedCipherSuites() {
        return preparedCipherSuites;
    }

    X509KeyManager keyManager() {
        return keyManager;
    }

    X509TrustManager trustManager() {
        X509TrustManager manager = trustManager;
        return manager == null ? new TrustsNobody() : manager;
    }

    Authorities authorities() {
        return authorities;
    }

    NativeKeys keys() {
        return keys;
    }

    List<String> serverKeyTypes() {
        return serverKeyTypes;
    }

    EndedSessions endedSessions() {
        return endedSessions;
    }

    KeptSessions keptSessions() {
        return keptSessions;
    }

    /** This session is not resumed any more, by whatever ticket or identifier. */
    void end(SessionId id) {
        endedSessions.add(id);
        keptSessions.remove(id);
    }

    /** A number for this chain that a ticket can carry; -1 for none. */
    synchronized int numberOf(List<X509Certificate> chain) {
        int known = localChains.indexOf(chain);
        if (known >= 0 || chain.isEmpty() || localChains.size() >= MOST_LOCAL_CHAINS) {
            return known;
        }
        localChains.add(chain);
        return localChains.size() - 1;
    }

    /** The chain of a number; empty when there is none. */
    List<X509Certificate> chainOf(int number) {
        return number < 0 || number >= localChains.size() ? List.of() : localChains.get(number);
    }

    @Override
    protected SSLEngine engineCreateSSLEngine() {
        return engineCreateSSLEngine(null, -1);
    }

    @Override
    protected SSLEngine engineCreateSSLEngine(@Nullable String host, int port) {
        if (sessionContext == null) {
            throw new IllegalStateException("The SSLContext is not initialized");
        }
        return new OpenSslEngine(this, host, port);
    }

    @Override
    protected SSLSessionContext engineGetServerSessionContext() {
        OpenSslSessionContext ready = sessionContext;
        if (ready == null) {
            throw new IllegalStateException("The SSLContext is not initialized");
        }
        return ready;
    }

    @Override
    protected SSLSessionContext engineGetClientSessionContext() {
        return engineGetServerSessionContext();
    }

    @Override
    protected SSLParameters engineGetDefaultSSLParameters() {
        SSLParameters parameters =
                new SSLParameters(CipherSuites.instance().enabledByDefault(), protocols.toArray(String[]::new));
        parameters.setUseCipherSuitesOrder(true);
        return parameters;
    }

    @Override
    protected SSLParameters engineGetSupportedSSLParameters() {
        return new SSLParameters(CipherSuites.instance().supported(), Protocols.SUPPORTED.toArray(String[]::new));
    }

    @Override
    protected SSLSocketFactory engineGetSocketFactory() {
        throw noSockets();
    }

    @Override
    protected SSLServerSocketFactory engineGetServerSocketFactory() {
        throw noSockets();
    }

    private static UnsupportedOperationException noSockets() {
        return new UnsupportedOperationException("The provider " + OpenSsl.PROVIDER_NAME
                + " makes engines (SSLEngine), not sockets; use the JSSE provider for SSLSocket");
    }
}
