package dev.latchkey.openssl;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.latchkey.testkit.KeyStores;
import java.time.Duration;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLException;
import javax.net.ssl.SSLPeerUnverifiedException;
import org.junit.jupiter.api.Test;

/** Kind O12 of the review: the keys of tickets do not live as long as the server. */
class TicketKeysTest {
    private static final SSLContext CLIENT = Pki.contextThatGives(Engines.JSSE, Pki.CLIENT);

    private static EnginePair connect(SSLContext server, String protocol, boolean want) throws SSLException {
        return new EnginePair(
                        CLIENT,
                        server,
                        e -> e.setEnabledProtocols(new String[] {protocol}),
                        e -> e.setWantClientAuth(want))
                .handshake();
    }

    private static boolean resumed(EnginePair pair) {
        return LibSsl.SSL_session_reused(pair.server.openSsl().nativeAddressForTests()) == 1;
    }

    @Test
    void asOftenAsASessionGetsTooOldTheKeysAreOthers() throws Exception {
        OpenSslContext context = new OpenSslContext(Protocols.SUPPORTED);
        context.engineInit(null, null, null);
        Offer offer = Offer.of(context.engineGetDefaultSSLParameters());
        ContextHandle first = context.handleFor(offer);
        assertThat(context.handleFor(offer)).isSameAs(first);

        context.engineGetServerSessionContext().setSessionTimeout(1);
        await().atMost(Duration.ofSeconds(20))
                .pollInterval(Duration.ofMillis(300))
                .until(() -> context.handleFor(offer) != first);

        context.engineGetServerSessionContext().setSessionTimeout(0);
        ContextHandle second = context.handleFor(offer);
        assertThat(second.prepared()).isEqualTo(offer);
        assertThat(second.address()).isNotEqualTo(first.address());
        assertThat(context.handleFor(offer)).isSameAs(second);
    }

    /** Connections that are open go on, kept sessions are resumed, a ticket of the keys before costs a handshake. */
    @Test
    void newKeysDisturbNobody() throws Exception {
        SSLContext server = Pki.context(Engines.OPENSSL, Pki.SERVER_EC);
        EnginePair newer = connect(server, "TLSv1.3", true);
        EnginePair older = connect(server, "TLSv1.2", true);
        long made = NativeHandle.Kind.SSL_CTX.made();
        server.getServerSessionContext().setSessionTimeout(1);
        await().atMost(Duration.ofSeconds(20))
                .pollInterval(Duration.ofMillis(300))
                .until(() -> {
                    // Another client's, which leaves ours what it has.
                    new EnginePair(Pki.context(Engines.JSSE), server, "TLSv1.3").handshake();
                    return NativeHandle.Kind.SSL_CTX.made() > made;
                });
        server.getServerSessionContext().setSessionTimeout(86_400);

        newer.exchange();
        older.exchange();
        older.server.engine.beginHandshake();
        older.settle();
        assertThat(older.server.engine.getSession().getPeerCertificates()).hasSize(2);
        EnginePair again = connect(server, "TLSv1.2", false);
        assertThat(resumed(again)).isTrue();
        assertThat(again.server.engine.getSession().getPeerCertificates()).hasSize(2);
        EnginePair full = connect(server, "TLSv1.3", false);
        assertThat(resumed(full)).isFalse();
        assertThatThrownBy(() -> full.server.engine.getSession().getPeerCertificates())
                .isInstanceOf(SSLPeerUnverifiedException.class);
        full.exchange();
        assertThat(resumed(connect(server, "TLSv1.3", false))).isTrue();
    }

    /** What an older trust accepted is not resumed under a newer one, whenever it was kept. */
    @Test
    void aSecondInitKeepsNothingOfTheFirst() throws Exception {
        SSLContext server = Pki.context(Engines.OPENSSL, Pki.SERVER_EC);
        EnginePair before = connect(server, "TLSv1.2", true);
        server.getServerSessionContext().setSessionCacheSize(77);

        KeyManagerFactory keys = KeyManagerFactory.getInstance("SunX509");
        keys.init(KeyStores.holding(Pki.SERVER_EC, "password"), "password".toCharArray());
        server.init(keys.getKeyManagers(), Pki.trustManagers(Pki.ROOT), null);
        before.server.engine.beginHandshake();
        before.settle();
        assertThat(before.server.engine.getSession().getPeerCertificates()).hasSize(2);

        assertThat(resumed(connect(server, "TLSv1.2", false))).isFalse();
        assertThat(server.getServerSessionContext().getSessionCacheSize()).isEqualTo(77);
    }
}
