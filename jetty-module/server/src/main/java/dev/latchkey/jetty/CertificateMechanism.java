package dev.latchkey.jetty;

import dev.latchkey.Mechanism;
import dev.latchkey.NegotiationException;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import javax.security.auth.x500.X500Principal;
import org.jspecify.annotations.Nullable;

/** A way to ask a client for its certificate on an open connection. One object a connection. */
interface CertificateMechanism {
    /**
     * What is asked, and by whom.
     *
     * @param acceptedIssuers the authorities to name, or null for the trust manager's
     * @param earlyDataLimit how many bytes of application data may come before the answer
     * @param executor runs each step; steps may do a handshake's computations, and may block in a delegated task
     */
    record Question(@Nullable Set<X500Principal> acceptedIssuers, long earlyDataLimit, Executor executor) {}

    /**
     * What the client answered, with its Finished verified.
     *
     * @param proof the chain, or null if it sent none
     */
    record Answer(@Nullable Proof proof) {}

    /** A question that was put; it can be given up. */
    interface Asked {
        /** {@return completes with the answer, or with a {@link NegotiationException}} */
        CompletableFuture<Answer> answer();

        /** Gives up: the answer fails with this, and what cannot be used any more is closed. */
        void giveUp(NegotiationException why);
    }

    /** {@return which of the API's mechanisms this is} */
    Mechanism kind();

    /** Fails at once, with the connection untouched, where this mechanism cannot ask. */
    void check() throws NegotiationException;

    /** Asks. The caller has reserved the connection. */
    Asked ask(Question question);
}
