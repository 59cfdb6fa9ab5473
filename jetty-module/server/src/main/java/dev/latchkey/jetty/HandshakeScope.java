package dev.latchkey.jetty;

import java.security.cert.X509Certificate;
import java.util.List;
import java.util.Set;
import javax.security.auth.x500.X500Principal;
import org.jspecify.annotations.Nullable;

/**
 * One handshake of one connection, known to the trust and key managers that the engine calls meanwhile.
 *
 * <p>The engine calls them on the thread that moves its bytes, inside {@link #run}, and JSSE gives some of these calls
 * no engine, so a thread local tells whose handshake it is. What a manager leaves here is read by the same connection
 * after the engine has verified the client's Finished, not before (RFC 5246 section 7.4.9). Fields are guarded by the
 * SslConnection's lock, under which the engine runs, and are published by the engine's next call.
 */
final class HandshakeScope {
    private static final ThreadLocal<@Nullable HandshakeScope> CURRENT = new ThreadLocal<>();

    /** Something that moves the engine's bytes. */
    interface EngineCall<R, X extends Exception> {
        R call() throws X;
    }

    private final int maxAuthoritiesSize;
    private final @Nullable FirstJudgement firstJudgement;
    private final @Nullable Set<X500Principal> acceptedIssuers;
    private final @Nullable X509Certificate serverCertificate;
    private volatile List<X509Certificate> chain = List.of();
    private volatile @Nullable String authType;

    private HandshakeScope(
            int maxAuthoritiesSize,
            @Nullable FirstJudgement firstJudgement,
            @Nullable Set<X500Principal> acceptedIssuers,
            @Nullable X509Certificate serverCertificate) {
        this.maxAuthoritiesSize = maxAuthoritiesSize;
        this.firstJudgement = firstJudgement;
        this.acceptedIssuers = acceptedIssuers;
        this.serverCertificate = serverCertificate;
    }

    /**
     * {@return the scope of a connection's first handshake, in which stock rules hold}
     *
     * @param maxAuthoritiesSize the size in bytes above which the list of authorities is sent empty
     * @param judgement asks the trust manager
     */
    static HandshakeScope first(int maxAuthoritiesSize, FirstJudgement judgement) {
        return new HandshakeScope(maxAuthoritiesSize, judgement, null, null);
    }

    /**
     * {@return the scope of a negotiation: the chain is recorded, to be judged afterwards}
     *
     * @param maxAuthoritiesSize the size in bytes above which the list of authorities is sent empty
     * @param acceptedIssuers the authorities to name to the client, or null for the trust manager's
     * @param serverCertificate the server's certificate on this connection, which stays; null if it has none
     */
    static HandshakeScope negotiation(
            int maxAuthoritiesSize,
            @Nullable Set<X500Principal> acceptedIssuers,
            @Nullable X509Certificate serverCertificate) {
        return new HandshakeScope(maxAuthoritiesSize, null, acceptedIssuers, serverCertificate);
    }

    /** {@return the handshake that this thread is in, or null} */
    static @Nullable HandshakeScope current() {
        return CURRENT.get();
    }

    <R, X extends Exception> R run(EngineCall<R, X> call) throws X {
        HandshakeScope before = CURRENT.get();
        CURRENT.set(this);
        try {
            return call.call();
        } finally {
            if (before == null) {
                CURRENT.remove();
            } else {
                CURRENT.set(before);
            }
        }
    }

    int maxAuthoritiesSize() {
        return maxAuthoritiesSize;
    }

    boolean isNegotiation() {
        return firstJudgement == null;
    }

    /** {@return who asks the trust manager in the handshake; null in a negotiation, after which it is asked} */
    @Nullable
    FirstJudgement firstJudgement() {
        return firstJudgement;
    }

    @Nullable
    Set<X500Principal> acceptedIssuers() {
        return acceptedIssuers;
    }

    @Nullable
    X509Certificate serverCertificate() {
        return serverCertificate;
    }

    void received(X509Certificate[] received, String type) {
        authType = type;
        chain = List.of(received);
    }

    /** {@return the chain that the engine reported; empty if none. To be believed only after Finished} */
    List<X509Certificate> chain() {
        return chain;
    }

    /** {@return the key type of the leaf as trust managers are told it} */
    String authType() {
        String type = authType;
        return type == null ? "UNKNOWN" : type;
    }
}
