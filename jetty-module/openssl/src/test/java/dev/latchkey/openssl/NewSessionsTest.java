package dev.latchkey.openssl;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.latchkey.testkit.HeldCertificate;
import java.util.HashSet;
import java.util.HexFormat;
import java.util.List;
import java.util.Set;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLException;
import javax.net.ssl.SSLPeerUnverifiedException;
import javax.net.ssl.SSLSession;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * What names a TLS session, when a new one begins, and what is never resumed: kinds O1, O5, O11 and N2 of the review.
 */
class NewSessionsTest {
    private final SSLContext server = Pki.context(Engines.OPENSSL, Pki.SERVER_EC);
    private final SSLContext client = Pki.context(Engines.JSSE, Pki.CLIENT);

    private EnginePair connect(SSLContext from, String protocol) throws SSLException {
        EnginePair pair = new EnginePair(from, server, protocol).handshake();
        pair.exchange();
        return pair;
    }

    private static void renegotiate(EnginePair pair) throws SSLException {
        pair.server.engine.setWantClientAuth(true);
        pair.server.engine.beginHandshake();
        pair.settle();
    }

    private static SSLSession session(EnginePair pair) {
        return pair.server.engine.getSession();
    }

    private static SessionId id(EnginePair pair) {
        return SessionId.of(session(pair).getId());
    }

    private static boolean resumed(EnginePair pair) {
        return LibSsl.SSL_session_reused(pair.server.openSsl().nativeAddressForTests()) == 1;
    }

    private KeptSessions kept() {
        return ((OpenSslSessionContext) server.getServerSessionContext()).kept();
    }

    private static void assertAnonymous(EnginePair pair) {
        assertThatThrownBy(() -> session(pair).getPeerCertificates()).isInstanceOf(SSLPeerUnverifiedException.class);
    }

    @ParameterizedTest
    @ValueSource(strings = {"TLSv1.2", "TLSv1.3"})
    void anIdentifierIsNeverEmptyAndNamesOneSession(String protocol) throws Exception {
        Set<String> seen = new HashSet<>();
        for (int i = 0; i < 20; i++) {
            EnginePair full = connect(Pki.context(Engines.JSSE), protocol);
            assertThat(session(full).getId()).hasSize(32);
            assertThat(seen.add(HexFormat.of().formatHex(session(full).getId())))
                    .isTrue();
            if (protocol.equals("TLSv1.2")) {
                assertThat(session(full).getId())
                        .isEqualTo(full.client.engine.getSession().getId());
            }
        }
        EnginePair first = connect(client, protocol);
        first.close();
        EnginePair next = connect(client, protocol);
        assertThat(resumed(next)).isTrue();
        assertThat(id(next)).isEqualTo(id(first));
        assertThat(server.createSSLEngine().getSession().getId()).isEmpty();
    }

    /** A native session that two connections hold is one that two can write into. */
    @Test
    void noTwoConnectionsHoldTheSameNativeSession() throws Exception {
        connect(client, "TLSv1.2").close();
        Set<Long> addresses = new HashSet<>();
        for (int i = 0; i < 5; i++) {
            EnginePair next = connect(client, "TLSv1.2"); // Stays open, and so its session alive.
            assertThat(resumed(next)).isTrue();
            long session = LibSsl.SSL_get_session(next.server.openSsl().nativeAddressForTests());
            assertThat(addresses.add(session)).isTrue();
        }
    }

    /** The names of an EnginePair's client are fixed, so the client of case 58 is asked in RealClientsTest. */
    @Test
    void noTicketIsGivenOnTls12() throws Exception {
        EnginePair full = connect(client, "TLSv1.2");
        // JSSE makes up an identifier when it got a ticket and none from the server.
        assertThat(kept().find(SessionId.of(full.client.engine.getSession().getId())))
                .isNotNull();
    }

    @Test
    void aRenegotiationBeginsANewSession() throws Exception {
        EnginePair pair = connect(client, "TLSv1.2");
        SessionId before = id(pair);
        long created = session(pair).getCreationTime();
        renegotiate(pair);
        assertThat(id(pair)).isNotEqualTo(before);
        assertThat(session(pair).getCreationTime()).isGreaterThan(created);
        assertThat(session(pair).getId())
                .isEqualTo(pair.client.engine.getSession().getId());
    }

    @Test
    void thePostHandshakeAnswerBeginsANewSession() throws Exception {
        EnginePair pair = new EnginePair(
                        Pki.contextThatGives(Engines.OPENSSL, Pki.CLIENT),
                        server,
                        e -> ((OpenSslEngine) e).offerPostHandshakeAuthentication(true),
                        e -> {})
                .handshake();
        SessionId before = id(pair);
        long created = session(pair).getCreationTime();
        for (int i = 0; i < 2; i++) {
            pair.server.openSsl().requestCertificate(null);
            pair.settle();
            assertThat(session(pair).getPeerCertificates()).hasSize(2);
            assertThat(id(pair)).isNotEqualTo(before);
            assertThat(session(pair).getCreationTime()).isGreaterThan(created);
            before = id(pair);
            created = session(pair).getCreationTime();
        }
    }

    /** N2: forget, then ask afresh on the same connection. */
    @Test
    void afterInvalidationANewHandshakeMakesAValidSessionThatIsResumed() throws Exception {
        EnginePair pair = connect(client, "TLSv1.2");
        renegotiate(pair);
        pair.close();
        EnginePair next = connect(client, "TLSv1.2");
        assertThat(resumed(next)).isTrue();
        renegotiate(next);
        SessionId forgotten = id(next);
        long created = session(next).getCreationTime();

        session(next).invalidate();
        assertThat(session(next).isValid()).isFalse();
        renegotiate(next);

        assertThat(session(next).isValid()).isTrue();
        assertThat(id(next)).isNotEqualTo(forgotten);
        assertThat(session(next).getCreationTime()).isGreaterThan(created);
        EnginePair last = connect(client, "TLSv1.2");
        assertThat(resumed(last)).isTrue();
        assertThat(session(last).getPeerCertificates()).containsExactlyElementsOf(Pki.CLIENT.chain());
    }

    /** O11: not only the last one that the connection made. */
    @Test
    void nothingThatAConnectionEverWasIsResumedAfterInvalidation() throws Exception {
        EnginePair pair = connect(client, "TLSv1.2");
        List<SessionId> all = new java.util.ArrayList<>(List.of(id(pair)));
        for (int i = 0; i < 2; i++) {
            renegotiate(pair);
            all.add(id(pair));
        }
        assertThat(new HashSet<>(all)).hasSize(3);
        all.forEach(id -> assertThat(kept().find(id)).isNotNull());
        // Another connection on the same session, which goes on.
        EnginePair other = connect(client, "TLSv1.2");
        assertThat(resumed(other)).isTrue();

        session(pair).invalidate();

        all.forEach(id -> assertThat(kept().find(id)).isNull());
        other.exchange();
        EnginePair next = connect(client, "TLSv1.2");
        assertThat(resumed(next)).isFalse();
        assertAnonymous(next);
    }

    /** The same on a connection that only resumed it. */
    @Test
    void whoResumedASessionCanEndItForAll() throws Exception {
        EnginePair pair = connect(client, "TLSv1.2");
        renegotiate(pair);
        SessionId named = id(pair);
        EnginePair resumed = connect(client, "TLSv1.2");
        renegotiate(resumed);

        session(resumed).invalidate();

        assertThat(kept().find(named)).isNull();
        assertThat(resumed(connect(client, "TLSv1.2"))).isFalse();
    }

    /** Even one that comes back into the store, or out of it in the same moment. */
    @Test
    void anEndedSessionIsRefusedWhereverItIsFound() throws Exception {
        EnginePair pair = connect(client, "TLSv1.2");
        KeptSessions.Kept found = kept().find(id(pair));
        session(pair).invalidate();
        kept().keep(id(pair), found.session(), TicketData.decode(found.data()));
        assertThat(resumed(connect(client, "TLSv1.2"))).isFalse();
    }

    /** RFC 5246 section 7.2.2. */
    @Test
    void theSessionOfAConnectionThatFailedIsNotResumed() throws Exception {
        EnginePair pair = connect(client, "TLSv1.2");
        pair.client.wrap("data");
        pair.server.inbound.put(8, (byte) ~pair.server.inbound.get(8));
        assertThatThrownBy(pair.server::unwrap).isInstanceOf(SSLException.class);
        assertThat(kept().find(id(pair))).isNull();
    }

    /** OpenSSL itself would drop it; a phone that loses its network is no reason to. */
    @Test
    void theSessionOfAConnectionThatWasCutIsResumed() throws Exception {
        SSLEngine cut = connect(client, "TLSv1.2").server.engine;
        cut.closeOutbound();
        assertThatThrownBy(cut::closeInbound).isInstanceOf(SSLException.class);
        assertThat(resumed(connect(client, "TLSv1.2"))).isTrue();
    }

    @Test
    void aConnectionThatBeginsManySessionsEndsTheOldest() throws Exception {
        EnginePair pair = connect(client, "TLSv1.2");
        SessionId first = id(pair);
        for (int i = 0; i < 33; i++) {
            renegotiate(pair);
        }
        assertThat(kept().find(first)).isNull();
        assertThat(kept().find(id(pair))).isNotNull();
        SessionId last = id(pair);
        session(pair).invalidate();
        assertThat(kept().find(last)).isNull();
        assertThat(kept().size()).isZero();
    }

    @Test
    void theSettingsOfTheContextHold() throws Exception {
        var settings = server.getServerSessionContext();
        assertThat(settings.getSessionTimeout()).isEqualTo(86_400);
        assertThat(settings.getSessionCacheSize()).isEqualTo(20_480);
        settings.setSessionCacheSize(2);
        for (int i = 0; i < 4; i++) {
            connect(Pki.context(Engines.JSSE), "TLSv1.2");
        }
        assertThat(kept().size()).isEqualTo(2);
        assertThatThrownBy(() -> settings.setSessionCacheSize(-1)).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> settings.setSessionTimeout(-1)).isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void whatIsKeptIsBoundedByNumberAgeAndSize() {
        long[] now = {1_000_000};
        KeptSessions sessions = new KeptSessions(() -> now[0]);
        sessions.setTimeout(10);
        sessions.setMost(10);
        SessionId old = keep(sessions, 100);
        now[0] += 10_001;
        assertThat(sessions.find(old)).isNull();
        SessionId first = keep(sessions, 100);
        for (int i = 0; i < 10; i++) {
            keep(sessions, 100);
        }
        assertThat(sessions.size()).isEqualTo(10);
        assertThat(sessions.find(first)).isNull();
        keep(sessions, KeptSessions.LARGEST + 1);
        assertThat(sessions.size()).isEqualTo(10);
        for (int i = 0; i < 20; i++) {
            keep(sessions, KeptSessions.LARGEST - 200);
        }
        assertThat(sessions.size()).isEqualTo(2);
        now[0] += 5_000;
        SessionId young = keep(sessions, 100);
        now[0] += 6_000;
        sessions.setTimeout(10);
        assertThat(sessions.size()).isEqualTo(1);
        assertThat(sessions.find(young)).isNotNull();
        sessions.setTimeout(0);
        sessions.setMost(0);
        now[0] += 1_000_000;
        for (int i = 0; i < 100; i++) {
            keep(sessions, 10_000);
        }
        assertThat(sessions.size()).isEqualTo(101);
        assertThat(sessions.find(young)).isNotNull();
    }

    private static SessionId keep(KeptSessions sessions, int size) {
        SessionId id = SessionId.random();
        sessions.keep(id, new byte[size], new TicketData(id, 0, -1, List.of()));
        return id;
    }

    /** A ticket that is older than the setting is not taken. */
    @Test
    void theTimeoutIsSaidForEachTicket() throws Exception {
        server.getServerSessionContext().setSessionTimeout(1);
        connect(client, "TLSv1.3").close();
        org.awaitility.Awaitility.await()
                .pollInterval(java.time.Duration.ofMillis(2_500))
                .atMost(java.time.Duration.ofSeconds(20))
                .until(() -> !resumed(connect(client, "TLSv1.3")));
    }

    @Test
    void anUntrustedChainIsNotResumed() throws Exception {
        HeldCertificate stranger = Pki.STRANGER;
        EnginePair pair = new EnginePair(
                        Pki.contextThatGives(Engines.OPENSSL, stranger),
                        server,
                        e -> ((OpenSslEngine) e).offerPostHandshakeAuthentication(true),
                        e -> {})
                .handshake();
        SessionId before = id(pair);
        pair.server.openSsl().requestCertificate(null);
        pair.settle();
        assertThat(pair.server.openSsl().untrustedReason()).isPresent();
        assertAnonymous(pair);
        assertThat(id(pair)).isEqualTo(before);
    }
}
