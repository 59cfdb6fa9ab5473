package dev.latchkey.impersonation.http;

import dev.latchkey.impersonation.Identity;
import dev.latchkey.impersonation.subject.SubjectPart;
import org.jspecify.annotations.Nullable;

/** Chooses the way in which an identity proves itself: by its Subject, else by this system's logon. Static; any thread. */
final class Exchanges {
    private Exchanges() {}

    /**
     * Begins an exchange as an identity, on the calling thread.
     *
     * @return the exchange; null if the identity is of a kind that proves nothing over a network
     */
    static @Nullable NegotiateExchange open(Identity identity, String host, boolean delegate) {
        SubjectPart part = identity.part(SubjectPart.class);
        if (part == null) {
            return null;
        }
        try {
            return identity.call(() -> GssExchange.open(part.subject(), host, delegate));
        } catch (RuntimeException e) {
            throw e;
        } catch (Exception e) {
            throw new NegotiateException(NegotiateFailure.REFUSED, host, e);
        }
    }
}
