package dev.latchkey.jetty;

import java.security.cert.X509Certificate;
import java.util.List;
import java.util.function.Supplier;
import javax.net.ssl.SSLSession;
import org.eclipse.jetty.io.EndPoint;
import org.eclipse.jetty.util.StringUtil;
import org.jspecify.annotations.Nullable;

/**
 * What a request sees of its TLS connection. The client's chain is looked for when somebody looks at it, and may have to
 * be validated then: a request that does not look never waits. Thread-safe.
 */
final class ShownSessionData implements EndPoint.SslSessionData {
    private final SSLSession session;
    private final String id;
    private final String cipherSuite;
    private final Supplier<@Nullable Proof> proof;

    /**
     * @param session the engine's
     * @param proof what the request may see at the moment; null for nothing. May wait
     */
    ShownSessionData(SSLSession session, Supplier<@Nullable Proof> proof) {
        this.session = new ShownSession(session, () -> chain(proof));
        this.id = StringUtil.toHexString(session.getId());
        this.cipherSuite = session.getCipherSuite();
        this.proof = proof;
    }

    // After a chain that was not accepted, the engine's session holds another one than the proof that still stands.
    private static List<X509Certificate> chain(Supplier<@Nullable Proof> proof) {
        Proof now = proof.get();
        return now == null ? List.of() : now.chain();
    }

    @Override
    public SSLSession sslSession() {
        return session;
    }

    @Override
    public String sslSessionId() {
        return id;
    }

    @Override
    public String cipherSuite() {
        return cipherSuite;
    }

    @Override
    public X509Certificate @Nullable [] peerCertificates() {
        List<X509Certificate> chain = chain(proof);
        return chain.isEmpty() ? null : chain.toArray(X509Certificate[]::new);
    }
}
