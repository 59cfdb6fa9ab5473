package dev.latchkey.openssl;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.latchkey.testkit.HeldCertificate;
import java.security.cert.X509Certificate;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLException;
import javax.net.ssl.SSLPeerUnverifiedException;
import javax.net.ssl.TrustManager;
import javax.net.ssl.X509ExtendedTrustManager;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Resumption, with a JSSE client that keeps its sessions and tickets. */
class SessionTest {
    /** Counts how often the server's trust manager is asked: in a resumption it is not. */
    private static final class CountingTrust extends X509ExtendedTrustManager {
        private final X509ExtendedTrustManager delegate = (X509ExtendedTrustManager) Pki.trustManagers(Pki.ROOT)[0];
        final AtomicInteger asked = new AtomicInteger();

        @Override
        public void checkClientTrusted(X509Certificate[] chain, String authType, SSLEngine engine)
                throws java.security.cert.CertificateException {
            asked.incrementAndGet();
            assertThat(engine.getHandshakeSession()).isNotNull();
            assertThat(engine.getHandshakeSession().getProtocol()).startsWith("TLSv1");
            delegate.checkClientTrusted(chain, authType, engine);
        }

        @Override
        public void checkClientTrusted(X509Certificate[] chain, String authType) {
            throw new AssertionError("not for engines");
        }

        @Override
        public void checkClientTrusted(X509Certificate[] chain, String authType, java.net.Socket socket) {
            throw new AssertionError("not for engines");
        }

        @Override
        public void checkServerTrusted(X509Certificate[] chain, String authType, SSLEngine engine) {
            throw new AssertionError("not a server");
        }

        @Override
        public void checkServerTrusted(X509Certificate[] chain, String authType) {
            throw new AssertionError("not a server");
        }

        @Override
        public void checkServerTrusted(X509Certificate[] chain, String authType, java.net.Socket socket) {
            throw new AssertionError("not a server");
        }

        @Override
        public X509Certificate[] getAcceptedIssuers() {
            return delegate.getAcceptedIssuers();
        }
    }

    private final CountingTrust trust = new CountingTrust();
    private final SSLContext server =
            Pki.context(Engines.OPENSSL, new TrustManager[] {trust}, Pki.SERVER_RSA, Pki.SERVER_EC);

    private EnginePair connect(SSLContext client, String protocol, boolean want, boolean need) throws SSLException {
        EnginePair pair = new EnginePair(client, server, e -> e.setEnabledProtocols(new String[] {protocol}), e -> {
                    e.setWantClientAuth(want);
                    if (need) {
                        e.setNeedClientAuth(true);
                    }
                })
                .handshake();
        pair.exchange();
        return pair;
    }

    private static boolean resumed(EnginePair pair) {
        return LibSsl.SSL_session_reused(pair.server.openSsl().nativeAddressForTests()) == 1;
    }

    @ParameterizedTest
    @ValueSource(strings = {"TLSv1.2", "TLSv1.3"})
    void resumedSessionCarriesTheWholeChainAndOurOwn(String protocol) throws Exception {
        SSLContext client = Pki.context(Engines.JSSE, Pki.CLIENT);
        EnginePair first = connect(client, protocol, true, false);
        assertThat(resumed(first)).isFalse();
        first.close();
        for (int i = 0; i < 3; i++) {
            EnginePair next = connect(client, protocol, true, false);
            assertThat(resumed(next)).isTrue();
            assertThat(trust.asked).hasValue(1);
            assertThat(next.server.engine.getSession().getPeerCertificates())
                    .containsExactlyElementsOf(Pki.CLIENT.chain());
            assertThat(next.server.engine.getSession().getLocalCertificates())
                    .isEqualTo(first.server.engine.getSession().getLocalCertificates());
            // What names a session over its resumptions, for a server that forgets one.
            assertThat(next.server.engine.getSession().getCreationTime())
                    .isEqualTo(first.server.engine.getSession().getCreationTime());
            next.close();
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"TLSv1.2", "TLSv1.3"})
    void anonymousSessionIsNotResumedWhereACertificateIsNeeded(String protocol) throws Exception {
        SSLContext client = Pki.context(Engines.JSSE, Pki.CLIENT);
        connect(client, protocol, false, false).close();

        EnginePair next = connect(client, protocol, false, true);

        assertThat(resumed(next)).isFalse();
        assertThat(next.server.engine.getSession().getPeerCertificates()).hasSize(2);
    }

    /** R23: the tickets are good, but their session was ended. */
    @ParameterizedTest
    @ValueSource(strings = {"TLSv1.2", "TLSv1.3"})
    void invalidatedSessionIsNotResumed(String protocol) throws Exception {
        SSLContext client = Pki.context(Engines.JSSE, Pki.CLIENT);
        EnginePair first = connect(client, protocol, true, false);
        EnginePair second = connect(client, protocol, true, false);
        assertThat(resumed(second)).isTrue();

        second.server.engine.getSession().invalidate();

        assertThat(second.server.engine.getSession().isValid()).isFalse();
        second.exchange();
        EnginePair third = connect(client, protocol, false, false);
        assertThat(resumed(third)).isFalse();
        assertThatThrownBy(() -> third.server.engine.getSession().getPeerCertificates())
                .isInstanceOf(SSLPeerUnverifiedException.class);
        first.close();
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void renegotiatedIdentityIsResumed(boolean gives) throws Exception {
        SSLContext client = gives ? Pki.context(Engines.JSSE, Pki.CLIENT) : Pki.context(Engines.JSSE);
        EnginePair first = connect(client, "TLSv1.2", false, false);
        first.server.engine.setWantClientAuth(true);
        first.server.engine.beginHandshake();
        first.settle();
        first.close();

        EnginePair next = connect(client, "TLSv1.2", false, false);

        assertThat(resumed(next)).isTrue();
        if (gives) {
            assertThat(next.server.engine.getSession().getPeerCertificates())
                    .containsExactlyElementsOf(Pki.CLIENT.chain());
        } else {
            assertThatThrownBy(() -> next.server.engine.getSession().getPeerCertificates())
                    .isInstanceOf(SSLPeerUnverifiedException.class);
        }
    }

    @org.junit.jupiter.api.Test
    void ticketDataSurvivesItsEncodingAndLeavesOutWhatIsTooLong() {
        List<X509Certificate> chain = List.of(Pki.INTERMEDIATE.certificate());
        TicketData data = new TicketData(SessionId.random(), 7, 3, chain);
        assertThat(TicketData.decode(data.encode())).isEqualTo(data);

        List<X509Certificate> many = HeldCertificate.authorities(60, "Long Chain Certificate Number ").stream()
                .map(HeldCertificate::certificate)
                .toList();
        SessionId id = SessionId.random();
        TicketData cut = TicketData.decode(new TicketData(id, 2, -1, many).encode());
        assertThat(cut).isEqualTo(new TicketData(id, 2, -1, List.of()));
        assertThat(TicketData.decode(new byte[] {9, 9})).isNull();
    }

    @org.junit.jupiter.api.Test
    void endedSessionsStayEndedWhenTheListIsFull() {
        EndedSessions ended = new EndedSessions(10);
        long now = System.currentTimeMillis();
        List<SessionId> ids = Stream.generate(SessionId::random).limit(25).toList();
        ids.forEach(ended::add);
        for (SessionId id : ids) {
            assertThat(ended.contains(new TicketData(id, now - 1000, -1, List.of())))
                    .isTrue();
        }
        assertThat(ended.contains(new TicketData(SessionId.random(), now + 60_000, -1, List.of())))
                .isFalse();
    }
}
