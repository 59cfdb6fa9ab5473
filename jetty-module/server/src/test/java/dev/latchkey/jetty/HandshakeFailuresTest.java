package dev.latchkey.jetty;

import static org.assertj.core.api.Assertions.assertThat;

import dev.latchkey.NegotiationException;
import dev.latchkey.Reason;
import java.io.IOException;
import java.nio.channels.ClosedChannelException;
import java.util.concurrent.CompletionException;
import javax.net.ssl.SSLException;
import javax.net.ssl.SSLHandshakeException;
import javax.net.ssl.SSLProtocolException;
import org.eclipse.jetty.http.HttpException;
import org.eclipse.jetty.io.EofException;
import org.eclipse.jetty.io.QuietException;
import org.junit.jupiter.api.Test;

/** R21, R34: the reason behind a handshake that failed. */
class HandshakeFailuresTest {
    private static Reason reasonOf(Throwable cause) {
        NegotiationException failure = HandshakeFailures.translate(cause);
        assertThat(failure.isConnectionUsable()).isFalse();
        return failure.reason();
    }

    @Test
    void aClientThatRefusesIsOneThatCannot() {
        assertThat(reasonOf(new SSLHandshakeException("Received fatal alert: no_renegotiation")))
                .isEqualTo(Reason.CLIENT_CANNOT);
        assertThat(reasonOf(new SSLHandshakeException("Unsafe renegotiation is not allowed")))
                .isEqualTo(Reason.CLIENT_CANNOT);
        assertThat(reasonOf(new QuietSslException(new SSLHandshakeException("no_renegotiation"))))
                .isEqualTo(Reason.CLIENT_CANNOT);
    }

    @Test
    void aConnectionThatEndsIsLost() {
        assertThat(reasonOf(new EofException())).isEqualTo(Reason.CONNECTION_LOST);
        assertThat(reasonOf(new ClosedChannelException())).isEqualTo(Reason.CONNECTION_LOST);
        assertThat(reasonOf(new IOException("Connection reset by peer"))).isEqualTo(Reason.CONNECTION_LOST);
        assertThat(reasonOf(new SSLProtocolException("Received close_notify during handshake")))
                .isEqualTo(Reason.CONNECTION_LOST);
    }

    @Test
    void whatTlsOrTheEngineBreaksOffIsAFailedHandshake() {
        assertThat(reasonOf(new SSLException("Tag mismatch!"))).isEqualTo(Reason.HANDSHAKE_FAILED);
        assertThat(reasonOf(new RefusedRecordException("more records than any answer needs")))
                .isEqualTo(Reason.HANDSHAKE_FAILED);
        assertThat(reasonOf(new IllegalStateException("an engine's own"))).isEqualTo(Reason.HANDSHAKE_FAILED);
        assertThat(reasonOf(new RuntimeException((String) null))).isEqualTo(Reason.HANDSHAKE_FAILED);
    }

    @Test
    void aReasonThatIsThereIsKeptAlsoThroughAStageThatWrapsIt() {
        NegotiationException already = new JettyNegotiationException(Reason.BODY_TOO_LARGE, false, null, null);
        assertThat(HandshakeFailures.translate(already)).isSameAs(already);
        assertThat(HandshakeFailures.translate(new CompletionException(already)))
                .isSameAs(already);
        assertThat(reasonOf(new CompletionException(new EofException()))).isEqualTo(Reason.CONNECTION_LOST);
    }

    @Test
    void jettyAnswersItsStatusAndKeepsQuiet() {
        NegotiationException failure = HandshakeFailures.translate(new EofException());
        assertThat(failure).isInstanceOf(QuietException.class).isInstanceOf(HttpException.class);
        assertThat(((HttpException) failure).getCode()).isEqualTo(403);
        assertThat(((HttpException) failure).getReason()).startsWith("LK402 ");
    }

    @Test
    void unknownTextIsNotTakenIntoTheMessage() {
        assertThat(HandshakeFailures.translate(new IllegalStateException("CN=somebody")))
                .hasMessageNotContaining("somebody");
    }
}
