package dev.latchkey.openssl;

import java.security.GeneralSecurityException;
import java.security.KeyManagementException;
import java.security.KeyStore;
import java.security.PrivateKey;
import java.security.SecureRandom;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.stream.Stream;
import javax.net.ssl.KeyManager;
import javax.net.ssl.SSLContextSpi;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLException;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.SSLServerSocketFactory;
import javax.net.ssl.SSLSessionContext;
import javax.net.ssl.SSLSocketFactory;
import javax.net.ssl.TrustManager;
import javax.net.ssl.TrustManagerFactory;
import javax.net.ssl.X509KeyManager;
import javax.net.ssl.X509TrustManager;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A JSSE context on one {@code SSL_CTX}: the key and trust managers of its engines, and what they share natively.
 *
 * <p>Safe for any thread once it is initialized.
 */
class OpenSslContext extends SSLContextSpi {
    private static final Logger LOG = LoggerFactory.getLogger(OpenSslContext.class);
    private static final int MOST_ENDED_SESSIONS = 65_536;
    private static final int MOST_LOCAL_CHAINS = 1024;
    private static final int DAY = 86_400;

    private final List<String> protocols;
    private final EndedSessions endedSessions = new EndedSessions(MOST_ENDED_SESSIONS);
    private volatile KeptSessions keptSessions = new KeptSessions(System::currentTimeMillis);
    private final NativeKeys keys = new NativeKeys();
    private final List<List<X509Certificate>> localChains = new CopyOnWriteArrayList<>();
    private @Nullable ContextHandle handle;
    private @Nullable OpenSslSessionContext sessionContext;
    private X509KeyManager keyManager = new NoKeys();
    private @Nullable X509TrustManager trustManager;
    private Authorities authorities = new Authorities(new TrustsNobody());
    private List<String> serverKeyTypes = KeySelector.KEY_TYPES;
    private final Offers offers = new Offers();

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
            authorities = new Authorities(trustManager());
            handle = newHandle();
            // What is kept was judged under other trust; connections that go on keep theirs where they did.
            keptSessions = keptSessions.emptyOne();
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

    /** Copies and tries all keys that the key manager lists, so that one that cannot be used is known now. */
    private void prepareKeys() throws GeneralSecurityException {
        keys.close();
        List<String> types = new ArrayList<>();
        Map<String, GeneralSecurityException> refused = new LinkedHashMap<>();
        boolean anyUsable = false;
        for (String type : KeySelector.KEY_TYPES) {
            String[] aliases = keyManager.getServerAliases(type, null);
            if (aliases != null && aliases.length > 0) {
                types.add(type);
                for (String alias : aliases) {
                    anyUsable |= isUsable(alias, refused);
                }
            }
        }
        // Some keys are better than none; but whoever set the others up must know.
        for (Map.Entry<String, GeneralSecurityException> each : refused.entrySet()) {
            if (!anyUsable) {
                throw refusal(each.getKey(), each.getValue());
            }
            LOG.warn(
                    "The key '{}' is not used: {}",
                    each.getKey(),
                    each.getValue().getMessage());
        }
        // A key manager that lists nothing may still choose something.
        serverKeyTypes = types.isEmpty() ? KeySelector.KEY_TYPES : List.copyOf(types);
    }

    /** Fails where Java cannot give the key; notes it where OpenSSL refuses it. */
    private boolean isUsable(String alias, Map<String, GeneralSecurityException> refused)
            throws KeyManagementException {
        X509Certificate[] chain = keyManager.getCertificateChain(alias);
        PrivateKey key = keyManager.getPrivateKey(alias);
        if (chain == null || chain.length == 0 || key == null) {
            return false;
        }
        try {
            keys.prepare(key, chain);
        } catch (GeneralSecurityException e) {
            throw refusal(alias, e);
        }
        try {
            keys.tryOut(key, chain);
            return true;
        } catch (GeneralSecurityException e) {
            refused.put(alias, e);
            return false;
        }
    }

    private static KeyManagementException refusal(String alias, GeneralSecurityException why) {
        return new KeyManagementException("Key '" + alias + "': " + why.getMessage(), why);
    }

    private ContextHandle newHandle() {
        ContextHandle made = new ContextHandle();
        made.setAuthorities(authorities.usual());
        return made;
    }

    /**
     * The native context; what is prepared in it is that of the first offer, and must be said of each other one.
     *
     * <p>An {@code SSL_CTX} makes up the keys of its tickets when it is made, and could be given others only while
     * connections read them. So as often as a session gets too old another one takes its place, as JSSE renews its keys:
     * who got one key cannot open the tickets of years. Tickets of the one before cost a full handshake; sessions that
     * are kept here do not.
     */
    synchronized ContextHandle handleFor(Offer offer) throws SSLException {
        ContextHandle ready = handle();
        int timeout = keptSessions.timeout();
        if (ready.isOlderThan(timeout == 0 ? DAY : timeout)) {
            ready = newHandle();
            handle = ready;
        }
        ready.prepare(offer);
        return ready;
    }

    synchronized ContextHandle handle() {
        ContextHandle ready = handle;
        if (ready == null) {
            throw new IllegalStateException("The SSLContext is not initialized");
        }
        return ready;
    }

    Offers offers() {
        return offers;
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
        JdkPolicy policy = JdkPolicy.jdk();
        SSLParameters parameters = new SSLParameters(
                permitted(CipherSuites.instance().enabledByDefault(), policy),
                protocols.stream().filter(policy::permitsProtocol).toArray(String[]::new));
        parameters.setUseCipherSuitesOrder(true);
        parameters.setAlgorithmConstraints(policy.constraints());
        return parameters;
    }

    @Override
    protected SSLParameters engineGetSupportedSSLParameters() {
        return new SSLParameters(supportedCipherSuites(), Protocols.SUPPORTED.toArray(String[]::new));
    }

    /** As with JSSE, what Java's policy does not permit is not even supported. */
    static String[] supportedCipherSuites() {
        return permitted(CipherSuites.instance().supported(), JdkPolicy.jdk());
    }

    private static String[] permitted(String[] suites, JdkPolicy policy) {
        return Arrays.stream(suites).filter(policy::permitsSuite).toArray(String[]::new);
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
