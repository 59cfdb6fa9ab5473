package dev.latchkey.impersonation.http;

import java.util.Base64;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * A proof of who asks, for one request to one server, which then checks the server's own.
 *
 * <p>Not sent twice: servers refuse that. One thread at a time.
 */
public final class NegotiateToken implements AutoCloseable {
    private static final String SCHEME = "negotiate";

    private final NegotiateExchange exchange;
    private final boolean provenServer;
    private boolean done;

    NegotiateToken(NegotiateExchange exchange, boolean provenServer) {
        this.exchange = exchange;
        this.provenServer = provenServer;
    }

    /** {@return the value of the request's {@code Authorization} header} */
    public String authorization() {
        return "Negotiate " + Base64.getEncoder().encodeToString(exchange.first());
    }

    /**
     * Checks the server's answer, before anything of it is used. Again: does nothing.
     *
     * @param status its status; an error may come from a server, or something before it, that took no notice of the
     *     token, and proves nothing
     * @param challenges the values of its {@code WWW-Authenticate} headers
     * @throws NegotiateException {@link NegotiateFailure#SERVER_UNPROVEN} if the server must prove itself and did not
     */
    public void verify(int status, List<String> challenges) {
        if (done || status < 200) {
            return;
        }
        done = true;
        try {
            byte[] answer = answer(challenges);
            if (answer != null) {
                exchange.finish(answer);
            } else if (provenServer && status < 400) {
                throw new NegotiateException(NegotiateFailure.SERVER_UNPROVEN, "it sent nothing", null);
            }
        } finally {
            exchange.close();
        }
    }

    /** Gives back what the token holds. */
    @Override
    public void close() {
        if (!done) {
            done = true;
            exchange.close();
        }
    }

    private static byte @Nullable [] answer(List<String> challenges) {
        for (String challenge : challenges) {
            String value = challenge.strip();
            if (value.toLowerCase(Locale.ROOT).startsWith(SCHEME + " ")) {
                try {
                    return Base64.getDecoder()
                            .decode(value.substring(SCHEME.length()).strip());
                } catch (IllegalArgumentException e) {
                    throw new NegotiateException(NegotiateFailure.SERVER_UNPROVEN, "its token is no base64", e);
                }
            }
        }
        return null;
    }
}
