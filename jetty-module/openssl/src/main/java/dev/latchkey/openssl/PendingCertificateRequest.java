package dev.latchkey.openssl;

import dev.latchkey.jetty.PostHandshakeAuthenticationEngine.State;
import java.security.cert.CertificateException;
import java.security.cert.X509Certificate;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * One outstanding post-handshake CertificateRequest and what became of it, as a table of transitions.
 *
 * <p>OpenSSL reports no end of it: the message callback sees the client's Finished before it is verified. So the answer
 * stands only when the {@code SSL_read} in which Finished was seen has ended without a fatal error.
 *
 * <pre>
 *   NONE --REQUESTED--> SENT --CERTIFICATE--> CERTIFICATE_SEEN --CLIENT_FINISHED--> FINISHED_SEEN
 *                                                                                       |
 *   SENT, CERTIFICATE_SEEN, FINISHED_SEEN --FAILURE--> FAILED                      RECORD_TAKEN
 *                                                                                       v
 *                                       SENT <--REQUESTED-- FINISHED <------------------+
 * </pre>
 *
 * <p>Guarded by the engine's lock.
 */
final class PendingCertificateRequest {
    /** Where the request is; {@code FINISHED_SEEN} is not yet visible outside. */
    private enum Stage {
        NONE(State.NONE),
        SENT(State.SENT),
        CERTIFICATE_SEEN(State.CERTIFICATE_SEEN),
        FINISHED_SEEN(State.CERTIFICATE_SEEN),
        FINISHED(State.FINISHED),
        FAILED(State.FAILED);

        private final State visible;

        Stage(State visible) {
            this.visible = visible;
        }
    }

    /** What can happen to a request. */
    enum Event {
        /** The CertificateRequest was queued. */
        REQUESTED,
        /** A Certificate message of the client came, not yet verified. */
        CERTIFICATE,
        /** A Finished message of the client came, not yet verified. */
        CLIENT_FINISHED,
        /** The call in which messages were seen ended without a fatal error. */
        RECORD_TAKEN,
        /** The connection failed or was closed. */
        FAILURE
    }

    /** What is not in here changes nothing. */
    private static final Map<Stage, Map<Event, Stage>> TRANSITIONS = Map.of(
            Stage.NONE, Map.of(Event.REQUESTED, Stage.SENT),
            Stage.SENT, Map.of(Event.CERTIFICATE, Stage.CERTIFICATE_SEEN, Event.FAILURE, Stage.FAILED),
            Stage.CERTIFICATE_SEEN, Map.of(Event.CLIENT_FINISHED, Stage.FINISHED_SEEN, Event.FAILURE, Stage.FAILED),
            Stage.FINISHED_SEEN, Map.of(Event.RECORD_TAKEN, Stage.FINISHED, Event.FAILURE, Stage.FAILED),
            Stage.FINISHED, Map.of(Event.REQUESTED, Stage.SENT),
            Stage.FAILED, Map.of());

    private Stage stage = Stage.NONE;
    private List<X509Certificate> chain = List.of();
    private @Nullable CertificateException untrusted;

    /** Applies the event; true when this completed the answer. */
    boolean on(Event event) {
        Stage next = TRANSITIONS.getOrDefault(stage, Map.of()).get(event);
        if (next == null) {
            return false;
        }
        if (next == Stage.SENT || next == Stage.FAILED) {
            chain = List.of();
            untrusted = null;
        }
        stage = next;
        return next == Stage.FINISHED;
    }

    /** Keeps what the trust manager said about the chain; not visible before the end. */
    void keep(List<X509Certificate> received, @Nullable CertificateException verdict) {
        chain = received;
        untrusted = verdict;
    }

    State state() {
        return stage.visible;
    }

    boolean isPending() {
        return stage.visible.isPending();
    }

    List<X509Certificate> chain() {
        return stage == Stage.FINISHED ? chain : List.of();
    }

    Optional<CertificateException> untrusted() {
        return stage == Stage.FINISHED ? Optional.ofNullable(untrusted) : Optional.empty();
    }
}
