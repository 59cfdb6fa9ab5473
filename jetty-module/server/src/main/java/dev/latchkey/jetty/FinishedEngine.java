package dev.latchkey.jetty;

import java.nio.ByteBuffer;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLEngineResult;
import javax.net.ssl.SSLEngineResult.HandshakeStatus;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.SSLSession;
import org.jspecify.annotations.Nullable;

/**
 * An engine as a trust manager sees it in mid handshake, for a judgement after the handshake.
 *
 * <p>The JDK's trust manager asks an engine for its handshake session and algorithm constraints, and refuses one that
 * has no handshake session. Given this view it reaches the same verdict as in the handshake. It moves no bytes.
 */
final class FinishedEngine extends SSLEngine {
    private final SSLEngine engine;
    private final SSLSession session;

    FinishedEngine(SSLEngine engine, SSLSession session) {
        super(engine.getPeerHost(), engine.getPeerPort());
        this.engine = engine;
        this.session = session;
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

    /** {@inheritDoc} Without the mark of ours that they bear while the client is asked again: it is nobody's to judge by. */
    @Override
    public SSLParameters getSSLParameters() {
        SSLParameters parameters = engine.getSSLParameters();
        String identification = parameters.getEndpointIdentificationAlgorithm();
        if (identification != null && identification.startsWith(Renegotiation.IDENTIFICATION_PREFIX)) {
            parameters.setEndpointIdentificationAlgorithm("");
        }
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
        return engine.isInboundDone();
    }

    @Override
    public void closeOutbound() {
        throw onlyAView();
    }

    @Override
    public boolean isOutboundDone() {
        return engine.isOutboundDone();
    }

    @Override
    public String[] getSupportedCipherSuites() {
        return engine.getSupportedCipherSuites();
    }

    @Override
    public String[] getEnabledCipherSuites() {
        return engine.getEnabledCipherSuites();
    }

    @Override
    public void setEnabledCipherSuites(String[] suites) {
        throw onlyAView();
    }

    @Override
    public String[] getSupportedProtocols() {
        return engine.getSupportedProtocols();
    }

    @Override
    public String[] getEnabledProtocols() {
        return engine.getEnabledProtocols();
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
        return engine.getUseClientMode();
    }

    @Override
    public void setNeedClientAuth(boolean need) {
        throw onlyAView();
    }

    @Override
    public boolean getNeedClientAuth() {
        return engine.getNeedClientAuth();
    }

    @Override
    public void setWantClientAuth(boolean want) {
        throw onlyAView();
    }

    @Override
    public boolean getWantClientAuth() {
        return engine.getWantClientAuth();
    }

    @Override
    public void setEnableSessionCreation(boolean flag) {
        throw onlyAView();
    }

    @Override
    public boolean getEnableSessionCreation() {
        return engine.getEnableSessionCreation();
    }
}
