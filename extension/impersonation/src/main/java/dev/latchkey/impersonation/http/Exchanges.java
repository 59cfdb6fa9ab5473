package dev.latchkey.impersonation.http;

import dev.latchkey.impersonation.Identity;
import dev.latchkey.impersonation.subject.SubjectPart;
import dev.latchkey.impersonation.windows.WindowsIdentities;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;

/** Chooses the way in which an identity proves itself: by its Subject, else by this system's logon. Static; any thread. */
final class Exchanges {
    private Exchanges() {}

    /** Loads what this system's exchanges need, before a thread that carries a user would; once is enough. */
    static void prepare() {
        if (System.getProperty("os.name", "").startsWith("Windows")) {
            try {
                JnaSspiCalls.get();
            } catch (LinkageError e) {
                // Without JNA nobody has an access token, and so nobody proves himself by one.
            }
        }
    }

    /**
     * Begins an exchange as an identity, on the calling thread.
     *
     * @return the exchange; null if the identity is of a kind that proves nothing over a network
     */
    static @Nullable NegotiateExchange open(Identity identity, String host, boolean delegate) {
        SubjectPart part = identity.part(SubjectPart.class);
        if (part != null) {
            return as(identity, host, () -> GssExchange.open(part.subject(), host, delegate));
        }
        if (WindowsIdentities.hasToken(identity)) {
            SspiCalls calls = JnaSspiCalls.get();
            return as(identity, host, () -> SspiExchange.open(calls, host, delegate));
        }
        return null;
    }

    private static NegotiateExchange as(Identity identity, String host, Callable<NegotiateExchange> open) {
        try {
            return identity.call(open);
        } catch (RuntimeException e) {
            throw e;
        } catch (Exception e) {
            throw new NegotiateException(NegotiateFailure.REFUSED, host, e);
        }
    }
}
