package dev.latchkey.jetty;

import java.security.Principal;
import java.security.cert.Certificate;
import java.security.cert.X509Certificate;
import java.util.List;
import java.util.function.Supplier;
import javax.net.ssl.ExtendedSSLSession;
import javax.net.ssl.SNIServerName;
import javax.net.ssl.SSLPeerUnverifiedException;
import javax.net.ssl.SSLSession;
import javax.net.ssl.SSLSessionContext;
import org.jspecify.annotations.Nullable;

/**
 * A TLS session as requests see it: with the client's chain only while it is the one that was proven to them.
 *
 * <p>Jetty gives requests the session itself, and through it the chain that the client sent, accepted or not. An engine
 * may also keep one session object for the life of a connection, so that the chain in it changes under the hands of a
 * request that already has it. Thread-safe as the session is.
 */
final class ShownSession extends ExtendedSSLSession {
    private static final String[] UNKNOWN = {};

    private final SSLSession session;
    private final @Nullable ExtendedSSLSession extended;
    private final Supplier<List<X509Certificate>> proven;

    /**
     * @param session the engine's
     * @param proven the chain that requests may see; empty for none. Called when somebody looks, and may wait
     */
    ShownSession(SSLSession session, Supplier<List<X509Certificate>> proven) {
        this.session = session;
        this.extended = session instanceof ExtendedSSLSession more ? more : null;
        this.proven = proven;
    }

    @Override
    public Certificate[] getPeerCertificates() throws SSLPeerUnverifiedException {
        List<X509Certificate> chain = proven.get();
        if (chain.isEmpty() || !ConnectionIdentity.peerCertificates(session).equals(chain)) {
            throw new SSLPeerUnverifiedException("no certificate that was accepted");
        }
        return chain.toArray(Certificate[]::new);
    }

    @Override
    public Principal getPeerPrincipal() throws SSLPeerUnverifiedException {
        return ((X509Certificate) getPeerCertificates()[0]).getSubjectX500Principal();
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
        return extended == null ? UNKNOWN : extended.getLocalSupportedSignatureAlgorithms();
    }

    @Override
    public String[] getPeerSupportedSignatureAlgorithms() {
        return extended == null ? UNKNOWN : extended.getPeerSupportedSignatureAlgorithms();
    }

    @Override
    public List<SNIServerName> getRequestedServerNames() {
        return extended == null ? List.of() : extended.getRequestedServerNames();
    }

    @Override
    public List<byte[]> getStatusResponses() {
        return extended == null ? List.of() : extended.getStatusResponses();
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
}
