package dev.latchkey.jetty;

import java.security.KeyManagementException;
import java.security.KeyStore;
import java.security.KeyStoreException;
import java.security.NoSuchAlgorithmException;
import java.security.SecureRandom;
import java.util.Arrays;
import javax.net.ssl.KeyManager;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLContextSpi;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.SSLServerSocketFactory;
import javax.net.ssl.SSLSessionContext;
import javax.net.ssl.SSLSocketFactory;
import javax.net.ssl.TrustManager;
import javax.net.ssl.TrustManagerFactory;
import javax.net.ssl.X509ExtendedKeyManager;
import javax.net.ssl.X509ExtendedTrustManager;
import javax.net.ssl.X509TrustManager;
import org.jspecify.annotations.Nullable;

/**
 * Two SSLContexts over the same keys and trust: the stock one, and one for connections that may step up.
 *
 * <p>Why two: during a negotiation the second lets a handshake finish before the chain is judged, so that the server
 * can answer a distrusted client with a page. Its TLS sessions can therefore hold a chain that nobody accepted. They can
 * be resumed in their own context only, where each resumed identity is judged again; a stock connector that shares the
 * SslContextFactory never sees them. Thread-safe once initialised, as an SSLContext is.
 */
final class StepUpContextSpi extends SSLContextSpi {
    /** Asks for an engine that may step up, and learns the trust that it is made under. For one thread. */
    static final class EngineRequest {
        private final @Nullable EngineRequest outer;
        private final @Nullable ClientHello hello;
        private @Nullable Trust trust;

        private EngineRequest(@Nullable EngineRequest outer, @Nullable ClientHello hello) {
            this.outer = outer;
            this.hello = hello;
        }

        /** {@return the trust of the engine that was made, or null if the SSLContext was not one of ours} */
        @Nullable
        Trust trust() {
            return trust;
        }
    }

    private static final ThreadLocal<@Nullable EngineRequest> REQUEST = new ThreadLocal<>();

    private final SSLContext stock;
    private final SSLContext stepUp;
    private @Nullable Trust trust;

    StepUpContextSpi(SSLContext stock, SSLContext stepUp) {
        this.stock = stock;
        this.stepUp = stepUp;
    }

    /**
     * Makes the engines that are created by this thread, until {@link #endRequest}, ones that may step up.
     *
     * @return the request, to be ended in any case; requests can be nested
     */
    static EngineRequest beginRequest() {
        return beginRequest(null);
    }

    /**
     * The same, for a connection whose hello was read.
     *
     * @param hello what the client said, or null if nobody has read it yet
     */
    static EngineRequest beginRequest(@Nullable ClientHello hello) {
        EngineRequest request = new EngineRequest(REQUEST.get(), hello);
        REQUEST.set(request);
        return request;
    }

    static void endRequest(EngineRequest request) {
        if (request.outer == null) {
            REQUEST.remove();
        } else {
            REQUEST.set(request.outer);
        }
    }

    /** {@return the trust of the engine that this thread's request has made, or null} */
    static @Nullable Trust trustOfRequest() {
        EngineRequest request = REQUEST.get();
        return request == null ? null : request.trust;
    }

    /** {@return the hello that this thread's request was begun with, or null} */
    static @Nullable ClientHello helloOfRequest() {
        EngineRequest request = REQUEST.get();
        return request == null ? null : request.hello;
    }

    @Override
    protected void engineInit(
            KeyManager @Nullable [] keyManagers, TrustManager @Nullable [] trustManagers, @Nullable SecureRandom random)
            throws KeyManagementException {
        stock.init(keyManagers, trustManagers, random);
        X509ExtendedTrustManager x509 = x509(trustManagers == null ? defaultTrustManagers() : trustManagers);
        if (x509 == null) {
            // Without a trust manager for X.509 no certificate can ever be accepted: step-ups fail, TLS works.
            stepUp.init(steady(keyManagers), trustManagers, random);
            return;
        }
        trust = new Trust(x509);
        stepUp.init(steady(keyManagers), new TrustManager[] {new StepUpTrustManager(x509)}, random);
    }

    private static KeyManager @Nullable [] steady(KeyManager @Nullable [] managers) {
        if (managers == null) {
            return null;
        }
        return Arrays.stream(managers)
                .map(m -> m instanceof X509ExtendedKeyManager extended ? new SteadyKeyManager(extended) : m)
                .toArray(KeyManager[]::new);
    }

    private static @Nullable X509ExtendedTrustManager x509(TrustManager[] managers) {
        return Arrays.stream(managers)
                .filter(X509TrustManager.class::isInstance)
                .map(m -> ConstrainedTrustManager.of((X509TrustManager) m))
                .findFirst()
                .orElse(null);
    }

    /** What JSSE itself takes when it is given none. */
    private static TrustManager[] defaultTrustManagers() throws KeyManagementException {
        try {
            TrustManagerFactory factory = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
            factory.init((KeyStore) null);
            return factory.getTrustManagers();
        } catch (NoSuchAlgorithmException | KeyStoreException x) {
            throw new KeyManagementException("the JDK's default trust store cannot be loaded", x);
        }
    }

    private SSLContext contextOfNextEngine() {
        EngineRequest request = REQUEST.get();
        if (request == null || trust == null) {
            return stock;
        }
        request.trust = trust;
        return stepUp;
    }

    @Override
    protected SSLEngine engineCreateSSLEngine() {
        return contextOfNextEngine().createSSLEngine();
    }

    @Override
    protected SSLEngine engineCreateSSLEngine(String host, int port) {
        return contextOfNextEngine().createSSLEngine(host, port);
    }

    @Override
    protected SSLSocketFactory engineGetSocketFactory() {
        return stock.getSocketFactory();
    }

    @Override
    protected SSLServerSocketFactory engineGetServerSocketFactory() {
        return stock.getServerSocketFactory();
    }

    @Override
    protected SSLSessionContext engineGetServerSessionContext() {
        return new PairedSessionContext(stock.getServerSessionContext(), stepUp.getServerSessionContext());
    }

    @Override
    protected SSLSessionContext engineGetClientSessionContext() {
        return stock.getClientSessionContext();
    }

    @Override
    protected SSLParameters engineGetDefaultSSLParameters() {
        return stock.getDefaultSSLParameters();
    }

    @Override
    protected SSLParameters engineGetSupportedSSLParameters() {
        return stock.getSupportedSSLParameters();
    }
}
