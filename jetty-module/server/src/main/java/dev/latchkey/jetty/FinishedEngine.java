package dev.latchkey.jetty;

import java.nio.ByteBuffer;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLEngineResult;
import javax.net.ssl.SSLEngineResult.HandshakeStatus;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.SSLSession;
import org.jspecify.annotations.Nullable;

/**
 * An engine as a trust manager sees it in mid handshake, for a judgement after the handshake, or on another thread.
 *
 * <p>The JDK's trust manager asks an engine for its handshake session and algorithm constraints, and refuses one that
 * has no handshake session. Given this view it reaches the same verdict as in the handshake. It moves no bytes, and is a
 * copy: the engine's lock may be held by the one who waits for the verdict. Its parameters lack the mark of ours that the
 * engine's bear while the client is asked again, which is nobody's to judge by.
 */
final class FinishedEngine extends SSLEngine {
    private final SSLSession session;
    private final SSLParameters parameters;
    private final String[] supportedCipherSuites;
    private final String[] supportedProtocols;
    private final boolean clientMode;
    private final boolean sessionCreation;

    FinishedEngine(SSLEngine engine, SSLSession session) {
        super(engine.getPeerHost(), engine.getPeerPort());
        this.session = session;
        parameters = engine.getSSLParameters();
        String identification = parameters.getEndpointIdentificationAlgorithm();
        if (identification != null && identification.startsWith(Renegotiation.IDENTIFICATION_PREFIX)) {
            parameters.setEndpointIdentificationAlgorithm("");
        }
        supportedCipherSuites = engine.getSupportedCipherSuites();
        supportedProtocols = engine.getSupportedProtocols();
        clientMode = engine.getUseClientMode();
        sessionCreation = engine.getEnableSessionCreation();
    }

    private static UnsupportedOperationException onlyAView() {
        return new UnsupportedOperationException("this engine is for trust managers to look at");
    }

    @Override
    public SSLSession getHandshakeSession() {
        return session;
    }

    @Override
    public SSLSession getSession() {
        return session;
    }

    /** {@return always the same ones, to be looked at} */
    @Override
    public SSLParameters getSSLParameters() {
        return parameters;
    }

    @Override
    public SSLEngineResult wrap(ByteBuffer[] sources, int offset, int length, ByteBuffer target) {
        throw onlyAView();
    }

    @Override
    public SSLEngineResult unwrap(ByteBuffer source, ByteBuffer[] targets, int offset, int length) {
        throw onlyAView();
    }

    @Override
    public @Nullable Runnable getDelegatedTask() {
        return null;
    }

    @Override
    public void closeInbound() {
        throw onlyAView();
    }

    @Override
    public boolean isInboundDone() {
        return false;
    }

    @Override
    public void closeOutbound() {
        throw onlyAView();
    }

    @Override
    public boolean isOutboundDone() {
        return false;
    }

    @Override
    public String[] getSupportedCipherSuites() {
        return supportedCipherSuites.clone();
    }

    @Override
    public String[] getEnabledCipherSuites() {
        return parameters.getCipherSuites();
    }

    @Override
    public void setEnabledCipherSuites(String[] suites) {
        throw onlyAView();
    }

    @Override
    public String[] getSupportedProtocols() {
        return supportedProtocols.clone();
    }

    @Override
    public String[] getEnabledProtocols() {
        return parameters.getProtocols();
    }

    @Override
    public void setEnabledProtocols(String[] protocols) {
        throw onlyAView();
    }

    @Override
    public void beginHandshake() {
        throw onlyAView();
    }

    @Override
    public HandshakeStatus getHandshakeStatus() {
        return HandshakeStatus.NOT_HANDSHAKING;
    }

    @Override
    public void setUseClientMode(boolean mode) {
        throw onlyAView();
    }

    @Override
    public boolean getUseClientMode() {
        return clientMode;
    }

    @Override
    public void setNeedClientAuth(boolean need) {
        throw onlyAView();
    }

    @Override
    public boolean getNeedClientAuth() {
        return parameters.getNeedClientAuth();
    }

    @Override
    public void setWantClientAuth(boolean want) {
        throw onlyAView();
    }

    @Override
    public boolean getWantClientAuth() {
        return parameters.getWantClientAuth();
    }

    @Override
    public void setEnableSessionCreation(boolean flag) {
        throw onlyAView();
    }

    @Override
    public boolean getEnableSessionCreation() {
        return sessionCreation;
    }
}
