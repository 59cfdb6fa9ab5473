package dev.latchkey.jetty;

import java.security.Principal;
import java.security.cert.Certificate;
import java.util.List;
import javax.net.ssl.ExtendedSSLSession;
import javax.net.ssl.SNIServerName;
import javax.net.ssl.SSLPeerUnverifiedException;
import javax.net.ssl.SSLSession;
import javax.net.ssl.SSLSessionContext;
import org.jspecify.annotations.Nullable;

/**
 * A TLS session without the client's chain, for requests that must not see one that nobody accepted.
 *
 * <p>Jetty gives requests the session itself, and through it the chain that the client sent. Thread-safe as the session
 * is.
 */
final class AnonymousSession extends ExtendedSSLSession {
    private final ExtendedSSLSession session;

    AnonymousSession(ExtendedSSLSession session) {
        this.session = session;
    }

    @Override
    public Certificate[] getPeerCertificates() throws SSLPeerUnverifiedException {
        throw new SSLPeerUnverifiedException("no certificate that was accepted");
    }

    @Override
    public Principal getPeerPrincipal() throws SSLPeerUnverifiedException {
        throw new SSLPeerUnverifiedException("no certificate that was accepted");
    }

    @Override
    public Certificate @Nullable [] getLocalCertificates() {
        return session.getLocalCertificates();
    }

    @Override
    public @Nullable Principal getLocalPrincipal() {
        return session.getLocalPrincipal();
    }

    @Override
    public String[] getLocalSupportedSignatureAlgorithms() {
        return session.getLocalSupportedSignatureAlgorithms();
    }

    @Override
    public String[] getPeerSupportedSignatureAlgorithms() {
        return session.getPeerSupportedSignatureAlgorithms();
    }

    @Override
    public List<SNIServerName> getRequestedServerNames() {
        return session.getRequestedServerNames();
    }

    @Override
    public List<byte[]> getStatusResponses() {
        return session.getStatusResponses();
    }

    @Override
    public byte[] getId() {
        return session.getId();
    }

    @Override
    public @Nullable SSLSessionContext getSessionContext() {
        return session.getSessionContext();
    }

    @Override
    public long getCreationTime() {
        return session.getCreationTime();
    }

    @Override
    public long getLastAccessedTime() {
        return session.getLastAccessedTime();
    }

    @Override
    public void invalidate() {
        session.invalidate();
    }

    @Override
    public boolean isValid() {
        return session.isValid();
    }

    @Override
    public void putValue(String name, Object value) {
        session.putValue(name, value);
    }

    @Override
    public @Nullable Object getValue(String name) {
        return session.getValue(name);
    }

    @Override
    public void removeValue(String name) {
        session.removeValue(name);
    }

    @Override
    public String[] getValueNames() {
        return session.getValueNames();
    }

    @Override
    public String getCipherSuite() {
        return session.getCipherSuite();
    }

    @Override
    public String getProtocol() {
        return session.getProtocol();
    }

    @Override
    public String getPeerHost() {
        return session.getPeerHost();
    }

    @Override
    public int getPeerPort() {
        return session.getPeerPort();
    }

    @Override
    public int getPacketBufferSize() {
        return session.getPacketBufferSize();
    }

    @Override
    public int getApplicationBufferSize() {
        return session.getApplicationBufferSize();
    }

    /** {@return a session as requests may see it when its chain, if it has one, was not accepted} */
    static SSLSession withoutPeer(SSLSession session) {
        return session instanceof ExtendedSSLSession extended ? new AnonymousSession(extended) : session;
    }
}
